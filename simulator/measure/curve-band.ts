/**
 * The curves of several runs as one: for each share the median time until it was reached, and the band around it.
 *
 * Medians are taken of times, as in the tables, so that a chart and a table name the same moment. The band bounds
 * the share at each moment, since that is how a chart is read from the axis up.
 */

import type { MedianOverRuns } from './bootstrap.ts';
import { type AdoptionCurve, reachedFraction, WEIGHTINGS, type Weighting } from './curve.ts';
import { timeToFraction } from './quantiles.ts';

/** Shares at which times are compared; the shares of the tables are among them. */
const LEVELS = 1000;

/** Bounds for each row of a curve. */
export interface Band {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** A curve that stands for several runs, and its bands. */
export interface BandedCurve {
  readonly median: AdoptionCurve;
  readonly bands: Readonly<Record<Weighting, Band>>;
}

/** The values of a step function, given by its ascending steps, at ascending moments. */
function stepsAt(seconds: ArrayLike<number>, fraction: ArrayLike<number>, at: Float64Array): Float64Array {
  const values = new Float64Array(at.length);
  let row = 0;
  for (const [index, moment] of at.entries()) {
    while (row < seconds.length && (seconds[row] as number) <= moment) row++;
    values[index] = row === 0 ? 0 : (fraction[row - 1] as number);
  }
  return values;
}

interface MedianCurve {
  readonly seconds: number[];
  readonly fraction: number[];
  /** Moments at which a bound of the band may step: also before the median curve begins, and after it has ended. */
  readonly ofBounds: number[];
}

/** For each share the median moment at which runs reached it, as far as half of them did. */
function medianCurve(
  curves: readonly AdoptionCurve[],
  weighting: Weighting,
  overRuns: MedianOverRuns,
): MedianCurve {
  const seconds: number[] = [];
  const fraction: number[] = [];
  const ofBounds: number[] = [];
  for (let level = 1; level <= LEVELS; level++) {
    const { median, low, high } = overRuns.of(
      curves.map((curve) => timeToFraction(curve, weighting, level / LEVELS)),
    );
    if (low === null) break;
    ofBounds.push(low);
    if (high !== null) ofBounds.push(high);
    if (median === null) continue;
    seconds.push(median);
    fraction.push(level / LEVELS);
  }
  const reached = overRuns.of(curves.map((curve) => reachedFraction(curve, weighting))).median as number;
  // The last level is up to a thousandth below what was reached in the end.
  if (fraction.length > 0) fraction.push(Math.max(fraction.pop() as number, reached));
  return { seconds, fraction, ofBounds };
}

/** Merges one curve of each run. `overRuns` must be for as many runs as there are curves. */
export function bandedCurve(curves: readonly AdoptionCurve[], overRuns: MedianOverRuns): BandedCurve {
  const byCount = medianCurve(curves, 'fractionOfRelays', overRuns);
  const byWeight = medianCurve(curves, 'fractionOfConsensusWeight', overRuns);
  const moments = [byCount, byWeight].flatMap((curve) => [...curve.seconds, ...curve.ofBounds]);
  const seconds = Float64Array.from(new Set(moments)).sort();
  const medians = {} as Record<Weighting, Float64Array>;
  const bands = {} as Record<Weighting, Band>;
  for (const weighting of WEIGHTINGS) {
    const steps = weighting === 'fractionOfRelays' ? byCount : byWeight;
    const median = stepsAt(steps.seconds, steps.fraction, seconds);
    const values = curves.map((curve) => stepsAt(curve.seconds, curve[weighting], seconds));
    const low = new Float64Array(seconds.length);
    const high = new Float64Array(seconds.length);
    for (let row = 0; row < seconds.length; row++) {
      const bounds = overRuns.of(values.map((ofRun) => ofRun[row] as number));
      // With an even number of runs the median of times may lie outside the bounds of shares.
      low[row] = Math.min(bounds.low as number, median[row] as number);
      high[row] = Math.max(bounds.high as number, median[row] as number);
    }
    medians[weighting] = median;
    bands[weighting] = { low, high };
  }
  return { median: { seconds, ...medians }, bands };
}
