import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SweepPlan } from '../scenario/sweep-plan.ts';
import { madeRun } from '../testing/made-run.ts';
import { type ArmSummary, summarize } from './summary.ts';
import { mainEffects, pointClasses, type RunFigures, runFigures, summarizeSweep } from './sweep-summary.ts';

const MADE = summarize(madeRun({ relays: 40 }), []);

/** Runs of a point whose live arm has these times to half. */
function runs(...t50s: (number | null)[]): RunFigures[] {
  return t50s.map((t50Seconds, index) =>
    runFigures({
      ...MADE,
      seeds: [index + 1],
      arms: { live: { ...(MADE.arms.live as ArmSummary), t50Seconds } },
    }),
  );
}

const PLAN: SweepPlan = {
  axes: [
    { path: 'network.degree', values: [6, 14] },
    { path: 'updates[0].size', values: ['1 KiB', '64 KiB'] },
  ],
  sample: null,
  runs: 3,
};

describe('what a sweep found', () => {
  const summary = summarizeSweep(PLAN, [
    { values: [6, '1 KiB'], runs: runs(3, 1, 2) },
    { values: [6, '64 KiB'], runs: runs(20, 20, 20) },
    { values: [14, '1 KiB'], runs: runs(1, 1, 1) },
    { values: [14, '64 KiB'], runs: runs(16, 16, 16) },
  ]);

  it('a point has the median of its runs, with bounds', () => {
    const [first] = summary.points;
    assert.deepEqual(first?.values, { 'network.degree': 6, 'updates[0].size': '1 KiB' });
    assert.equal(first?.arms.live?.t50Seconds, 2);
    assert.deepEqual(first?.intervals['arms.live.t50Seconds'], [1, 3]);
    assert.deepEqual(first?.seeds, [1, 2, 3]);
  });

  it('a main effect is the median over all points with the value', () => {
    const effects = (axis: number) =>
      mainEffects(
        summary.points,
        'live',
        't50Seconds',
        pointClasses(summary.points, PLAN.axes[axis] as SweepPlan['axes'][number]),
      );
    assert.deepEqual(effects(0), [11, 8.5]);
    assert.deepEqual(effects(1), [1.5, 18]);
  });

  it('the key that matters most comes first', () => {
    const ranked = summary.ranking.find(({ figure }) => figure === 't50Seconds');
    assert.deepEqual(ranked?.axes, [
      // Means 1.5 and 18, 11 and 8.5, around 9.75: 68.0625 and 1.5625 of a variance of 70.1875.
      { path: 'updates[0].size', ratio: 12, firstOrder: 0.969724 },
      { path: 'network.degree', ratio: 1.29412, firstOrder: 0.0222618 },
    ]);
  });

  it('a value at which a share is never reached leaves the key without a ratio', () => {
    const never = summarizeSweep(
      { axes: [PLAN.axes[0] as SweepPlan['axes'][number]], sample: null, runs: 1 },
      [
        { values: [6], runs: runs(null) },
        { values: [14], runs: runs(1) },
      ],
    );
    const ranked = never.ranking.find(({ figure }) => figure === 't50Seconds');
    assert.deepEqual(ranked?.axes, [{ path: 'network.degree', ratio: null, firstOrder: null }]);
    assert.equal(never.points[0]?.arms.live?.t50Seconds, null);
  });

  it('no run is refused', () => {
    assert.throws(() => summarizeSweep(PLAN, []), RangeError);
  });
});
