/** Random choices from a seed, for generated tests: the same seed makes the same module on every machine. */

export class Dice {
  private state: number;

  constructor(seed: number) {
    // Spread neighbouring seeds; xorshift must not start at zero.
    this.state = Math.imul(seed + 1, 0x9e3779b1) | 0 || 1;
    for (let i = 0; i < 4; i++) this.next();
  }

  /** A whole number, 0 to 2^32 - 1 (xorshift32). */
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  /** 0 to `count` - 1. */
  below(count: number): number {
    return this.next() % count;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)];
  }
}
