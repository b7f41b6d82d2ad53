/** What each relay's own code draws beside its router: its stream of draws begins anew with each process. */

import { inRandomOrder } from '../../../../node/channels/random-order.ts';
import { hostStream } from '../../gossipsub/host-random.ts';
import type { RandomStream } from '../../random.ts';

export class HostDraws {
  private readonly seed: number;
  private readonly ofRelay: (RandomStream | null)[];

  constructor(relays: number, seed: number) {
    this.seed = seed;
    this.ofRelay = new Array<RandomStream | null>(relays).fill(null);
  }

  /** The relay has a new process. */
  restarted(relay: number): void {
    this.ofRelay[relay] = null;
  }

  uniform(relay: number): number {
    return this.of(relay).uniform();
  }

  /** The same peers in an order drawn anew. */
  inRandomOrder(relay: number, peers: readonly number[]): number[] {
    return inRandomOrder(peers, this.of(relay));
  }

  private of(relay: number): RandomStream {
    return (this.ofRelay[relay] ??= hostStream(this.seed, relay));
  }
}
