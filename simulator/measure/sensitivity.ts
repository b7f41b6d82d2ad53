/**
 * How much of what varies over a sweep goes with one key: first-order variance-based sensitivity indices.
 *
 * S = Var(E[Y | X]) / Var(Y), Sobol's first-order index (Saltelli et al., "Global Sensitivity Analysis: The Primer",
 * 2008, section 1.2.13), taken from the points that there are (Plischke, Borgonovo and Smith, "Global sensitivity measures
 * from given data", European Journal of Operational Research 226, 2013): points are sorted into classes by the key's
 * value, and with n_k points of mean y_k in class k, and mean y over all n,
 *
 *     S = sum_k n_k (y_k - y)^2 / sum_j (y_j - y)^2.
 *
 * On a full grid each value is a class, and S is the index itself. In a sample some of the spread of class means is
 * chance; there Kelley's correction takes out what is expected of it (epsilon squared, PNAS 21, 1935), with K classes:
 *
 *     S = 1 - (n - 1) / (n - K) * sum_k sum_(j in k) (y_j - y_k)^2 / sum_j (y_j - y)^2, and 0 where that is below 0.
 */

import type { SweepAxis, SweepValue } from '../scenario/sweep-plan.ts';

/** A sample of n points has some sqrt(n) classes, as histograms have, but no more than these. */
const CLASSES_MOST = 50;

/** The class of each point on an axis, from 0, and what each class holds. */
export interface AxisClasses {
  readonly of: readonly number[];
  readonly names: readonly string[];
  readonly count: number;
}

/** The number in `20 KiB`. */
export function numberIn(value: SweepValue): number {
  return typeof value === 'boolean' ? Number(value) : Number.parseFloat(String(value));
}

/**
 * Classes of points by their values on an axis: one for each value that is listed; of a range that was drawn from, classes
 * with as many points each, as far as equal values allow.
 */
export function classesOf(axis: SweepAxis, values: readonly SweepValue[], most = CLASSES_MOST): AxisClasses {
  if (axis.range === undefined) {
    const of = values.map((value) => axis.values.indexOf(value));
    return { of, names: axis.values.map(String), count: axis.values.length };
  }
  const numbers = values.map(numberIn);
  const sorted = numbers.toSorted((a, b) => a - b);
  const wanted = Math.max(2, Math.min(most, Math.floor(Math.sqrt(values.length))));
  const starts = [
    ...new Set(
      Array.from(
        { length: wanted },
        (_unused, part) => sorted[Math.floor((part * sorted.length) / wanted)] as number,
      ),
    ),
  ];
  const of = numbers.map((number) => starts.findLastIndex((start) => number >= start));
  const names = starts.map((_start, part) => {
    const inside = numbers.filter((_number, index) => of[index] === part);
    const [least, greatest] = [Math.min(...inside), Math.max(...inside)];
    const { unit } = axis.range!;
    return least === greatest ? `${least}${unit}` : `${least} to ${greatest}${unit}`;
  });
  return { of, names, count: starts.length };
}

/**
 * The first-order index of some classes, 0 to 1; null where nothing varies. `isSample`: with Kelley's correction; then
 * null, too, where there are no more points than classes.
 */
export function firstOrderIndex(
  { of, count }: Pick<AxisClasses, 'of' | 'count'>,
  figures: readonly number[],
  isSample: boolean,
): number | null {
  const mean = figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
  const sums = new Float64Array(count);
  const members = new Float64Array(count);
  for (const [index, figure] of figures.entries()) {
    const own = of[index] as number;
    sums[own] = (sums[own] as number) + figure;
    members[own] = (members[own] as number) + 1;
  }
  let total = 0;
  let within = 0;
  for (const [index, figure] of figures.entries()) {
    const own = of[index] as number;
    const fromMean = figure - mean;
    const fromOwn = figure - (sums[own] as number) / (members[own] as number);
    total += fromMean * fromMean;
    within += fromOwn * fromOwn;
  }
  // What rounding leaves of figures that are all equal is no variance.
  if (total <= 1e-24 * figures.length * mean * mean) return null;
  if (!isSample) return Math.max(0, 1 - within / total);
  const classes = members.filter((members) => members > 0).length;
  if (figures.length <= classes) return null;
  return Math.max(0, 1 - (((figures.length - 1) / (figures.length - classes)) * within) / total);
}
