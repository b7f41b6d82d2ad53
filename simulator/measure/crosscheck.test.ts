import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MADE_LIVE_ARM, madeRun } from '../testing/made-run.ts';
import { crosscheckRun, curveDistance, isWithinBounds } from './crosscheck.ts';
import { adoptionCurve } from './curve.ts';
import type { RunOutcome } from './outcome.ts';

const made = madeRun({ relays: 400, arms: [MADE_LIVE_ARM] });

/** The same run with everything later by a factor, and other costs. */
function changed(factor: number, duplicates = made.arms[0]!.cost!.duplicates): RunOutcome {
  const arms = made.arms.map((arm) => ({
    ...arm,
    cost: { ...arm.cost!, duplicates },
    updates: arm.updates.map((update) => ({
      ...update,
      stages: { ...update.stages, activated: update.stages.activated.map((seconds) => seconds * factor) },
    })),
  }));
  return { ...made, arms };
}

function curve(...times: number[]) {
  return adoptionCurve(Float64Array.from(times), new Float64Array(times.length).fill(1));
}

test('crosscheck: equal runs are within every bound, and their curves on one another', () => {
  const [arm] = crosscheckRun(made, made);
  assert.equal(arm!.curveDistance, 0);
  assert(arm!.figures.every(({ difference, isWithin }) => difference === 0 && isWithin));
});

test('crosscheck: 3 % on t50 and t90 and 5 % on t99 are within, and a little more is beyond', () => {
  assert(isWithinBounds(crosscheckRun(made, changed(1.0299))));
  const beyond = (factor: number) =>
    crosscheckRun(made, changed(factor))[0]!
      .figures.filter(({ isWithin }) => !isWithin)
      .map(({ figure }) => figure);
  assert.deepEqual(beyond(1.031), ['t50Seconds', 't90Seconds']);
  assert.deepEqual(beyond(0.94), ['t50Seconds', 't90Seconds', 't99Seconds']);
});

test('crosscheck: 5 % on duplicates', () => {
  const base = changed(1, 1000);
  assert(isWithinBounds(crosscheckRun(base, changed(1, 1050))));
  assert(!isWithinBounds(crosscheckRun(base, changed(1, 949))));
});

test('crosscheck: an engine that never reaches a share is beyond its bound', () => {
  const never = changed(Number.NaN);
  const [arm] = crosscheckRun(made, never);
  assert.equal(arm!.figures[0]!.difference, null);
  assert(!isWithinBounds([arm!]));
  assert(isWithinBounds(crosscheckRun(never, never)));
});

test('crosscheck: the distance of curves is the largest gap between two steps', () => {
  assert.equal(curveDistance(curve(1, 2, 3, 4), curve(1, 2, 3, 4)), 0);
  // Between 2 and 3.5 half of the one and a quarter of the other have arrived.
  assert.equal(curveDistance(curve(1, 2, 4, 5), curve(1, 3.5, 4, 5)), 0.25);
  assert.equal(curveDistance(curve(1, 1, 1, 1), curve(9, 9, 9, 9)), 1);
  assert.equal(curveDistance(curve(1, 1, Number.NaN, Number.NaN), curve(1, 1, 1, Number.NaN)), 0.25);
});

test('crosscheck: runs of two seeds are not compared', () => {
  const other = { ...made, scenario: { ...made.scenario, seed: 99 } };
  assert.throws(() => crosscheckRun(made, other), RangeError);
});
