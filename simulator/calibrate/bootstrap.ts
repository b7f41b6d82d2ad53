/**
 * Intervals by the bootstrap: the fit is repeated on data drawn from the data.
 *
 * Of three releases or more, releases are drawn, since they differ by more than chance among their relays. Of
 * fewer, each relay's cell between two observations is drawn anew, which supposes that relays update
 * independently of each other.
 */

import { type RandomStream, randomStream } from '../engine/random.ts';
import { quantileOfSorted } from '../population/derive-relays.ts';
import { type AdoptionCurve, nearestRising } from './adoption-curve.ts';
import { type Fit, refit } from './fit.ts';
import { type Mixture, mixtureOf } from './mixture.ts';
import type { Objective, WeightedCurve } from './objective.ts';

/** From so many curves on, curves are drawn and not relays. */
export const CURVES_LEAST = 3;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export type Resampling = 'releases' | 'relays';

export function resamplingOf(curves: readonly unknown[]): Resampling {
  return curves.length >= CURVES_LEAST ? 'releases' : 'relays';
}

function drawCurves(curves: readonly AdoptionCurve[], stream: RandomStream): WeightedCurve[] {
  const weights = curves.map(() => 0);
  for (let i = 0; i < curves.length; i++) weights[stream.integer(curves.length)]! += 1;
  return curves.map((curve, i) => ({ curve, weight: weights[i]! }));
}

function drawRelays(curve: AdoptionCurve, relays: number, stream: RandomStream): AdoptionCurve {
  const rising = nearestRising(curve.fractions);
  const counts = new Uint32Array(rising.length + 1);
  for (let relay = 0; relay < relays; relay++) {
    const u = stream.uniform();
    // The first observation by which so large a share had updated.
    let [low, high] = [0, rising.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (rising[middle]! > u) high = middle;
      else low = middle + 1;
    }
    counts[low]! += 1;
  }
  let upTo = 0;
  return { ...curve, fractions: rising.map((_, i) => (upTo += counts[i]!) / relays) };
}

/** A mixture's numbers in the order of the table: share, place and spread of each part, then never. */
export function numbersOf({ parts, never }: Mixture): number[] {
  const ofParts = parts.flatMap((part) =>
    part.law === 'lognormal'
      ? [part.share, part.medianDays, part.sigma]
      : [part.share, part.scaleDays, part.shape],
  );
  return [...ofParts, never];
}

/** The 95 % interval of each of a fit's numbers, to four digits; null for fewer than 20 repetitions. */
export function bootstrapIntervals(
  fit: Fit,
  curves: readonly AdoptionCurve[],
  {
    repetitions,
    seed,
    relaysOf,
    objectiveOf,
  }: {
    readonly repetitions: number;
    readonly seed: number;
    readonly relaysOf: (curve: AdoptionCurve) => number;
    readonly objectiveOf: (curves: readonly WeightedCurve[]) => Objective;
  },
): Interval[] | null {
  if (repetitions < 20) return null;
  const resampling = resamplingOf(curves);
  const drawn = Array.from({ length: repetitions }, (_, repetition) => {
    const stream = randomStream(seed, 'calibration bootstrap', repetition);
    const data =
      resampling === 'releases'
        ? drawCurves(curves, stream)
        : curves.map((curve) => ({ curve: drawRelays(curve, relaysOf(curve), stream), weight: 1 }));
    const again = refit(fit.composition, objectiveOf(data), fit.vector);
    return numbersOf(mixtureOf(fit.composition, again.vector));
  });
  return drawn[0]!.map((_, number) => {
    const sorted = drawn.map((numbers) => numbers[number]!).sort((a, b) => a - b);
    const at = (probability: number) => Number(quantileOfSorted(sorted, probability).toPrecision(4));
    return { low: at(0.025), high: at(0.975) };
  });
}
