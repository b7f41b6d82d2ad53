import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostWithin, peakSwitches } from './peak-switches.ts';
import { sortedTimes } from './time-order.ts';

const TIMES = Float64Array.of(5, Number.NaN, 0, 0.5, 61, 0.99, 5.4, Number.NaN, 1, 5.9);

test('peaks: the fullest window counts, and its end is not in it', () => {
  // From 0 to below 1: 0, 0.5 and 0.99; from 0.5 to below 1.5 as many; from 5 on: 5, 5.4 and 5.9.
  const sorted = sortedTimes(TIMES);
  assert.equal(mostWithin(sorted, 1), 3);
  assert.equal(mostWithin(sorted, 1.01), 4);
  assert.equal(mostWithin(sorted, 60), 7);
  assert.equal(mostWithin(sorted, 0), 0);
  assert.equal(mostWithin(Float64Array.of(2, 2, 2), 1e-9), 3);
  assert.equal(mostWithin(Float64Array.of(), 10), 0);
});

test('peaks: shares are of all relays, and only restarts take relays down', () => {
  assert.deepEqual(peakSwitches(TIMES, null), {
    perSecondFraction: 0.3,
    perMinuteFraction: 0.7,
    downFraction: null,
  });
  assert.equal(peakSwitches(TIMES, 2).downFraction, 0.4);
});
