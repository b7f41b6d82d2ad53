import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { madeRun } from '../testing/made-run.ts';
import { isOfRuns, summarizeRuns } from './runs-summary.ts';
import { type Summary, summarize } from './summary.ts';

function summaryOf(seed: number, change: Partial<Summary> = {}): Summary {
  return { ...summarize(madeRun({ seed, relays: 60 }), []), ...change };
}

function live(summary: Summary, t50Seconds: number | null): Summary {
  const arm = summary.arms.live as Summary['arms'][string];
  return { ...summary, arms: { ...summary.arms, live: { ...arm, t50Seconds } } };
}

describe('the summary of several runs', () => {
  it('a time is the median over runs, with its bounds under its path', () => {
    const runs = [3, 1, 2].map((t50, index) => live(summaryOf(index + 1), t50));
    const merged = summarizeRuns(runs);
    assert.equal(merged.arms.live?.t50Seconds, 2);
    assert.deepEqual(merged.intervals['arms.live.t50Seconds'], [1, 3]);
    assert.deepEqual(merged.seeds, [1, 2, 3]);
    assert.equal(merged.runs, 3);
    assert.ok(isOfRuns(merged) && !isOfRuns(summaryOf(1)));
  });

  it('a share that some runs never reached: late, not left out', () => {
    const merged = summarizeRuns([5, null, null].map((t50, index) => live(summaryOf(index + 1), t50)));
    assert.equal(merged.arms.live?.t50Seconds, null);
    assert.deepEqual(merged.intervals['arms.live.t50Seconds'], [5, null]);
  });

  it('an assertion holds when it holds in every run, and shows the median of what was found', () => {
    const asserting = (found: number | null) => ({
      assertions: [
        {
          assert: 'live.t50 < 4s',
          holds: found !== null && found < 4,
          kind: 'duration' as const,
          found,
          limit: 4,
          note: found === null ? 'live.t50 was not reached within 1min' : null,
        },
      ],
    });
    const merged = (...found: (number | null)[]) =>
      summarizeRuns(found.map((one, index) => summaryOf(index + 1, asserting(one)))).assertions![0]!;
    assert.deepEqual(merged(1, 3, 2), { ...asserting(2).assertions[0]!, found: 2 });
    const { holds, note, limit } = merged(1, 5, 2);
    assert.deepEqual([holds, note, limit], [false, 'it holds in 2 of 3 runs', 4]);
    assert.equal(merged(1, null, null).found, null);
    assert.equal('assertions' in summarizeRuns([summaryOf(1), summaryOf(2)]), false);
  });

  it('ratios are medians of each run, not ratios of medians', () => {
    const ratio = (t50: number) => ({ ratios: [{ manual: 'manual', live: 'live', t25: 1, t50 }] });
    const merged = summarizeRuns([summaryOf(1, ratio(10)), summaryOf(2, ratio(30)), summaryOf(3, ratio(20))]);
    assert.equal(merged.ratios[0]?.t50, 20);
    assert.equal(merged.ratios[0]?.manual, 'manual');
    assert.deepEqual(merged.intervals['ratios.0.t50'], [10, 30]);
  });

  it('what all runs agree on has no interval, and what is no number and differs is left out', () => {
    const merged = summarizeRuns([summaryOf(1), summaryOf(2)]);
    assert.equal(merged.intervals['arms.live.updates.0.moduleBytes'], undefined);
    assert.equal(merged.arms.live?.channel, 'gossip');
  });

  it('a reason that only some runs had counts as 0 in the others', () => {
    const withRefusals = (seed: number, refusals: Record<string, number>): Summary => {
      const summary = summaryOf(seed);
      const arm = summary.arms.live as Summary['arms'][string];
      const trust = { ...arm.trust, refusals } as NonNullable<typeof arm.trust>;
      return { ...summary, arms: { ...summary.arms, live: { ...arm, trust } } };
    };
    const merged = summarizeRuns([withRefusals(1, { expired: 4 }), withRefusals(2, {}), withRefusals(3, {})]);
    assert.equal(merged.arms.live?.trust?.refusals.expired, 0);
    assert.deepEqual(merged.intervals['arms.live.trust.refusals.expired'], [0, 4]);
  });

  it('broken invariants add up', () => {
    assert.equal(
      summarizeRuns([summaryOf(1, { violations: 2 }), summaryOf(2, { violations: 3 })]).violations,
      5,
    );
  });

  it('runs of different scenarios, and no run at all, are refused', () => {
    assert.throws(() => summarizeRuns([summaryOf(1), summaryOf(2, { scenario: 'other' })]), RangeError);
    assert.throws(() => summarizeRuns([summaryOf(1), summaryOf(2, { relays: 61 })]), RangeError);
    assert.throws(() => summarizeRuns([]), RangeError);
  });
});
