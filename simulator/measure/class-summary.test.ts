import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeRun } from '../testing/made-run.ts';
import { testClass } from '../testing/test-operators.ts';
import { classesSummary } from './class-summary.ts';
import type { OperatorsOutcome } from './outcome.ts';
import { summarize } from './summary.ts';

const OPERATORS: OperatorsOutcome = {
  classes: [testClass('quick', 0.5), testClass('slow', 0.3), testClass('nobody', 0.2)],
  classOf: Uint8Array.of(0, 0, 0, 0, 1, 1),
  embeds: Uint8Array.of(1, 1, 1, 0, 1, 0),
};
const ACTIVATED = Float64Array.of(1, 3, 2, 50, 100, Number.NaN);

test('classes: shares and times of each are of its own relays, and a class without relays is left out', () => {
  const { byClass, withoutRuntime } = classesSummary(OPERATORS, ACTIVATED);
  assert.deepEqual(byClass, {
    quick: { relays: 4, reachedFraction: 1, t50Seconds: 2, t90Seconds: 50, t99Seconds: 50 },
    slow: { relays: 2, reachedFraction: 0.5, t50Seconds: 100, t90Seconds: null, t99Seconds: null },
  });
  assert.deepEqual(withoutRuntime, {
    relays: 2,
    reachedFraction: 0.5,
    t50Seconds: 50,
    t90Seconds: null,
    t99Seconds: null,
  });
  assert.equal(classesSummary({ ...OPERATORS, embeds: null }, ACTIVATED).withoutRuntime, null);
});

test('classes: they stand in the summary of arms that have operators, and nowhere without any', () => {
  const outcome = madeRun({ relays: 6 });
  const plain = summarize(outcome, []);
  assert.ok(!('byClass' in plain.arms.live!) && !('byClass' in plain.arms.manual!));
  const [live, manual] = outcome.arms;
  const summary = summarize({ ...outcome, arms: [{ ...live!, operators: OPERATORS }, manual!] }, []);
  assert.deepEqual(Object.keys(summary.arms.live!.byClass!), ['quick', 'slow']);
  assert.equal(summary.arms.manual!.byClass, undefined);
  assert.deepEqual(summary.arms.live!.byClass, summary.arms.live!.updates[0]!.byClass);
  assert.equal(summary.arms.live!.peakSwitches!.downFraction, null);
  assert.equal(typeof summary.arms.manual!.peakSwitches!.downFraction, 'number');
});
