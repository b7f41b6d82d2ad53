/**
 * What a sweep varies. A grid takes every combination of the axes' values; a sample draws points from them.
 *
 * A sample's draws depend on its seed and on the name of the axis, not on the other axes: one more key leaves the values
 * of the others as they were.
 */

import pow from '@stdlib/math-base-special-pow';
import { randomStream } from '../engine/random.ts';

/** A value as the scenario's language has it: `20 KiB`, `6`, `uniform`. */
export type SweepValue = string | number | boolean;

export type Spacing = 'linear' | 'log';

/** Values between two ends, to be drawn from. */
export interface SweepRange {
  readonly from: number;
  readonly to: number;
  /** What follows the number, ` KiB` or nothing. */
  readonly unit: string;
  /** linear: every value is as likely. log: every ratio. */
  readonly spacing: Spacing;
  /** Whole numbers only. */
  readonly whole: boolean;
}

export interface SweepAxis {
  /** Where the values go, as --set takes it: `network.relays`, `updates[0].size`. */
  readonly path: string;
  /** The values that there are; those of a range that is drawn from are not listed. */
  readonly values: readonly SweepValue[];
  readonly range?: SweepRange;
}

export interface SamplePlan {
  readonly method: 'random' | 'latin-hypercube';
  /** Points. */
  readonly count: number;
  readonly seed: number;
}

export interface SweepPlan {
  /** In the order of the file; in a grid the last one varies fastest. */
  readonly axes: readonly SweepAxis[];
  /** Null: a grid. */
  readonly sample: SamplePlan | null;
  /** Runs at each point, with seeds counting up from the scenario's. */
  readonly runs: number;
}

/** One combination: a value for each axis. */
export type SweepPoint = readonly SweepValue[];

/** Six digits where a number is not whole: what a person would write, and the same on every machine. */
export function writtenValue(number: number, unit: string): SweepValue {
  const short = Number.isSafeInteger(number) ? number : Number(number.toPrecision(6));
  return unit === '' ? short : `${short}${unit}`;
}

/** The number at a part of the way between two ends, 0 to 1; `log` wants ends above 0. */
export function between(from: number, to: number, part: number, spacing: Spacing): number {
  return spacing === 'log' ? from * pow(to / from, part) : from + (to - from) * part;
}

/** The value of a range at a part of the way, above 0 and below 1. */
function drawnFrom({ from, to, unit, spacing, whole }: SweepRange, part: number): SweepValue {
  if (!whole) return writtenValue(between(from, to, part, spacing), unit);
  const [least, most] = [Math.min(from, to), Math.max(from, to)];
  // Half a number more on either side, so that the ends are as likely as their neighbours.
  const number = Math.round(between(least - 0.5, most + 0.5, part, spacing));
  const kept = Math.min(most, Math.max(least, number));
  return unit === '' ? kept : `${kept}${unit}`;
}

function valueAt({ values, range }: SweepAxis, part: number): SweepValue {
  if (range !== undefined) return drawnFrom(range, part);
  return values[Math.min(values.length - 1, Math.floor(part * values.length))] as SweepValue;
}

/**
 * The parts of the way that a sample takes on one axis, each above 0 and below 1.
 *
 * A Latin hypercube has exactly one in each of `count` equal strata, in random order: McKay, Beckman and Conover, "A
 * Comparison of Three Methods for Selecting Values of Input Variables", Technometrics 21 (1979).
 */
function partsOf(path: string, { method, count, seed }: SamplePlan): number[] {
  const draws = Array.from({ length: count }, (_unused, index) =>
    randomStream(seed, `sweep ${path}`, index).uniform(),
  );
  if (method === 'random') return draws;
  const strata = Uint32Array.from({ length: count }, (_unused, index) => index);
  randomStream(seed, `sweep order ${path}`).shuffle(strata);
  return draws.map((draw, index) => ((strata[index] as number) + draw) / count);
}

/** All points, in the order in which they are numbered. */
export function sweepPoints({ axes, sample }: SweepPlan): SweepPoint[] {
  if (sample !== null) {
    const parts = axes.map(({ path }) => partsOf(path, sample));
    return Array.from({ length: sample.count }, (_unused, index) =>
      axes.map((axis, place) => valueAt(axis, parts[place]?.[index] as number)),
    );
  }
  return axes.reduce<SweepValue[][]>(
    (points, { values }) => points.flatMap((point) => values.map((value) => [...point, value])),
    [[]],
  );
}

/** How many points there are, without making them. */
export function sweepPointCount({ axes, sample }: SweepPlan): number {
  return sample?.count ?? axes.reduce((product, { values }) => product * values.length, 1);
}
