/**
 * The points of a curve that a chart draws: one a pixel column, whatever the number of relays.
 *
 * 7,500 steps on 500 pixels would make a path of 150 KB that looks the same. Each column keeps the last of
 * its steps, so the drawn line is off by less than a pixel and its ends are exact.
 */

import type { AdoptionCurve, Weighting } from '../measure/curve.ts';
import type { Band } from '../measure/curve-band.ts';

export type Point = readonly [x: number, y: number];

export interface StepAxis {
  /** Axis value of a virtual second: seconds, days, ... */
  readonly ofSeconds: (seconds: number) => number;
  /** Pixel of an axis value. */
  readonly pixel: (x: number) => number;
  /** The line starts here, at 0. */
  readonly fromX: number;
  /** The line ends here, at the value then reached. */
  readonly toX: number;
}

/** A linear axis from the release to `end` of a unit, `widthPx` wide. */
export function linearAxis(unitSeconds: number, end: number, widthPx: number): StepAxis {
  return {
    ofSeconds: (at) => at / unitSeconds,
    pixel: (x) => (x / end) * widthPx,
    fromX: 0,
    toX: end,
  };
}

/**
 * The points of a step function that a chart needs: the first, the last of each pixel column, and the end of the axis
 * at the value then reached. `points` are in axis units, x ascending.
 */
export function lastOfColumns<Each extends BandPoint | Point>(
  points: Iterable<Each>,
  { pixel, toX }: Pick<StepAxis, 'pixel' | 'toX'>,
): Each[] {
  const kept: Each[] = [];
  let column = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    if (point[0] > toX && kept.length > 0) break;
    const own = Math.floor(pixel(point[0]));
    if (own === column && kept.length > 1) kept.pop();
    kept.push(point);
    column = own;
  }
  const last = kept.at(-1);
  if (last !== undefined && last[0] < toX) kept.push([toX, ...last.slice(1)] as unknown as Each);
  return kept;
}

/**
 * The points of a line that falls as well as rises: of each pixel column the highest and the last, so that what lasted
 * milliseconds still shows, and the end of the axis at `toX` with the value then reached. `seconds` ascend; before them
 * the line is at `start`.
 */
export function peaksOfColumns(
  seconds: Float64Array,
  values: Float64Array,
  { ofSeconds, pixel, toX }: Omit<StepAxis, 'fromX'>,
  start: Point,
): Point[] {
  const points: Point[] = [];
  let column = -1;
  let [highest, last] = [-1, -1];
  const pointAt = (row: number): Point => [ofSeconds(seconds[row]!), values[row]!];
  const finishColumn = () => {
    if (column < 0) return;
    points.push(pointAt(highest));
    if (last !== highest) points.push(pointAt(last));
  };
  for (let row = 0; row < seconds.length; row++) {
    const x = ofSeconds(seconds[row]!);
    if (x > toX) break;
    const own = Math.floor(pixel(x));
    if (own !== column) {
      finishColumn();
      column = own;
      highest = row;
    } else if (values[row]! > values[highest]!) highest = row;
    last = row;
  }
  finishColumn();
  points.push([toX, last < 0 ? start[1] : values[last]!]);
  return points;
}

/** As `lastOfColumns` for the rows of a curve: points are made of those alone that are kept. */
function lastRows<Each extends BandPoint | Point>(
  { seconds }: AdoptionCurve,
  { ofSeconds, pixel, fromX, toX }: StepAxis,
  start: Each,
  pointAt: (x: number, row: number) => Each,
): Each[] {
  const kept: Each[] = [];
  const keep = (x: number, row: number): void => {
    kept.push(row < 0 ? start : pointAt(x, row));
  };
  let [x, row, column] = [fromX, -1, Math.floor(pixel(fromX))];
  for (let next = 0; next < seconds.length; next++) {
    const nextX = Math.max(fromX, ofSeconds(seconds[next]!));
    if (nextX > toX) break;
    const own = Math.floor(pixel(nextX));
    // The start of the line stays, whatever else is in its column.
    if (own !== column || row < 0) keep(x, row);
    [x, row, column] = [nextX, next, own];
  }
  keep(x, row);
  if (x < toX) kept.push([toX, ...kept.at(-1)!.slice(1)] as unknown as Each);
  return kept;
}

/** Points for a line drawn with steps (x first, then y): x in axis units, y a fraction of 0 to 1. */
export function stepPoints(curve: AdoptionCurve, weighting: Weighting, axis: StepAxis): Point[] {
  const pointAt = (x: number, row: number): Point => [x, curve[weighting][row] as number];
  return lastRows(curve, axis, [axis.fromX, 0] as Point, pointAt);
}

export type BandPoint = readonly [x: number, low: number, high: number];

/** The band around a curve, on the same axis as its line; empty without one. */
export function bandPoints(curve: AdoptionCurve, band: Band | null, axis: StepAxis): BandPoint[] {
  if (band === null) return [];
  const pointAt = (x: number, row: number): BandPoint => [
    x,
    band.low[row] as number,
    band.high[row] as number,
  ];
  return lastRows(curve, axis, [axis.fromX, 0, 0] as BandPoint, pointAt);
}
