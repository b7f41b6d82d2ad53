/**
 * Adoption curves as they are derived: read at any day, crossed at a fraction, pooled and thinned.
 *
 * A curve rises almost always, yet not always (a cross-section can lose upgraded relays), so that a fraction
 * counts as reached at the first crossing, as it does in the milestones that the source states.
 */

export interface Curve {
  readonly days: readonly number[];
  /** Columns of fractions, all observed on the same days. */
  readonly columns: readonly (readonly number[])[];
}

/** Most points that a committed curve has. */
const MOST_POINTS = 80;
/** A curve is thinned until leaving out one more point would move it by more than this fraction. */
const LEAST_ERROR = 0.0005;
/** Crossings of these fractions keep the two points between which they lie. */
const KEPT_FRACTIONS = [0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.99];

/** The fraction at a day between the first and last observed, by linear interpolation. */
export function fractionAt(days: readonly number[], fractions: readonly number[], day: number): number {
  const after = days.findIndex((observed) => observed >= day);
  if (after < 0 || (after === 0 && days[0] !== day))
    throw new RangeError(`nothing was observed on day ${day}`);
  if (days[after] === day) return fractions[after]!;
  const share = (day - days[after - 1]!) / (days[after]! - days[after - 1]!);
  return fractions[after - 1]! + share * (fractions[after]! - fractions[after - 1]!);
}

/** Days until a fraction is first reached, by linear interpolation; null when it never is. */
export function dayOfFraction(
  days: readonly number[],
  fractions: readonly number[],
  fraction: number,
): number | null {
  const reached = fractions.findIndex((observed) => observed >= fraction);
  if (reached < 0) return null;
  if (reached === 0) return days[0]!;
  const below = fractions[reached - 1]!;
  const share = (fraction - below) / (fractions[reached]! - below);
  return days[reached - 1]! + share * (days[reached]! - days[reached - 1]!);
}

/** Mean of the curves that are observed at each age, from where all are to where fewer than `least` remain. */
export function pooledCurve(curves: readonly Curve[], least: number, stepDays: number): Curve {
  const firstDay = Math.max(...curves.map(({ days }) => days[0]!));
  const lastDays = curves.map(({ days }) => days.at(-1)!).sort((a, b) => b - a);
  const lastDay = lastDays[least - 1]!;
  const days: number[] = [];
  for (let step = Math.ceil(firstDay / stepDays); step * stepDays < lastDay; step++)
    days.push(step * stepDays);
  days.push(lastDay);
  const columns = curves[0]!.columns.map((_, column) =>
    days.map((day) => {
      const observed = curves.filter((curve) => curve.days.at(-1)! >= day);
      const sum = observed.reduce(
        (all, curve) => all + fractionAt(curve.days, curve.columns[column]!, day),
        0,
      );
      return sum / observed.length;
    }),
  );
  return { days, columns };
}

/**
 * The curve with at most 80 of its points: the ends, the points around each milestone, and then always the
 * point that lies farthest off the line through those kept.
 */
export function thinned({ days, columns }: Curve): Curve {
  const kept = new Set([0, days.length - 1]);
  for (const column of columns) {
    for (const fraction of KEPT_FRACTIONS) {
      const reached = column.findIndex((observed) => observed >= fraction);
      if (reached > 0) kept.add(reached - 1).add(reached);
    }
  }
  while (kept.size < MOST_POINTS) {
    const points = [...kept].sort((a, b) => a - b);
    const lineDays = points.map((point) => days[point]!);
    const lines = columns.map((column) => points.map((point) => column[point]!));
    let worst = -1;
    let worstError = LEAST_ERROR;
    days.forEach((day, point) => {
      if (kept.has(point)) return;
      const error = Math.max(
        ...columns.map((column, i) => Math.abs(column[point]! - fractionAt(lineDays, lines[i]!, day))),
      );
      if (error > worstError) {
        worst = point;
        worstError = error;
      }
    });
    if (worst < 0) break;
    kept.add(worst);
  }
  const points = [...kept].sort((a, b) => a - b);
  return {
    days: points.map((point) => days[point]!),
    columns: columns.map((column) => points.map((point) => column[point]!)),
  };
}
