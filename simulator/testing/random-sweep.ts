/** Random sweeps, of keys that every scenario has. */

import fc from 'fast-check';
import type { SweepPlan } from '../scenario/sweep-plan.ts';

const AXES = [
  fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }).map((values) => ({
    path: 'gossipsub.D',
    values,
  })),
  fc
    .subarray(['uniform', 'consensus-weight'], { minLength: 1 })
    .map((values) => ({ path: 'network.dialing', values })),
  fc
    .subarray(['1 KiB', '20 KiB', '64 KiB'], { minLength: 1 })
    .map((values) => ({ path: 'updates[0].size', values })),
  fc.subarray([true, false], { minLength: 1 }).map((values) => ({ path: 'gossipsub.floodPublish', values })),
] as const;

/** Axes that only a sample may have. */
const RANGES = [
  fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 90 }), fc.boolean(), fc.boolean())
    .map(([from, to, isLog, whole]) => ({
      path: 'updates[0].priority',
      values: [],
      range: { from, to, unit: '', spacing: isLog ? ('log' as const) : ('linear' as const), whole },
    })),
  fc.constantFrom(0.5, 20, 300).map((from) => ({
    path: 'costs.admit',
    values: [],
    range: { from, to: 1e4, unit: ' us', spacing: 'log' as const, whole: false },
  })),
] as const;

const samples: fc.Arbitrary<SweepPlan['sample']> = fc.option(
  fc.record({
    method: fc.constantFrom('random' as const, 'latin-hypercube' as const),
    count: fc.integer({ min: 2, max: 50 }),
    seed: fc.nat(0xffffffff),
  }),
);

/** Mostly none, as in most scenarios. */
export const sweeps: fc.Arbitrary<SweepPlan | null> = fc.option(
  fc
    .tuple(
      fc.tuple(...AXES, ...RANGES),
      fc.subarray([0, 1, 2, 3], { minLength: 1 }),
      fc.subarray([4, 5]),
      samples,
      fc.integer({ min: 1, max: 20 }),
    )
    .map(([axes, listed, drawn, sample, runs]) => ({
      axes: [...listed, ...(sample === null ? [] : drawn)].map(
        (index) => axes[index] as SweepPlan['axes'][number],
      ),
      sample,
      runs,
    })),
  { freq: 1 },
);
