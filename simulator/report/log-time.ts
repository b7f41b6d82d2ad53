/** Ticks of a logarithmic time axis, in the units that people use. */

import { DAY_SECONDS } from './human-units.ts';

export const YEAR_SECONDS = 365.25 * DAY_SECONDS;

export interface Tick {
  readonly value: number;
  readonly name: string;
}

/** In seconds. */
export const TIME_TICKS: readonly Tick[] = [
  { value: 1e-5, name: '10 µs' },
  { value: 1e-4, name: '100 µs' },
  { value: 0.001, name: '1 ms' },
  { value: 0.01, name: '10 ms' },
  { value: 0.1, name: '100 ms' },
  { value: 1, name: '1 s' },
  { value: 10, name: '10 s' },
  { value: 60, name: '1 min' },
  { value: 600, name: '10 min' },
  { value: 3600, name: '1 h' },
  { value: 36_000, name: '10 h' },
  { value: DAY_SECONDS, name: '1 d' },
  { value: 7 * DAY_SECONDS, name: '7 d' },
  { value: 30 * DAY_SECONDS, name: '30 d' },
  { value: 182 * DAY_SECONDS, name: '½ y' },
  { value: YEAR_SECONDS, name: '1 y' },
  { value: 3 * YEAR_SECONDS, name: '3 y' },
  { value: 10 * YEAR_SECONDS, name: '10 y' },
];

/** Those of an axis from one moment to another, both in seconds. */
export function ticksWithin(from: number, to: number): Tick[] {
  return TIME_TICKS.filter(({ value }) => value >= from && value <= to);
}

/** Of ascending ticks those whose names do not touch, where a name takes `roomPx`. */
export function ticksApart(ticks: readonly Tick[], pixel: (value: number) => number, roomPx: number): Tick[] {
  let freePx = Number.NEGATIVE_INFINITY;
  return ticks.filter(({ value }) => {
    const px = pixel(value);
    if (px < freePx) return false;
    freePx = px + roomPx;
    return true;
  });
}
