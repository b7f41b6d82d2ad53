/**
 * The adoption curve of one stage: which share of all relays had reached it by when.
 *
 * It is a step function, and nothing is interpolated: between two rows the value of the earlier one holds.
 * Shares are of ALL relays, so a curve that never reaches 1 is one whose last relays were never reached.
 */

import { type Cohort, ofCohort } from './cohort.ts';
import { orderOfTimes } from './time-order.ts';

/** Row i holds the value from `seconds[i]` on; before the first row it is 0. */
export interface AdoptionCurve {
  /** Distinct moments at which relays arrived, ascending; virtual seconds since the release. */
  readonly seconds: Float64Array;
  /** 0 to 1, rising. */
  readonly fractionOfRelays: Float64Array;
  /** 0 to 1, rising. */
  readonly fractionOfConsensusWeight: Float64Array;
}

/** The two ways to count relays: each as one, or by its consensus weight. */
export const WEIGHTINGS = ['fractionOfRelays', 'fractionOfConsensusWeight'] as const;
export type Weighting = (typeof WEIGHTINGS)[number];

/**
 * Builds the curve from one time per relay (NaN: never) and one weight per relay (any positive scale); relays that
 * the cohort leaves out are not there.
 *
 * Relays that arrive at the same moment, such as those of one operator, make one row. Throws RangeError
 * when the columns differ in length.
 */
export function adoptionCurve(
  times: Float64Array,
  weights: Float64Array,
  cohort: Cohort = null,
): AdoptionCurve {
  if (weights.length !== times.length)
    throw new RangeError(`${times.length} times for ${weights.length} weights`);
  const arrivedSeconds = ofCohort(times, cohort);
  const weight = ofCohort(weights, cohort);
  const relays = arrivedSeconds.length;
  let totalWeight = 0;
  for (const value of weight) totalWeight += value;

  const order = orderOfTimes(arrivedSeconds);
  const seconds = new Float64Array(order.length);
  const byCount = new Float64Array(order.length);
  const byWeight = new Float64Array(order.length);
  let rows = 0;
  let arrivedWeight = 0;
  for (let position = 0; position < order.length; position++) {
    const relay = order[position] as number;
    const at = arrivedSeconds[relay] as number;
    arrivedWeight += weight[relay] as number;
    if (position + 1 < order.length && arrivedSeconds[order[position + 1] as number] === at) continue;
    const arrived = position + 1;
    seconds[rows] = at;
    byCount[rows] = arrived / relays;
    // A sum in order of arrival can miss the total by a few last bits: all relays are the whole weight.
    byWeight[rows] = arrived === relays ? 1 : totalWeight > 0 ? Math.min(1, arrivedWeight / totalWeight) : 0;
    rows++;
  }
  return {
    seconds: seconds.slice(0, rows),
    fractionOfRelays: byCount.slice(0, rows),
    fractionOfConsensusWeight: byWeight.slice(0, rows),
  };
}

/** The share reached in the end, 0 to 1. */
export function reachedFraction(curve: AdoptionCurve, weighting: Weighting): number {
  return curve[weighting].at(-1) ?? 0;
}
