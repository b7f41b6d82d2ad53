/**
 * A set of numbered items with whole weights, from which one is picked by weight in logarithmic time.
 *
 * A Fenwick tree. Weights are whole numbers whose sum stays below 2^53, so that sums are exact: after any
 * number of changes, an empty set weighs nothing.
 */

import type { RandomStream } from './random.ts';

export class WeightTree {
  /** The sum of all weights. */
  total = 0;
  /** Node i holds the weights of items i - lowbit(i) to i - 1. */
  private readonly sums: Float64Array;
  private readonly topBit: number;

  constructor(items: number) {
    this.sums = new Float64Array(items + 1);
    this.topBit = items === 0 ? 0 : 2 ** (31 - Math.clz32(items));
  }

  /** Adds to an item's weight; below 0 takes away. */
  add(item: number, weight: number): void {
    const { sums } = this;
    this.total += weight;
    for (let node = item + 1; node < sums.length; node += node & -node) sums[node] += weight;
  }

  /** An item, each with a chance of its weight over `total`, which must be above 0. */
  pick(stream: RandomStream): number {
    const { sums } = this;
    let left = stream.integer(this.total);
    let node = 0;
    for (let step = this.topBit; step > 0; step >>= 1) {
      const next = node + step;
      if (next < sums.length && sums[next] <= left) {
        node = next;
        left -= sums[next];
      }
    }
    return node;
  }
}
