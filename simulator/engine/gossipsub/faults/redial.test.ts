import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../virtual-clock.ts';
import { Redial } from './redial.ts';

const MINUTES_US = 600_000_000;

/** A relay whose peer never answers: when it dials, in virtual microseconds. */
function dialling(isWanted = (_nowUs: number) => true) {
  const clock = new VirtualClock(2, 1);
  const dialledUs: number[] = [];
  const redial: Redial = new Redial({
    clock,
    seed: 1,
    relay: 0,
    isWanted: () => isWanted(clock.nowUs),
    dial: (peer) => {
      dialledUs.push(clock.nowUs);
      redial.soon(peer);
    },
  });
  const run = (untilUs: number): void =>
    clock.runUntil(
      untilUs,
      () => {},
      () => false,
    );
  clock.currentRelay = 0;
  return { clock, redial, dialledUs, run };
}

test('redial: a peer is tried after a second, and each time after twice as long, up to a minute', () => {
  const { redial, dialledUs, run } = dialling();
  redial.soon(1);
  run(MINUTES_US);
  const waits = dialledUs.map((atUs, index) => (atUs - (dialledUs[index - 1] ?? 0)) / 1e6);
  assert.ok(waits.length > 10);
  for (const [tries, seconds] of waits.entries()) {
    const mean = Math.min(60, 2 ** tries);
    assert.ok(seconds >= mean / 2 && seconds <= 1.5 * mean, `try ${tries} after ${seconds} s`);
  }
});

test('redial: after the link was up, it begins anew; what is asked for twice is tried once', () => {
  const { clock, redial, dialledUs, run } = dialling((nowUs) => nowUs < 20e6 || nowUs > 100e6);
  redial.soon(1);
  redial.soon(1);
  run(90e6);
  assert.equal(new Set(dialledUs).size, dialledUs.length);
  assert.ok(dialledUs.at(-1)! < 20e6, 'not when nobody wants it any more');
  redial.done(1);
  run(101e6);
  clock.nowUs = 101e6;
  clock.currentRelay = 0;
  const before = dialledUs.length;
  redial.soon(1);
  run(103e6);
  assert.ok(dialledUs.length > before, 'within a second and a half');
});

test('redial: a relay that has lost its network tries nobody', () => {
  const { redial, dialledUs, run } = dialling();
  redial.soon(1);
  redial.forget();
  run(MINUTES_US);
  assert.deepEqual(dialledUs, []);
});
