/**
 * Picks relays at random, all alike or by consensus weight, in constant time a pick.
 *
 * Weighted picks use Vose's alias table: column i answers i with its own threshold, else its alias.
 */

import type { RandomStream } from '../engine/random.ts';

export type RelayPicker = (stream: RandomStream) => number;

export function uniformPicker(relays: number): RelayPicker {
  return (stream) => stream.integer(relays);
}

/** Picks relay i with probability `weights[i]` over their sum; the weights must not all be 0. */
export function weightedPicker(weights: Float64Array): RelayPicker {
  const count = weights.length;
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(all > 0)) throw new RangeError('no relay has a weight to be picked by');
  const threshold = weights.map((weight) => (weight * count) / all);
  const alias = new Uint32Array(count);
  const light: number[] = [];
  const heavy: number[] = [];
  for (let relay = 0; relay < count; relay++) (threshold[relay]! < 1 ? light : heavy).push(relay);
  while (light.length > 0 && heavy.length > 0) {
    const low = light.pop()!;
    const high = heavy.at(-1)!;
    alias[low] = high;
    threshold[high]! -= 1 - threshold[low]!;
    if (threshold[high]! < 1) light.push(heavy.pop()!);
  }
  // What is left is 1 but for rounding.
  for (const relay of [...light, ...heavy]) threshold[relay] = 1;
  return (stream) => {
    const column = stream.integer(count);
    return stream.uniform() < threshold[column]! ? column : alias[column]!;
  };
}
