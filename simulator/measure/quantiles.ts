/**
 * Times to a fraction: when a curve first reaches a quarter, half, ... of all relays.
 *
 * The lower inverse of the step function, without interpolation: the answer is always a moment at which a
 * relay really arrived. The fraction is of all relays, not of those that arrived, so it can stay unreached.
 */

import type { AdoptionCurve, Weighting } from './curve.ts';

/** The fractions that every table states, by name. */
export const MILESTONES = { t25: 0.25, t50: 0.5, t75: 0.75, t90: 0.9, t99: 0.99 } as const;
export type Milestone = keyof typeof MILESTONES;
export const MILESTONE_NAMES = ['t25', 't50', 't75', 't90', 't99'] as const satisfies readonly Milestone[];

/**
 * Slack for sums of weights: ten weights of 0.1 add up to a last bit below 1. Far below the share of one
 * relay among a million.
 */
const FRACTION_SLACK = 1e-9;

/**
 * Virtual seconds until `fraction` (above 0, at most 1) of all relays has arrived; null when it never has.
 */
export function timeToFraction(curve: AdoptionCurve, weighting: Weighting, fraction: number): number | null {
  if (!(fraction > 0 && fraction <= 1)) throw new RangeError(`fraction ${fraction} is not within (0, 1]`);
  const reached = curve[weighting];
  let low = 0;
  let high = reached.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((reached[middle] as number) >= fraction - FRACTION_SLACK) high = middle;
    else low = middle + 1;
  }
  return curve.seconds[low] ?? null;
}

/** The lower quantile of ascending values: one that is really among them. Null of no value at all. */
export function lowerQuantile(sorted: ArrayLike<number>, probability: number): number | null {
  return sorted[Math.max(0, Math.ceil(probability * sorted.length) - 1)] ?? null;
}
