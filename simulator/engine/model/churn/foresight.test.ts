import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Foresight } from './foresight.ts';
import { type Question, stateAfter } from './lesson.ts';

const DAY_US = 86_400e6;
const [FIRST, SECOND, THIRD] = [stateAfter(0), stateAfter(1), stateAfter(2)];

function foresight(channels: { gossips?: boolean; takes?: boolean } = {}): Foresight {
  return new Foresight({
    publishedUs: [1, 8, 15].map((day) => day * DAY_US),
    freshUntilUs: Float64Array.of(Infinity, 2 * DAY_US, 11 * DAY_US, 18 * DAY_US, 25 * DAY_US),
    gossips: true,
    takes: true,
    ...channels,
  });
}

function asked(way: Question['way'], from: number, to: number, day: number): Question {
  const asItShould = { missing: '', lost: null, turn: null, before: null, isRestarted: false, lacks: [] };
  return { way, from, to, atUs: day * DAY_US, ...asItShould };
}

test('foresight: what is published first comes to relays that have nothing', () => {
  assert.deepEqual(foresight().atStart(), [
    asked('developers', 0, FIRST, 1),
    asked('gossip', 0, FIRST, 1),
    asked('peer', 0, FIRST, 1),
    asked('developers', FIRST, SECOND, 8),
    asked('gossip', FIRST, SECOND, 8),
  ]);
});

test('foresight: a publication comes to those that are one behind, and to those that were behind the last time', () => {
  const foreseen = foresight();
  foreseen.after(asked('developers', 0, FIRST, 1));
  assert.deepEqual(foreseen.after(asked('developers', FIRST, SECOND, 8)), [
    asked('peer', FIRST, SECOND, 8),
    asked('peer', FIRST, SECOND, 11), // then what they trust is stale
    asked('peer', 0, SECOND, 8),
    asked('developers', SECOND, THIRD, 15),
    asked('gossip', SECOND, THIRD, 15),
  ]);
  assert.deepEqual(foreseen.after(asked('gossip', FIRST, SECOND, 8)), [], 'once for each publication');
  assert.deepEqual(foreseen.after(asked('peer', FIRST, SECOND, 9)), []);
  const last = foreseen.after(asked('developers', SECOND, THIRD, 15));
  assert.deepEqual(
    last.map(({ way, from }) => [way, from]),
    [
      ['peer', SECOND],
      ['peer', SECOND],
      ['peer', FIRST],
    ],
    'nothing is published after the last',
  );
});

test('foresight: without the channel nobody hears of news by it', () => {
  const foreseen = foresight({ gossips: false, takes: false });
  assert.deepEqual(foreseen.atStart(), [
    asked('developers', 0, FIRST, 1),
    asked('developers', FIRST, SECOND, 8),
  ]);
  assert.deepEqual(foreseen.after(asked('developers', 0, FIRST, 1)), [asked('developers', FIRST, SECOND, 8)]);
});
