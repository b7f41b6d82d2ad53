/**
 * Catching up: a relay that comes up, or back, asks the first peers it meets what it has missed.
 *
 * Thousands of relays that start together would ask each other about nothing: so each asks a few of its first
 * connections only, and no more until it has been without any. A peer that was lost and is back is the exception:
 * one of the two was cut off, with however many others, and neither knows which.
 *
 * A relay that has just connected is in nobody's mesh yet. What is published between its questions and the mesh passes
 * it by; so it asks once more when the mesh stands.
 */

import type { Environment, PeerName, Timer } from '../environment.ts';
import type { Channel } from './channel.ts';
import { CATCH_UP_PEERS } from './limits.ts';
import type { StateExchange } from './state-exchange.ts';

/** Asking waits for up to so long, so that the peers of a relay that comes back are not asked all at once. */
export const JITTER_MS = 1000;
/** Peers come back by the dozen when a cut heals: one of them is asked, and after so long another. */
export const RETURNED_EVERY_MS = 10_000;
/** Ten heartbeats of gossipsub: by then streams are open, and the mesh is as full as the peers allow. */
export const MESH_STANDS_MS = 10_000;

export interface CatchUpParts {
  readonly environment: Pick<Environment, 'peers' | 'timers' | 'random'>;
  readonly exchange: Pick<StateExchange, 'compare'>;
}

export class CatchUpChannel implements Channel {
  readonly name = 'catch-up';
  private readonly parts: CatchUpParts;
  private left = CATCH_UP_PEERS;
  private isStopped = false;
  /** Peers that this relay has had a connection with. */
  private readonly met = new Set<PeerName>();
  private asksReturned = true;
  /** Runs until the relay asks once more; null when it does not mean to. */
  private meshStands: Timer | null = null;

  constructor(parts: CatchUpParts) {
    this.parts = parts;
  }

  start(): void {
    const { peers } = this.parts.environment;
    peers.onConnect((peer) => {
      // The only connection: the relay has been alone until now and may have missed anything.
      if (peers.connected().length <= 1) this.begin();
      else if (this.met.has(peer)) this.expectNews();
      this.met.add(peer);
      this.askSoon(peer);
    });
    if (peers.connected().length > 0) this.begin();
    for (const peer of peers.connected()) {
      this.met.add(peer);
      this.askSoon(peer);
    }
  }

  stop(): void {
    this.isStopped = true;
    this.meshStands?.cancel();
  }

  /** The first connection of a relay that was alone: a mesh begins to form. */
  private begin(): void {
    this.left = CATCH_UP_PEERS;
    this.meshStands?.cancel();
    this.meshStands = null;
    this.askWhenMeshStands();
  }

  private askWhenMeshStands(): void {
    if (this.meshStands !== null || this.isStopped) return;
    const { peers, timers, random } = this.parts.environment;
    this.meshStands = timers.after(MESH_STANDS_MS + JITTER_MS * random.uniform(), () => {
      this.meshStands = null;
      const names = peers.connected();
      if (names.length > 0) void this.ask(names[Math.floor(random.uniform() * names.length)]!);
    });
  }

  /** A peer has come back: it, or the next that does, may be asked. */
  private expectNews(): void {
    if (!this.asksReturned) return;
    this.asksReturned = false;
    this.left = Math.max(this.left, 1);
    this.askWhenMeshStands();
    this.parts.environment.timers.after(RETURNED_EVERY_MS, () => {
      this.asksReturned = true;
    });
  }

  private askSoon(peer: PeerName): void {
    if (this.left === 0 || this.isStopped) return;
    this.left--;
    const { timers, random } = this.parts.environment;
    timers.after(JITTER_MS * random.uniform(), () => void this.ask(peer));
  }

  private async ask(peer: PeerName): Promise<void> {
    if (this.isStopped) return;
    const outcome = await this.parts.exchange.compare(peer, 'catch-up');
    // A peer that could not help has not been asked: the next connection is.
    if (outcome === 'no-answer' || outcome === 'fruitless' || outcome === 'busy')
      this.left = Math.min(this.left + 1, CATCH_UP_PEERS);
  }
}
