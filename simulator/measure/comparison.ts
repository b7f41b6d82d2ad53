/**
 * Two sets of runs against each other, paired by seed: what changed, by how much, and whether that can be said.
 *
 * Runs with one seed share network, operators and links, so differences are taken run by run first. A verdict is
 * given only where the interval of the median difference leaves out zero and there are runs enough for it.
 */

import {
  finiteOrNull,
  type MedianInterval,
  MedianOverRuns,
  medianOf,
  RUNS_FOR_CONFIDENCE,
} from './bootstrap.ts';
import { roundTime } from './rounding.ts';
import type { ArmSummary, Summary } from './summary.ts';

/** What is compared of each arm; null where a run never got there or the arm has no such figure. */
export const COMPARED = {
  t50Seconds: (arm: ArmSummary) => arm.t50Seconds,
  t90Seconds: (arm: ArmSummary) => arm.t90Seconds,
  t99Seconds: (arm: ArmSummary) => arm.t99Seconds,
  reachedFraction: (arm: ArmSummary) => arm.reachedFraction,
  vulnerableRelayHours: (arm: ArmSummary) => arm.vulnerableRelayHours,
  rolledBack: (arm: ArmSummary) => arm.rolledBack,
  circuitsBroken: (arm: ArmSummary) => arm.circuitsBroken,
  bytes: (arm: ArmSummary) => arm.cost?.bytes ?? null,
} as const satisfies Record<string, (arm: ArmSummary) => number | null>;
export type ComparedName = keyof typeof COMPARED;

/** `open`: the runs do not tell. `equal`: every pair of runs has the same figure. */
export type Verdict = 'higher' | 'lower' | 'equal' | 'open';

export interface ComparedFigure {
  readonly arm: string;
  readonly figure: ComparedName;
  /** Medians over the paired runs. */
  readonly a: number | null;
  readonly b: number | null;
  /** Median of b - a over pairs, and its bounds; null is beyond any number. */
  readonly difference: MedianInterval;
  /** Median of b / a over pairs; null where a figure is 0 or not there. */
  readonly ratio: number | null;
  /** What b is, compared with a. */
  readonly verdict: Verdict;
}

export interface Comparison {
  /** Seeds that both sides have. */
  readonly seeds: readonly number[];
  readonly hasEnoughRuns: boolean;
  readonly figures: readonly ComparedFigure[];
}

/** Of the same kind: two runs that never got there do not differ. */
function difference(a: number | null, b: number | null): number {
  if (a === b) return 0;
  if (b === null) return Number.POSITIVE_INFINITY;
  if (a === null) return Number.NEGATIVE_INFINITY;
  return roundTime(b - a);
}

function verdict(differences: readonly number[], low: number, high: number, hasEnoughRuns: boolean): Verdict {
  if (differences.every((one) => one === 0)) return 'equal';
  if (!hasEnoughRuns || (low <= 0 && high >= 0)) return 'open';
  return low > 0 ? 'higher' : 'lower';
}

function compareFigure(
  arm: string,
  figure: ComparedName,
  pairs: readonly (readonly [ArmSummary, ArmSummary])[],
  over: MedianOverRuns,
): ComparedFigure | null {
  const read = COMPARED[figure];
  const as = pairs.map(([a]) => read(a));
  const bs = pairs.map(([, b]) => read(b));
  if ([...as, ...bs].every((value) => value === null)) return null;
  const differences = as.map((a, index) => difference(a, bs[index] as number | null));
  // The order of infinities counts, and -Infinity is no null: bounds are taken here, not by `of`.
  const found = over.bounds(differences);
  const ratios = as.map((a, index) => {
    const b = bs[index] as number | null;
    return a === null || b === null || a === 0 ? null : b / a;
  });
  return {
    arm,
    figure,
    a: medianOf(as),
    b: medianOf(bs),
    difference: {
      median: finiteOrNull(found.median),
      low: finiteOrNull(found.low),
      high: finiteOrNull(found.high),
    },
    ratio: ratios.includes(null) ? null : medianOf(ratios),
    verdict: verdict(differences, found.low, found.high, pairs.length >= RUNS_FOR_CONFIDENCE),
  };
}

/** Compares runs by seed and arms by name. Throws RangeError when they share neither a seed nor an arm. */
export function compareRuns(as: readonly Summary[], bs: readonly Summary[]): Comparison {
  const bySeed = new Map(bs.map((summary) => [summary.seeds[0], summary]));
  const pairs = as.flatMap((a) => {
    const b = bySeed.get(a.seeds[0]);
    return b === undefined ? [] : [[a, b] as const];
  });
  const [first] = pairs;
  if (first === undefined) throw new RangeError('the two have no seed in common');
  const arms = Object.keys(first[0].arms).filter((arm) => arm in first[1].arms);
  if (arms.length === 0) throw new RangeError('the two have no arm in common');
  const over = new MedianOverRuns(pairs.length);
  const figures = arms.flatMap((arm) => {
    const ofArm = pairs.map(([a, b]) => [a.arms[arm], b.arms[arm]] as [ArmSummary, ArmSummary]);
    return (Object.keys(COMPARED) as ComparedName[]).flatMap(
      (figure) => compareFigure(arm, figure, ofArm, over) ?? [],
    );
  });
  return {
    seeds: pairs.map(([a]) => a.seeds[0] as number),
    hasEnoughRuns: pairs.length >= RUNS_FOR_CONFIDENCE,
    figures,
  };
}
