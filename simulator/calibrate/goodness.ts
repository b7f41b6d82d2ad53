/** How far a law is from what was observed, in units of fraction. */

import type { AdoptionCurve } from './adoption-curve.ts';
import { onGrid } from './log-grid.ts';
import type { Mixture } from './mixture.ts';
import { fractionOf } from './written-law.ts';

export interface Goodness {
  /** Root mean square error over the curves on the logarithmic grid of days. */
  readonly rmse: number;
  /** Kolmogorov and Smirnov's distance: the largest error on any day that was observed. */
  readonly ksDistance: number;
}

function rounded(value: number): number {
  return Number(value.toFixed(5));
}

/** The errors of a law against curves; to five digits. */
export function goodnessOf(
  mixture: Mixture,
  curves: readonly AdoptionCurve[],
  grid: readonly number[],
): Goodness {
  const errors = curves.flatMap((curve) =>
    onGrid(curve, grid).map(({ day, fraction }) => fractionOf(mixture, day) - fraction),
  );
  const squares = errors.reduce((sum, error) => sum + error * error, 0);
  const distances = curves.flatMap(({ days, fractions }) =>
    days.map((day, i) => Math.abs(fractionOf(mixture, day) - fractions[i]!)),
  );
  return {
    rmse: rounded(Math.sqrt(squares / Math.max(1, errors.length))),
    ksDistance: rounded(Math.max(...distances)),
  };
}
