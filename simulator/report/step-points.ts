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
  axis: Pick<StepAxis, 'pixel' | 'toX'>,
): Each[] {
  const all = [...points];
  return lastOfColumnsAt(
    all.length,
    (place) => all[place]![0],
    (place) => all[place]!,
    axis,
  );
}

/** The same for so many places: points are made of those alone that are kept. */
function lastOfColumnsAt<Each extends BandPoint | Point>(
  count: number,
  xAt: (place: number) => number,
  pointAt: (place: number) => Each,
  { pixel, toX }: Pick<StepAxis, 'pixel' | 'toX'>,
): Each[] {
  const places: number[] = [];
  let column = Number.NEGATIVE_INFINITY;
  for (let place = 0; place < count; place++) {
    const x = xAt(place);
    if (x > toX && places.length > 0) break;
    const own = Math.floor(pixel(x));
    if (own === column && places.length > 1) places.pop();
    places.push(place);
    column = own;
  }
  const kept = places.map(pointAt);
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

/** The same for the rows of a curve, and before them the start of the line. */
function lastRows<Each extends BandPoint | Point>(
  { seconds }: AdoptionCurve,
  axis: StepAxis,
  start: Each,
  pointAt: (x: number, row: number) => Each,
): Each[] {
  const { ofSeconds, fromX } = axis;
  const xAt = (place: number): number =>
    place === 0 ? fromX : Math.max(fromX, ofSeconds(seconds[place - 1]!));
  return lastOfColumnsAt(
    seconds.length + 1,
    xAt,
    (place) => (place === 0 ? start : pointAt(xAt(place), place - 1)),
    axis,
  );
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
