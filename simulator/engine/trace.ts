/**
 * The trace: a running hash for each relay over everything that happened to it, in order.
 *
 * Each relay has its own, so that threads need no common order; the run's hash is over all of them. Equal
 * hashes are the proof that two runs (full and fast, one thread and two) did the same.
 */

import { createHash } from 'node:crypto';

const WORDS = 2;

export class Trace {
  /** Two 32-bit words for each relay, in memory that threads share. */
  readonly words: Uint32Array;

  constructor(words: Uint32Array) {
    this.words = words;
  }

  static forRelays(relays: number): Trace {
    return new Trace(
      new Uint32Array(new SharedArrayBuffer(relays * WORDS * Uint32Array.BYTES_PER_ELEMENT)).fill(0x811c9dc5),
    );
  }

  /** Adds something that happened to `relay`: its kind, when, and two numbers about it. */
  add(relay: number, kind: number, timeUs: number, first: number, second: number): void {
    const { words } = this;
    const at = relay * WORDS;
    let high = words[at] ^ kind;
    let low = words[at + 1];
    high = Math.imul(high ^ ((timeUs % 4294967296) | 0), 0x01000193);
    low = Math.imul(low ^ (timeUs / 4294967296) ^ high, 0x85ebca6b);
    high = Math.imul(high ^ first ^ (low >>> 15), 0xc2b2ae35);
    low = Math.imul(low ^ second ^ (high >>> 13), 0x27d4eb2f);
    words[at] = high ^ (high >>> 16);
    words[at + 1] = low ^ (low >>> 15);
  }

  /** Sixteen hexadecimal digits over all relays. */
  digest(): string {
    const bytes = Buffer.alloc(this.words.length * 4);
    for (let i = 0; i < this.words.length; i++) bytes.writeUInt32LE(this.words[i], i * 4);
    return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  }
}
