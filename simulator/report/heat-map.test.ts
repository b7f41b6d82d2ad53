import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ArmSummary, summarize } from '../measure/summary.ts';
import { runFigures, type SweepSummary, summarizeSweep } from '../measure/sweep-summary.ts';
import { type SweepPlan, sweepPoints } from '../scenario/sweep-plan.ts';
import { madeRun } from '../testing/made-run.ts';
import { openDrawingBoard } from './drawing-board.ts';
import { drawHeatMap, hasHeatMap } from './heat-map.ts';

const MADE = summarize(madeRun({ relays: 40 }), []);

function swept(plan: SweepPlan, half: (point: readonly unknown[]) => number | null): SweepSummary {
  const points = sweepPoints(plan).map((values) => {
    const live = { ...(MADE.arms.live as ArmSummary), t50Seconds: half(values) };
    return { values, runs: [runFigures({ ...MADE, arms: { live } })] };
  });
  return summarizeSweep(plan, points);
}

const PLAN: SweepPlan = {
  axes: [
    { path: 'network.relays', values: [40] },
    { path: 'network.degree', values: [6, 14] },
    { path: 'gossipsub.D', values: [4, 6, 8] },
  ],
  sample: null,
  runs: 1,
};

describe('the heat map of a sweep', () => {
  it('has a cell for each pair of values, the later the darker, with the key that matters most across', async () => {
    const summary = swept(PLAN, ([, degree, d]) =>
      d === 8 && degree === 14 ? null : Number(d) ** 2 + (degree === 6 ? 0 : 1),
    );
    assert.ok(hasHeatMap(summary));
    const svg = drawHeatMap(await openDrawingBoard(), summary);
    const cells = svg.slice(svg.indexOf('live: time to half'));
    const shades = [...cells.matchAll(/fill-opacity="([0-9.]+)"/g)].map(([, shade]) => Number(shade));
    assert.equal(shades.length, 6);
    // Points in order: degree 6 with a D of 4, 6 and 8, then degree 14.
    const [of4 = 0, of6 = 0, of8 = 0, of4with14 = 0] = shades;
    assert.ok(of4 < of4with14 && of4with14 < of6 && of6 < of8, shades.join());
    assert.deepEqual([of4, of8, shades[5]], [0.06, 0.6, 0.06]);
    for (const text of ['>16 s<', '>17 s<', '>never<']) assert.ok(svg.includes(text), text);
  });

  it('of a sample, cells are classes of values', async () => {
    const range = { from: 0, to: 90, unit: ' KiB', spacing: 'linear' as const, whole: true };
    const plan: SweepPlan = {
      axes: [
        { path: 'updates[0].size', values: [], range },
        { path: 'network.dialing', values: ['uniform', 'consensus-weight'] },
      ],
      sample: { method: 'latin-hypercube', count: 36, seed: 1 },
      runs: 1,
    };
    const summary = swept(plan, ([size]) => Number.parseFloat(String(size)) + 1);
    const svg = drawHeatMap(await openDrawingBoard(), summary);
    assert.match(svg, /\d+ to \d+ KiB/);
    assert.match(svg, /consensus-weight/);
  });

  it('there is none where fewer than two keys vary', () => {
    const plan = { ...PLAN, axes: PLAN.axes.slice(0, 2) };
    assert.ok(!hasHeatMap(swept(plan, () => 1)));
  });
});
