/** Days at equal ratios, on which curves are compared: each tenfold span of time counts alike. */

import exp from '@stdlib/math-base-special-exp';
import ln from '@stdlib/math-base-special-ln';
import { fractionAt } from '../baseline/derive-curves.ts';
import type { AdoptionCurve } from './adoption-curve.ts';

export const GRID_DAYS = 200;
/** Curves that last for months are compared from their first day on: before, most sources show nothing yet. */
const FIRST_DAY = 1;
/** A shorter curve is compared over two powers of ten. */
const SPAN_MOST = 100;

/** `points` days from `from` to `to`, both included, at equal ratios. */
export function logDays(from: number, to: number, points: number): number[] {
  const span = ln(to / from);
  return Array.from({ length: points }, (_, i) => {
    if (i === 0) return from;
    return i === points - 1 ? to : from * exp((span * i) / (points - 1));
  });
}

/** The days on which a set of curves is compared: from day 1, or the first that was observed, to the last. */
export function gridOf(curves: readonly AdoptionCurve[]): number[] {
  const to = Math.max(...curves.map(({ days }) => days.at(-1)!));
  const first = Math.min(...curves.flatMap(({ days }) => days.filter((day) => day > 0).slice(0, 1)));
  return logDays(Math.max(first, Math.min(FIRST_DAY, to / SPAN_MOST)), to, GRID_DAYS);
}

export interface GridPoint {
  readonly day: number;
  readonly fraction: number;
}

/** What a curve says on those days of the grid on which it was observed, by linear interpolation. */
export function onGrid({ days, fractions }: AdoptionCurve, grid: readonly number[]): GridPoint[] {
  const last = days.at(-1)!;
  return grid
    .filter((day) => day >= days[0]! && day <= last)
    .map((day) => ({ day, fraction: fractionAt(days, fractions, day) }));
}
