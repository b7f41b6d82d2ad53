import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkSteps,
  decideRollout,
  type RolloutProgress,
  type RolloutSteps,
  TrialTally,
} from './rollout-controller.ts';

const PLAN: RolloutSteps = {
  steps: [0.01, 0.1, 1],
  everySeconds: 600,
  haltAboveFailedShare: 0.1,
  minReports: 20,
};
const FIRST: RolloutProgress = { step: 0, steppedAtMs: 1000, cohort: 75 };
const DUE = 601_000;

const decide = (
  reported: number,
  failed: number,
  nowMs: number,
  progress: Partial<RolloutProgress> = {},
  plan: Partial<RolloutSteps> = {},
) => decideRollout({ ...PLAN, ...plan }, { ...FIRST, ...progress }, { reported, failed }, nowMs);

describe('rollout', () => {
  it('a step waits for its time, to the millisecond', () => {
    assert.equal(decide(75, 0, DUE - 1), 'wait');
    assert.deepEqual(decide(75, 0, DUE), { raise: 0.1 });
  });

  it('a step waits for its reports, however late it is', () => {
    assert.equal(decide(19, 0, DUE * 10), 'wait');
    assert.deepEqual(decide(20, 0, DUE * 10), { raise: 0.1 });
  });

  it('a share at the limit goes on, one relay more halts', () => {
    // A tenth of 30 is 3.
    assert.deepEqual(decide(30, 3, DUE), { raise: 0.1 });
    assert.equal(decide(30, 4, DUE), 'halt');
    // 0.29 x 100 is 28.999999999999996 in binary fractions.
    assert.deepEqual(decide(100, 29, DUE, {}, { haltAboveFailedShare: 0.29 }), { raise: 0.1 });
  });

  it('halts before the time of the step, but not before enough have reported', () => {
    assert.equal(decide(19, 19, 2000), 'wait');
    assert.equal(decide(20, 3, 2000), 'halt');
  });

  it('halts after the last step too; without cause it is done', () => {
    assert.equal(decide(7500, 0, DUE, { step: 2, cohort: 7500 }), 'done');
    assert.equal(decide(7500, 751, DUE, { step: 2, cohort: 7500 }), 'halt');
  });

  it('a cohort smaller than minReports goes on when all of it has reported', () => {
    assert.equal(decide(4, 0, DUE, { cohort: 5 }), 'wait');
    assert.deepEqual(decide(5, 0, DUE, { cohort: 5 }), { raise: 0.1 });
    assert.equal(decide(5, 1, 2000, { cohort: 5 }), 'halt');
    assert.equal(decide(0, 0, DUE, { cohort: 0 }), 'wait', 'silence proves nothing');
  });

  it('without minReports the clock alone raises, and a failure halts', () => {
    assert.deepEqual(decide(0, 0, DUE, {}, { minReports: 0 }), { raise: 0.1 });
    assert.equal(decide(1, 1, 2000, {}, { minReports: 0 }), 'halt');
  });

  it('a relay counts once, and a failed trial stays failed', () => {
    const tally = new TrialTally('aa');
    for (let i = 0; i < 3; i++) tally.add({ relay: 'r1', sha256: 'aa', outcome: 'confirmed' });
    tally.add({ relay: 'r2', sha256: 'bb', outcome: 'failed' });
    assert.deepEqual([tally.reported, tally.failed], [1, 0]);
    tally.add({ relay: 'r1', sha256: 'aa', outcome: 'failed' });
    tally.add({ relay: 'r1', sha256: 'aa', outcome: 'failed' });
    tally.add({ relay: 'r1', sha256: 'aa', outcome: 'confirmed' });
    assert.deepEqual([tally.reported, tally.failed], [1, 1]);
  });

  it('refuses steps that do not rise, and shares that are none', () => {
    checkSteps(PLAN);
    for (const wrong of [
      { steps: [] },
      { steps: [0, 1] },
      { steps: [0.5, 0.5] },
      { steps: [0.5, 1.1] },
      { steps: [Number.NaN] },
      { everySeconds: -1 },
      { haltAboveFailedShare: 1.5 },
      { minReports: -1 },
    ]) {
      assert.throws(() => checkSteps({ ...PLAN, ...wrong }), RangeError, JSON.stringify(wrong));
    }
  });
});
