import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEVER_CODE, timeCode } from '../../report/time-codes.ts';
import { stateCode } from '../parts/relay-states.ts';
import { Wave } from './wave.ts';

const [AWAY, WAITING, HEARD, RUNNING, REMOVED] = (
  ['away', 'waiting', 'heard', 'running', 'removed'] as const
).map(stateCode);

function codes(...seconds: readonly number[]): Uint16Array {
  return Uint16Array.from(seconds, timeCode);
}

const never = Number.NaN;
const made = () =>
  new Wave(3, {
    heard: codes(0.1, 0.2, never),
    running: codes(0.3, 0.2, never),
    removed: codes(5, never, never),
  });

test('wave: states are those of the moment, forwards and backwards', () => {
  const wave = made();
  const states = new Uint8Array(3);
  wave.rewind(states);
  const expected: readonly (readonly [seconds: number, states: readonly (number | undefined)[]])[] = [
    [0.05, [WAITING, WAITING, WAITING]],
    [0.15, [HEARD, WAITING, WAITING]],
    [0.25, [HEARD, RUNNING, WAITING]],
    [1, [RUNNING, RUNNING, WAITING]],
    [6, [REMOVED, RUNNING, WAITING]],
  ];
  for (const [seconds, wanted] of [...expected, ...[...expected].reverse(), ...expected]) {
    wave.seek(seconds, states);
    assert.deepEqual([...states], wanted, `at ${seconds} s`);
  }
});

test('wave: a jump comes to the same as small moves, whatever the way', () => {
  const relays = 200;
  let state = 7;
  const random = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const heard = Array.from({ length: relays }, () => (random() < 0.1 ? never : random() * 10));
  const running = heard.map((at) => at + random());
  const wave = new Wave(relays, { heard: codes(...heard), running: codes(...running) });
  const walked = new Uint8Array(relays);
  wave.rewind(walked);
  for (let move = 0; move < 300; move++) {
    const seconds = random() * 12;
    wave.seek(seconds, walked);
    const jumped = new Uint8Array(relays);
    const other = new Wave(relays, { heard: codes(...heard), running: codes(...running) });
    other.rewind(jumped);
    other.seek(seconds, jumped);
    assert.deepEqual(walked, jumped, `at ${seconds} s`);
  }
});

test('wave: says whether anything changed', () => {
  const wave = made();
  const states = new Uint8Array(3);
  wave.rewind(states);
  assert.equal(wave.seek(0.05, states), false);
  assert.equal(wave.seek(0.15, states), true);
  assert.equal(wave.seek(0.16, states), false);
});

test('wave: relays come into being and leave', () => {
  const born = Uint16Array.from([0, timeCode(2), 0]);
  const gone = Uint16Array.from([NEVER_CODE, NEVER_CODE, timeCode(4)]);
  const wave = new Wave(3, { waiting: born, away: gone, running: codes(1, 3, 1) }, true);
  const states = new Uint8Array(3);
  wave.rewind(states);
  assert.deepEqual([...states], [AWAY, AWAY, AWAY]);
  for (const [seconds, wanted] of [
    [0, [WAITING, AWAY, WAITING]],
    [1.5, [RUNNING, AWAY, RUNNING]],
    [2.5, [RUNNING, WAITING, RUNNING]],
    [5, [RUNNING, RUNNING, AWAY]],
  ] as const) {
    wave.seek(seconds, states);
    assert.deepEqual([...states], wanted, `at ${seconds} s`);
  }
});
