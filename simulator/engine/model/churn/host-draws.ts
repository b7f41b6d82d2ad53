/** What each relay's own code draws beside its router: the stream of gossipsub/host-random.ts, begun anew by each process. */

import { type RandomStream, randomStream } from '../../random.ts';

export class HostDraws {
  private readonly seed: number;
  private readonly streams: (RandomStream | null)[];

  constructor(relays: number, seed: number) {
    this.seed = seed;
    this.streams = new Array<RandomStream | null>(relays).fill(null);
  }

  /** The relay has a new process. */
  restarted(relay: number): void {
    this.streams[relay] = null;
  }

  uniform(relay: number): number {
    this.streams[relay] ??= randomStream(this.seed, 'host', relay);
    return this.streams[relay].uniform();
  }

  /** The same peers in an order drawn anew, as node/channels/random-order.ts draws it. */
  inRandomOrder(relay: number, peers: readonly number[]): number[] {
    const order = [...peers];
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(this.uniform(relay) * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}
