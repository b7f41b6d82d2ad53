/**
 * Systematic sampling: one random start, then equal steps, so that every share comes out exact to one relay.
 *
 * A network smaller than the source is the source thinned evenly; a larger one is the source as often as it
 * fits and, for the rest, thinned once more. Independent draws would add noise that no scenario asked for.
 */

import type { RandomStream } from '../engine/random.ts';

/** `count` positions of a source of `size`, in ascending order within each copy; `start` is in [0, 1). */
export function systematicPositions(count: number, size: number, start: number): Uint32Array {
  const positions = new Uint32Array(count);
  const whole = count - (count % size);
  for (let i = 0; i < whole; i++) positions[i] = i % size;
  const rest = count - whole;
  for (let i = 0; i < rest; i++) positions[whole + i] = Math.floor(((i + start) * size) / rest);
  return positions;
}

/**
 * Sizes of groups in a network of `count` relays, when `source` counts the groups by size in a network of as
 * many relays as they sum to. Descending; the sizes add up to `count`.
 */
export function systematicGroups(
  count: number,
  source: readonly (readonly [size: number, groups: number])[],
  start: number,
): number[] {
  const sizes = source.flatMap(([size, groups]) => Array<number>(groups).fill(size)).sort((a, b) => b - a);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const result: number[] = [];
  for (let copy = 0; copy < Math.floor(count / all); copy++) result.push(...sizes);
  const rest = count % all;
  let before = 0;
  let taken = 0;
  for (const size of sizes) {
    before += size;
    const due = Math.floor((before * rest) / all + start);
    if (due > taken) result.push(due - taken);
    taken = due;
  }
  return result.sort((a, b) => b - a);
}

/** Rows put together by key: group g is `rows.subarray(starts[g], starts[g + 1])`, in ascending order. */
export interface RowGroups {
  readonly rows: Uint32Array;
  readonly starts: Uint32Array;
}

/** Groups rows by a key from 0 to `groups` - 1. */
export function groupRows(keys: ArrayLike<number>, groups: number): RowGroups {
  const starts = new Uint32Array(groups + 1);
  for (let row = 0; row < keys.length; row++) starts[keys[row]! + 1]! += 1;
  for (let group = 0; group < groups; group++) starts[group + 1]! += starts[group]!;
  const next = starts.slice();
  const rows = new Uint32Array(keys.length);
  for (let row = 0; row < keys.length; row++) rows[next[keys[row]!]++] = row;
  return { rows, starts };
}

/**
 * Hands every row of every group a probability: evenly spaced within the group, in random order, so that the
 * group as a whole follows the distribution whose quantiles `assign` looks up.
 */
export function spreadProbabilities(
  { rows, starts }: RowGroups,
  stream: RandomStream,
  assign: (row: number, probability: number, group: number) => void,
): void {
  for (let group = 0; group + 1 < starts.length; group++) {
    const members = stream.shuffle(rows.slice(starts[group], starts[group + 1]));
    const start = stream.uniform();
    for (let i = 0; i < members.length; i++) assign(members[i]!, (i + start) / members.length, group);
  }
}

/** The value at `probability` between equally spaced quantiles, by linear interpolation. */
export function interpolatedQuantile(quantiles: readonly number[], probability: number): number {
  const rank = probability * (quantiles.length - 1);
  const below = Math.min(Math.floor(rank), quantiles.length - 2);
  const low = quantiles[below]!;
  return low + (rank - below) * (quantiles[below + 1]! - low);
}
