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

/** Points for a line drawn with steps (x first, then y): x in axis units, y a fraction of 0 to 1. */
export function stepPoints(curve: AdoptionCurve, weighting: Weighting, axis: StepAxis): Point[] {
  const points: Point[] = [[axis.fromX, 0]];
  let column = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < curve.seconds.length; row++) {
    const x = Math.max(axis.fromX, axis.ofSeconds(curve.seconds[row] as number));
    if (x > axis.toX) break;
    const point: Point = [x, curve[weighting][row] as number];
    const pixel = Math.floor(axis.pixel(x));
    if (pixel === column && points.length > 1) points[points.length - 1] = point;
    else points.push(point);
    column = pixel;
  }
  const last = points.at(-1) as Point;
  if (last[0] < axis.toX) points.push([axis.toX, last[1]]);
  return points;
}

export type BandPoint = readonly [x: number, low: number, high: number];

/** The band around a curve, on the same axis as its line; empty without one. */
export function bandPoints(curve: AdoptionCurve, band: Band | null, axis: StepAxis): BandPoint[] {
  if (band === null) return [];
  const points: BandPoint[] = [[axis.fromX, 0, 0]];
  let column = Number.NEGATIVE_INFINITY;
  for (const [row, seconds] of curve.seconds.entries()) {
    const x = Math.max(axis.fromX, axis.ofSeconds(seconds));
    if (x > axis.toX) break;
    const [low, high] = [band.low[row] as number, band.high[row] as number];
    const pixel = Math.floor(axis.pixel(x));
    if (pixel === column && points.length > 1) points[points.length - 1] = [x, low, high];
    else points.push([x, low, high]);
    column = pixel;
  }
  const [lastX, low, high] = points.at(-1) as BandPoint;
  if (lastX < axis.toX) points.push([axis.toX, low, high]);
  return points;
}
