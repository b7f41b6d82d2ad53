import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeRun } from '../testing/made-run.ts';
import { withAttacks, withRemoval } from '../testing/made-trust.ts';
import { formatOutcome, parseOutcome } from './saved-outcome.ts';

const REMOVAL = { ranShare: 0.5, haltedSeconds: 90, removedSeconds: 92 };

test('outcome: what was written reads the same, columns, NaN and all', () => {
  for (const { arms } of [madeRun({ relays: 60 }), withAttacks(madeRun()), withRemoval(madeRun(), REMOVAL)]) {
    assert.deepEqual(parseOutcome(formatOutcome(arms)), arms);
  }
});

test('outcome: a column that is a part of a larger one, in shared memory, is written alone', () => {
  const shared = new Float64Array(new SharedArrayBuffer(64));
  shared.set([1, Number.NaN, 3], 2);
  const [arm] = madeRun().arms;
  const [update] = arm?.updates ?? [];
  assert(arm !== undefined && update !== undefined);
  const text = formatOutcome([{ ...arm, updates: [{ ...update, removed: shared.subarray(2, 5) }] }]);
  assert.deepEqual(parseOutcome(text)?.[0]?.updates[0]?.removed, Float64Array.of(1, Number.NaN, 3));
  const again = formatOutcome([
    { ...arm, updates: [{ ...update, removed: Float64Array.of(1, Number.NaN, 3) }] },
  ]);
  assert.equal(text, again, 'where a column lies in memory leaves no trace');
});

test('outcome: another text is none', () => {
  for (const text of ['', '{', '{"arms":[]}', '[1]', 'null']) assert.equal(parseOutcome(text), null, text);
});
