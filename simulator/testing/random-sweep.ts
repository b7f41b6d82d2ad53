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

/** Mostly none, as in most scenarios. */
export const sweeps: fc.Arbitrary<SweepPlan | null> = fc.option(
  fc
    .tuple(fc.tuple(...AXES), fc.subarray([0, 1, 2, 3], { minLength: 1 }), fc.integer({ min: 1, max: 20 }))
    .map(([axes, chosen, runs]) => ({
      axes: chosen.map((index) => axes[index] as SweepPlan['axes'][number]),
      runs,
    })),
  { freq: 1 },
);
