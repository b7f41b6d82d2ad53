/**
 * Random numbers that depend on names, never on order of use.
 *
 * Every stream is opened by (seed, purpose, index): adding a draw somewhere cannot shift the draws
 * elsewhere, and two threads draw the same numbers as one. Logarithms and quantiles come from a library
 * in plain IEEE arithmetic, since V8's own Math.log may change its last bit between versions.
 */

import ln from '@stdlib/math-base-special-ln';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';

/** A uniform number is at least 2^-54, so 16 of them multiply to a normal number. */
const FACTORS_PER_LOGARITHM = 16;

/** One round of 32-bit mixing (murmur3's finaliser): every input bit reaches every output bit. */
export function mix32(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function hashText(text: string, seed: number): number {
  let hash = seed >>> 0;
  for (let i = 0; i < text.length; i++) hash = mix32(hash ^ Math.imul(text.charCodeAt(i) + i, 0x9e3779b1));
  return hash;
}

/** A seeded stream of random numbers (sfc32), opened with `randomStream`. */
export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(a: number, b: number, c: number) {
    this.a = a | 0;
    this.b = b | 0;
    this.c = c | 0;
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** A whole number, 0 to 2^32 - 1. */
  uint32(): number {
    const result = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** Uniform in the open interval (0, 1), 53 bits: never 0, so that its logarithm is finite. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low + 0.5) / 9007199254740992;
  }

  /** A whole number, 0 to `count` - 1; `count` must be at least 1. */
  integer(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Exponential with the given mean, above 0. */
  exponential(mean: number): number {
    return -mean * ln(this.uniform());
  }

  /** Sum of `count` exponentials with the given mean: the wait for the last of `count` Poisson arrivals. */
  erlang(count: number, mean: number): number {
    let sum = 0;
    for (let drawn = 0; drawn < count; drawn += FACTORS_PER_LOGARITHM) {
      // One logarithm serves many draws; the product of so few cannot underflow.
      sum -= ln(this.productOfUniforms(Math.min(FACTORS_PER_LOGARITHM, count - drawn)));
    }
    return mean * sum;
  }

  /** The product of so many draws of `uniform`, two words each, with no object made for any of them. */
  private productOfUniforms(count: number): number {
    let { a, b, c, counter } = this;
    let product = 1;
    for (let left = count; left > 0; left--) {
      let word = (((a + b) | 0) + counter) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + word) | 0;
      const high = word >>> 5;
      word = (((a + b) | 0) + counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + word) | 0;
      counter = (counter + 2) | 0;
      product *= (high * 67108864 + (word >>> 6) + 0.5) / 9007199254740992;
    }
    this.a = a;
    this.b = b;
    this.c = c;
    this.counter = counter;
    return product;
  }

  /** Standard normal, by inversion: one uniform a draw, so a larger uniform gives a larger value. */
  normal(): number {
    return normalQuantile(this.uniform(), 0, 1);
  }

  /** Puts the items in random order, in place (Fisher-Yates), and returns them. */
  shuffle<Items extends { length: number; [index: number]: unknown }>(items: Items): Items {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const item = items[i];
      items[i] = items[j];
      items[j] = item;
    }
    return items;
  }
}

/** Opens the stream of `purpose` (and `index`, for one relay or operator) under the run's seed. */
export function randomStream(seed: number, purpose: string, index = 0): RandomStream {
  const name = hashText(purpose, mix32(seed));
  return new RandomStream(name, mix32(name ^ Math.imul(index + 1, 0x9e3779b1)), mix32(seed ^ 0x243f6a88));
}
