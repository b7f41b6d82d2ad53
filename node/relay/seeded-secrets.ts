/** Secrets that follow from a seed: for simulations and tests, where a run must be repeatable, and for nothing else. */

import { createHash } from 'node:crypto';
import type { SecretSource } from './x25519.ts';

export class SeededSecrets implements SecretSource {
  private readonly seed: string;
  private drawn = 0;

  /** Equal seeds draw equal secrets: name whoever draws in the seed. */
  constructor(seed: string) {
    this.seed = seed;
  }

  secret(): Uint8Array {
    return createHash('sha256')
      .update(`${this.seed}/${this.drawn++}`)
      .digest();
  }
}
