import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptOfArm } from './kept-of-arm.ts';
import type { ArmOutcome, RunOutcome } from './outcome.ts';

test('kept of arm: made once, whatever other arms the run has by then; for another run it is made anew', () => {
  const made: string[] = [];
  const nameOf = keptOfArm(({ arm }, { scenario }) => {
    made.push(`${scenario.name} ${arm.name}`);
    return [arm.name];
  });
  const byHand = { arm: { name: 'manual' } } as ArmOutcome;
  const run = { scenario: { name: 'one' }, population: {}, churn: null } as RunOutcome;
  const later: RunOutcome = { ...run, arms: [byHand] };
  assert.equal(nameOf(byHand, run), nameOf(byHand, later));
  assert.deepEqual(made, ['one manual']);
  const { scenario } = run;
  nameOf(byHand, { ...run, scenario: { ...scenario, name: 'other' } });
  nameOf(byHand, { ...run, churn: {} as RunOutcome['churn'] });
  assert.deepEqual(made, ['one manual', 'other manual', 'one manual']);
});
