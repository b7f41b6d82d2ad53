import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunOutcome } from '../../measure/outcome.ts';
import { madeRun } from '../made-run.ts';
import { differencesBetween } from './model-differences.ts';

const RELAYS = 40;

/** The same run, but for relays that hear of all later, and then run it. */
function withLater(run: RunOutcome, relays: number): RunOutcome {
  const later = (times: Float64Array): Float64Array =>
    times.map((seconds, relay) => (relay < relays ? 2 * seconds + 10 : seconds));
  const arms = run.arms.map((arm) => ({
    ...arm,
    updates: arm.updates.map((update) => ({
      ...update,
      stages: {
        ...update.stages,
        heard: later(update.stages.heard),
        activated: later(update.stages.activated),
      },
    })),
  }));
  return { ...run, arms };
}

test('model differences: a few relays that hear by another way are not held against it, more are', () => {
  const run = madeRun({ relays: RELAYS });
  assert.deepEqual(differencesBetween(run, run), []);
  assert.deepEqual(differencesBetween(run, withLater(run, 2)), []);
  const findings = differencesBetween(run, withLater(run, 8));
  assert(findings.length > 0);
  for (const { rule, what } of findings) {
    assert.equal(rule, 'model-as-gossipsub');
    assert.match(what, /arm live: t\d\dSeconds is /);
  }
});
