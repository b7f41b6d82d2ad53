/**
 * Medians over runs, and how far they can be trusted: percentile bootstrap intervals.
 *
 * A run is one sample of everything that chance decides, so runs are what is drawn again, with replacement. One
 * run says nothing about the next: several networks have to be sampled before a difference means anything
 * (Jansen, Tracey and Goldberg, "Once is Never Enough", USENIX Security 2021). The bootstrap's distribution of a
 * median is known in full (Efron, "Bootstrap Methods", Annals of Statistics 7, 1979), so nothing is drawn here:
 * the intervals are those of infinitely many resamples.
 */

import { roundNoise } from './rounding.ts';

/** Share of intervals that hold the true median, if there are runs enough. */
export const CONFIDENCE = 0.95;
/**
 * With fewer runs the interval cannot hold its confidence: even from the least to the greatest of n runs it holds
 * the true median only with probability 1 - 2^(1-n), which is 0.9375 for 5.
 */
export const RUNS_FOR_CONFIDENCE = 6;
export const RUNS_MAX = 10_000;

/** A median and its interval; null stands for never. */
export interface MedianInterval {
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Probability that at least `needed` of `draws` draws, each with probability `share`, succeed. */
export function atLeast(needed: number, draws: number, share: number): number {
  // Only additions and products of numbers up to 1: the same bits everywhere, and nothing underflows.
  const probability = new Float64Array(needed + 1);
  probability[0] = 1;
  for (let draw = 0; draw < draws; draw++) {
    const most = Math.min(needed, draw + 1);
    for (let count = most; count >= 0; count--) {
      const stays = count === needed ? 1 : 1 - share;
      const rises = count === 0 ? 0 : (probability[count - 1] as number) * share;
      probability[count] = (probability[count] as number) * stays + rises;
    }
  }
  return probability[needed] as number;
}

/** The least rank, from 1, at which the `needed`th of the redrawn runs stands with the given probability. */
function rankAt(needed: number, runs: number, probability: number): number {
  let low = 1;
  let high = runs;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (atLeast(needed, runs, middle / runs) >= probability) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The median of some values, without an interval; null is for never, which sorts last. Null of no value at all. */
export function medianOf(values: readonly (number | null)[]): number | null {
  if (values.length === 0) return null;
  return finiteOrNull(medianOfSorted(Float64Array.from(values, orNever).sort()));
}

function orNever(value: number | null): number {
  return value ?? Number.POSITIVE_INFINITY;
}

/** Null for what was never reached. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** The mean of the middle two where their number is even. */
function medianOfSorted(sorted: Float64Array): number {
  const [lower, upper] = [sorted[(sorted.length - 1) >>> 1] as number, sorted[sorted.length >>> 1] as number];
  // Two infinities have no mean, and the mean of others must not end in the noise of its last bits.
  return lower === upper ? lower : roundNoise((lower + upper) / 2);
}

/**
 * The median over a given number of runs. For an even number it is the mean of the middle two; its interval then
 * goes from the lower bound of the lower one to the upper bound of the upper one, which is slightly wide.
 */
export class MedianOverRuns {
  readonly runs: number;
  private readonly lowRank: number;
  private readonly highRank: number;

  /** Throws RangeError unless `runs` is 1 to `RUNS_MAX`. */
  constructor(runs: number) {
    if (!(runs >= 1 && runs <= RUNS_MAX)) throw new RangeError(`a median over ${runs} runs`);
    this.runs = runs;
    const tail = (1 - CONFIDENCE) / 2;
    this.lowRank = rankAt(Math.ceil(runs / 2), runs, tail);
    this.highRank = rankAt(Math.floor(runs / 2) + 1, runs, 1 - tail);
  }

  /** Of one value per run; null, for a run that never got there, sorts last. */
  of(values: readonly (number | null)[]): MedianInterval {
    const { median, low, high } = this.bounds(values.map(orNever));
    return { median: finiteOrNull(median), low: finiteOrNull(low), high: finiteOrNull(high) };
  }

  /** The same of numbers, infinities among them; throws RangeError unless there is one per run. */
  bounds(values: readonly number[]): {
    readonly median: number;
    readonly low: number;
    readonly high: number;
  } {
    const { runs, lowRank, highRank } = this;
    if (values.length !== runs) throw new RangeError(`${values.length} values of ${runs} runs`);
    const sorted = Float64Array.from(values).sort();
    const at = (rank: number): number => sorted[rank - 1] as number;
    return { median: medianOfSorted(sorted), low: at(lowRank), high: at(highRank) };
  }
}
