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

function all(foreseen: Foresight): Question[] {
  const questions: Question[] = [];
  for (let next = foreseen.next(); next !== null; next = foreseen.next()) questions.push(...next);
  return questions;
}

test('foresight: what is published comes to those that are one behind, and to those that are further behind', () => {
  const foreseen = foresight();
  assert.deepEqual(foreseen.next(), [
    asked('developers', 0, FIRST, 1),
    asked('gossip', 0, FIRST, 1),
    asked('peer', 0, FIRST, 1),
  ]);
  assert.deepEqual(foreseen.next(), [
    asked('developers', FIRST, SECOND, 8),
    asked('gossip', FIRST, SECOND, 8),
    asked('peer', FIRST, SECOND, 8),
    asked('peer', FIRST, SECOND, 11), // then what they trust is stale
    asked('peer', 0, SECOND, 8),
  ]);
  assert.deepEqual(
    foreseen.next()?.map(({ way, from, to }) => [way, from, to]),
    [
      ['developers', SECOND, THIRD],
      ['gossip', SECOND, THIRD],
      ['peer', SECOND, THIRD],
      ['peer', SECOND, THIRD],
      ['peer', 0, THIRD],
      ['peer', FIRST, THIRD],
    ],
  );
  assert.equal(foreseen.next(), null, 'nothing is published after the last');
});

test('foresight: who was as far behind as nobody before may take later news as well', () => {
  const publishedUs = Array.from({ length: 20 }, (_unused, day) => (day + 1) * DAY_US);
  const freshUntilUs = new Float64Array(22).fill(Number.POSITIVE_INFINITY);
  const foreseen = new Foresight({ publishedUs, freshUntilUs, gossips: true, takes: true });
  const isForeseen = (questions: readonly Question[], from: number, to: number): boolean =>
    questions.some((question) => question.way === 'peer' && question.from === from && question.to === to);
  const atFirst = all(foreseen);
  assert.ok(isForeseen(atFirst, FIRST, stateAfter(10)));
  assert.ok(!isForeseen(atFirst, FIRST, stateAfter(11)));
  assert.deepEqual(foreseen.after(asked('gossip', FIRST, SECOND, 2)), [], 'the others are foreseen');
  const later = foreseen.after(asked('peer', FIRST, stateAfter(11), 12));
  assert.ok(isForeseen(later, FIRST, stateAfter(12)));
  assert.ok(isForeseen(later, FIRST, stateAfter(19)));
  assert.deepEqual(foreseen.after(asked('peer', FIRST, stateAfter(12), 13)), [], 'once');
});

test('foresight: what is far away is foreseen when others have been asked about', () => {
  const publishedUs = Array.from({ length: 100 }, (_unused, day) => (day + 1) * DAY_US);
  const freshUntilUs = new Float64Array(102).fill(Number.POSITIVE_INFINITY);
  const foreseen = new Foresight({ publishedUs, freshUntilUs, gossips: true, takes: true });
  const last = (questions: readonly Question[]): number => Math.max(...questions.map(({ to }) => to));
  const nearUntil = last(all(foreseen));
  assert.ok(nearUntil < stateAfter(99));
  foreseen.after(asked('developers', nearUntil - 1, nearUntil, nearUntil));
  assert.ok(last(all(foreseen)) > nearUntil);
});

test('foresight: without the channel nobody hears of news by it', () => {
  const foreseen = foresight({ gossips: false, takes: false });
  assert.deepEqual(all(foreseen), [
    asked('developers', 0, FIRST, 1),
    asked('developers', FIRST, SECOND, 8),
    asked('developers', SECOND, THIRD, 15),
  ]);
});
