import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AROUND_PUBLICATION_US, FOLLOWED_US, QuietTimes } from './quiet-times.ts';

function turnsOf(publicationsUs: readonly number[], followedUs?: number): [number, boolean][] {
  const times = new QuietTimes(publicationsUs, followedUs);
  const turns: [number, boolean][] = [];
  while (times.nextUs !== Number.POSITIVE_INFINITY) turns.push([times.nextUs, times.take()]);
  return turns;
}

const HOUR_US = 3.6e9;

test('quiet times: everything is followed for a month, and around each publication', () => {
  assert.deepEqual(turnsOf([HOUR_US]), [[FOLLOWED_US, true]]);
  const atUs = FOLLOWED_US + HOUR_US;
  assert.deepEqual(turnsOf([HOUR_US, atUs]), [
    [FOLLOWED_US, true],
    [atUs - AROUND_PUBLICATION_US, false],
    [atUs + AROUND_PUBLICATION_US, true],
  ]);
});

test('quiet times: between publications that are near each other it is never quiet', () => {
  assert.deepEqual(turnsOf([HOUR_US, HOUR_US + 1.5 * AROUND_PUBLICATION_US], 0), [
    [0, true],
    [HOUR_US - AROUND_PUBLICATION_US, false],
    [HOUR_US + 2.5 * AROUND_PUBLICATION_US, true],
  ]);
  assert.deepEqual(turnsOf([AROUND_PUBLICATION_US / 2], 0), [[1.5 * AROUND_PUBLICATION_US, true]]);
});
