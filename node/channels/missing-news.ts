/**
 * A message named news that it did not carry, and the relay lacks them: takes them from whoever sent it, or else from
 * another peer.
 *
 * Gossip hands a message on from the peer that is first with it. One that is near, passes messages on and answers no
 * question would be first with each of them, and keep a relay behind that is linked to dozens who could help. So others
 * are asked then: a few, in one round at a time, and for one sender once in FRUITLESS_PAUSE_MS at most.
 */

import type { Environment, PeerName } from '../environment.ts';
import { ASKED_INSTEAD } from './limits.ts';
import { inRandomOrder } from './random-order.ts';
import type { StateExchange } from './state-exchange.ts';

export interface MissingNewsParts {
  readonly environment: Pick<Environment, 'peers' | 'random'>;
  readonly exchange: Pick<StateExchange, 'take' | 'compare' | 'isPaused'>;
}

export class MissingNews {
  private readonly parts: MissingNewsParts;
  private isAsking = false;

  constructor(parts: MissingNewsParts) {
    this.parts = parts;
  }

  /** Resolves when the news are here, or nobody more is asked. Rejects only if the taker of an offer does, which is a bug. */
  async takeFrom(sender: PeerName): Promise<void> {
    const { exchange } = this.parts;
    if (exchange.isPaused(sender)) return;
    const outcome = await exchange.take(sender, 'gossip');
    if (outcome === 'fruitless' && !this.isAsking) await this.askInstead(sender);
  }

  private async askInstead(sender: PeerName): Promise<void> {
    const { environment, exchange } = this.parts;
    const others = environment.peers.connected().filter((peer) => peer !== sender);
    this.isAsking = true;
    try {
      for (const peer of inRandomOrder(others, environment.random).slice(0, ASKED_INSTEAD)) {
        if ((await exchange.compare(peer, 'gossip')) === 'took') return;
      }
    } finally {
      this.isAsking = false;
    }
  }
}
