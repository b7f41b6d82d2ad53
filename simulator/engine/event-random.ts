/**
 * The random numbers that simulated code sees as Math.random.
 *
 * The generator is reseeded before each event from (seed, relay, virtual time, kind of event), so that
 * what one event draws cannot depend on how many numbers another drew, on any thread.
 */

/** Kinds of events, as the generator tells them apart; a frame's kind is FRAME plus its sender. */
export const EVENT_KIND = { timer: 1, call: 2, streamOpened: 3, streamAcknowledged: 4, FRAME: 16 } as const;

export class EventRandom {
  private readonly seed: number;
  private state = 1;

  constructor(seed: number) {
    this.seed = seed;
  }

  reseed(relay: number, timeUs: number, kind: number): void {
    let hash =
      Math.imul(this.seed ^ 0x9e3779b9, 0x85ebca6b) ^
      Math.imul(relay + 1, 0xc2b2ae35) ^
      Math.imul((timeUs % 4294967296) | 0, 0x27d4eb2f) ^
      Math.imul((timeUs / 4294967296) | 0, 0x165667b1) ^
      Math.imul(kind, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
    this.state = hash ^ (hash >>> 15);
  }

  /** A whole number, 0 to 2^32 - 1 (splitmix32). */
  uint32(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let value = this.state ^ (this.state >>> 16);
    value = Math.imul(value, 0x21f0aaad);
    value ^= value >>> 15;
    value = Math.imul(value, 0x735a2d97);
    return (value ^ (value >>> 15)) >>> 0;
  }

  /** Shuffles the first items in place, as js-libp2p does with Math.random, draw for draw. */
  shuffle<Items extends Uint32Array | number[]>(items: Items, count = items.length): Items {
    for (let i = 0; count > 1 && i < count; i++) {
      const j = Math.floor((this.uint32() / 4294967296) * count);
      const item = items[i];
      items[i] = items[j];
      items[j] = item;
    }
    return items;
  }

  /** In [0, 1), 32 bits, as Math.random would give. */
  readonly random = (): number => this.uint32() / 4294967296;
}
