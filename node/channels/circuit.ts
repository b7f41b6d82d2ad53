/**
 * The circuit channel: when a circuit is built, the two relays compare what they run, and the newer hands over.
 *
 * This is how FAN, the paper that this channel follows, spreads plugins (Rochet, Dejaeghere and Elahi, "Towards
 * Flexible Anonymous Networks"). Whoever builds circuits says so by `onCircuit`.
 */

import type { PeerName } from '../environment.ts';
import { SparseSet } from '../sparse-set.ts';
import type { Channel } from './channel.ts';
import { CIRCUIT_COMPARISONS } from './limits.ts';
import type { StateExchange } from './state-exchange.ts';

export class CircuitChannel implements Channel {
  readonly name = 'circuit';
  private readonly exchange: Pick<StateExchange, 'compare'>;
  private readonly comparing = new SparseSet<PeerName>();
  private isRunning = false;

  constructor(exchange: Pick<StateExchange, 'compare'>) {
    this.exchange = exchange;
  }

  start(): void {
    this.isRunning = true;
  }

  stop(): void {
    this.isRunning = false;
  }

  /** A circuit to this peer has been built, through this relay. */
  async onCircuit(peer: PeerName): Promise<void> {
    const { comparing } = this;
    if (!this.isRunning || comparing.has(peer) || comparing.size >= CIRCUIT_COMPARISONS) return;
    comparing.add(peer);
    try {
      await this.exchange.compare(peer, 'circuit');
    } finally {
      comparing.delete(peer);
    }
  }
}
