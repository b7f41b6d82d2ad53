/**
 * How a relay makes its links where they are the topology's: on coming up it asks everybody that it has a link with, and
 * links that are lost come back with whoever was away (gossipsub/relay-links.ts without churn).
 */

import type { KeepersClock } from '../../gossipsub/link-keeper.ts';
import type { Neighbours } from '../../gossipsub/neighbours.ts';
import { randomStream } from '../../random.ts';
import type { Keeper, LivingRelay } from './living-relay.ts';

export interface TopologyKeeping {
  readonly clock: KeepersClock;
  readonly neighbours: Neighbours;
  /** As in KeepingParts. */
  readonly setupRoundTrips: number;
  readonly seed: number;
}

export class TopologyKeeper implements Keeper {
  private readonly parts: TopologyKeeping;
  private readonly relay: LivingRelay;

  constructor(parts: TopologyKeeping, relay: LivingRelay) {
    this.parts = parts;
    this.relay = relay;
  }

  cameOnline(withinUs: number): void {
    const { relay } = this;
    const { clock, neighbours, setupRoundTrips, seed } = this.parts;
    const { absences, index } = relay;
    const jitter = randomStream(seed, `links made after ${clock.nowUs}`, index);
    for (const { peer, latencyUs } of neighbours.of(index)) {
      const atUs = clock.nowUs + jitter.integer(withinUs) + 2 * setupRoundTrips * latencyUs;
      clock.at(atUs, index, () => {
        if (relay.online && relay.absences === absences && !relay.isLinked(peer)) relay.dial(peer);
      });
    }
  }

  wentOffline(): void {}

  fill(): void {}
}
