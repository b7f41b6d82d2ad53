import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeRun } from '../testing/made-run.ts';
import type { UpdateOutcome } from './outcome.ts';
import { summarize } from './summary.ts';
import { verdictSummary } from './verdict-summary.ts';

function verdictsOf(misbehaves: boolean) {
  const update = madeRun({ relays: 2 }).arms[0]?.updates[0] as UpdateOutcome;
  const verdicts = { misbehaves, rolledBack: 3, confirmed: 20, kept: 17 };
  return verdictSummary({ ...update, verdicts });
}

test('verdicts: a good module that was taken out is a false positive, a bad one that was kept a false negative', () => {
  const [good, bad] = [verdictsOf(false), verdictsOf(true)];
  assert.deepEqual([good?.falsePositives, good?.falseNegatives], [3, null]);
  assert.deepEqual([bad?.falsePositives, bad?.falseNegatives], [null, 17]);
});

test('verdicts: an arm in which nobody judges has none', () => {
  const summary = summarize(madeRun({ relays: 2 }), []);
  for (const { updates } of Object.values(summary.arms))
    assert.ok(updates.every((one) => !('verdicts' in one)));
});
