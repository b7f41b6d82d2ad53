/**
 * The Random port of one host: a stream of its own.
 *
 * Its n-th draw depends on the seed, the host and n alone, so neither other hosts' draws nor those of its
 * router can shift it.
 */

import type { Random } from '../../../node/environment.ts';
import { type RandomStream, randomStream } from '../random.ts';

export function hostStream(seed: number, host: number): RandomStream {
  return randomStream(seed, 'host', host);
}

export class HostRandom implements Random {
  private readonly seed: number;
  private readonly host: number;
  private stream: RandomStream | null = null;

  constructor(seed: number, host: number) {
    this.seed = seed;
    this.host = host;
  }

  uniform(): number {
    this.stream ??= hostStream(this.seed, this.host);
    return this.stream.uniform();
  }
}
