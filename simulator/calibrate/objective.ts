/**
 * What a fit makes small: squared errors on a logarithmic grid of days, or minus the log-likelihood of counts.
 *
 * Both are given per unit of data, with their derivatives, so that one method finds the least of either.
 */

import ln from '@stdlib/math-base-special-ln';
import { type AdoptionCurve, nearestRising } from './adoption-curve.ts';
import { onGrid } from './log-grid.ts';
import type { Slope } from './minimise.ts';
import { type Composition, fractionFunction, parameterCount } from './mixture.ts';

export type Method = 'least-squares' | 'maximum-likelihood';

/** A curve and how much it counts; a bootstrap over releases takes some twice and some not at all. */
export interface WeightedCurve {
  readonly curve: AdoptionCurve;
  readonly weight: number;
}

export interface Objective {
  /** The value for a composition and a vector, with derivatives. */
  readonly slope: (composition: Composition, vector: Float64Array) => Slope;
  /** Minus the log-likelihood of all the data at a value of the objective: what AIC and BIC are made of. */
  readonly minusLogLikelihood: (value: number) => number;
  /** Number of data for BIC. */
  readonly observations: number;
}

/** No cell has a smaller probability, so that one relay too early does not forbid a law. */
const LEAST_PROBABILITY = 1e-9;

interface Accumulator {
  value: number;
  readonly gradient: Float64Array;
  readonly curvature: Float64Array[];
}

function accumulator(length: number): Accumulator {
  const curvature = Array.from({ length }, () => new Float64Array(length));
  return { value: 0, gradient: new Float64Array(length), curvature };
}

/** Adds `by` times the outer product of `direction` to the curvature, the same number to both its halves. */
function bend({ curvature }: Accumulator, direction: Float64Array, by: number): void {
  for (let row = 0; row < direction.length; row++) {
    const scaled = by * direction[row]!;
    for (let column = 0; column <= row; column++) {
      curvature[row]![column]! += scaled * direction[column]!;
      curvature[column]![row] = curvature[row]![column]!;
    }
  }
}

interface DayPoint {
  readonly lnDays: number;
  weight: number;
  sum: number;
  squares: number;
}

/** Mean squared error over the points of all curves on the grid. */
export function leastSquares(curves: readonly WeightedCurve[], grid: readonly number[]): Objective {
  // Curves share their days, so that one law is computed once a day for all of them.
  const byDay = new Map<number, DayPoint>();
  let observations = 0;
  for (const { curve, weight } of curves) {
    const observed = onGrid(curve, grid);
    // A grid finer than the observations adds no data.
    observations += weight * Math.min(curve.days.length, observed.length);
    for (const { day, fraction } of observed) {
      const point = byDay.get(day) ?? { lnDays: ln(day), weight: 0, sum: 0, squares: 0 };
      point.weight += weight;
      point.sum += weight * fraction;
      point.squares += weight * fraction * fraction;
      byDay.set(day, point);
    }
  }
  const points = [...byDay.values()].filter(({ weight }) => weight > 0);
  const all = points.reduce((sum, { weight }) => sum + weight, 0);
  return {
    observations,
    slope: (composition, vector) => {
      const length = parameterCount(composition);
      const sums = accumulator(length);
      const direction = new Float64Array(length);
      const fractionBy = fractionFunction(composition, vector);
      for (const { lnDays, weight, sum, squares } of points) {
        const fraction = fractionBy(lnDays, direction);
        const error = weight * fraction - sum;
        sums.value += (fraction * (error - sum) + squares) / all;
        for (let i = 0; i < length; i++) sums.gradient[i]! += (2 * error * direction[i]!) / all;
        bend(sums, direction, (2 * weight) / all);
      }
      return sums;
    },
    // Errors taken as independent and normal, with the variance that fits best; constants left out.
    minusLogLikelihood: (meanSquare) => (observations / 2) * ln(Math.max(meanSquare, 1e-30)),
  };
}

/** Relays that updated between two observations; the first cell begins on day 0, the last never ends. */
interface Cell {
  readonly fromLn: number;
  readonly toLn: number;
  /** Share of all relays of all curves. */
  readonly share: number;
}

function cellsOf({ days, fractions }: AdoptionCurve, share: number): Cell[] {
  const rising = nearestRising(fractions);
  const cells: Cell[] = [];
  let before = 0;
  days.forEach((day, i) => {
    if (rising[i]! <= before || day === 0) return;
    const fromLn = i === 0 || days[i - 1] === 0 ? Number.NEGATIVE_INFINITY : ln(days[i - 1]!);
    cells.push({ fromLn, toLn: ln(day), share: share * (rising[i]! - before) });
    before = rising[i]!;
  });
  if (before < 1) {
    cells.push({ fromLn: ln(days.at(-1)!), toLn: Number.POSITIVE_INFINITY, share: share * (1 - before) });
  }
  return cells;
}

/**
 * Minus the log-likelihood, per relay, of the counts between observations: independent relays, each updating in
 * one cell (Turnbull, "The empirical distribution function with arbitrarily grouped, censored and truncated
 * data", 1976). `relaysOf` says how many relays a curve stands for.
 */
export function maximumLikelihood(
  curves: readonly WeightedCurve[],
  relaysOf: (curve: AdoptionCurve) => number,
): Objective {
  const relays = curves.reduce((sum, { curve, weight }) => sum + weight * relaysOf(curve), 0);
  const cells = curves.flatMap(({ curve, weight }) =>
    weight === 0 ? [] : cellsOf(curve, (weight * relaysOf(curve)) / relays),
  );
  return {
    observations: relays,
    slope: (composition, vector) => {
      const length = parameterCount(composition);
      const sums = accumulator(length);
      const [atFrom, direction] = [new Float64Array(length), new Float64Array(length)];
      const fractionBy = fractionFunction(composition, vector);
      for (const { fromLn, toLn, share } of cells) {
        const from = fractionBy(fromLn, atFrom);
        let to = 1;
        if (toLn === Number.POSITIVE_INFINITY) direction.fill(0);
        else to = fractionBy(toLn, direction);
        const probability = Math.max(to - from, LEAST_PROBABILITY);
        sums.value -= share * ln(probability);
        for (let i = 0; i < length; i++) {
          direction[i]! -= atFrom[i]!;
          sums.gradient[i]! -= (share / probability) * direction[i]!;
        }
        // The observed share stands for the expected one, so that empty cells need no term.
        bend(sums, direction, share / (probability * probability));
      }
      return sums;
    },
    minusLogLikelihood: (perRelay) => relays * perRelay,
  };
}
