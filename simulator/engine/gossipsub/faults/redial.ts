/**
 * Makes lost links anew, as a connection manager does: soon at first, then ever more rarely.
 *
 * js-libp2p waits a second before it reconnects and doubles that each time (reconnectRetryInterval and
 * reconnectBackoffFactor of its connection manager). It gives up after five tries; here it goes on once a minute, as a
 * relay would for which these are the peers that it has.
 */

import { randomStream } from '../../random.ts';
import { Call, type VirtualClock } from '../../virtual-clock.ts';

const FIRST_WAIT_US = 1_000_000;
const LONGEST_WAIT_US = 60_000_000;

export interface RedialParts {
  readonly clock: VirtualClock;
  readonly seed: number;
  readonly relay: number;
  readonly isWanted: (peer: number) => boolean;
  readonly dial: (peer: number) => void;
}

export class Redial {
  private readonly parts: RedialParts;
  /** How often each peer has been tried since its link was lost. */
  private readonly tries = new Map<number, number>();
  private readonly waiting = new Set<number>();
  /** Counts what has been forgotten: events from before do nothing. */
  private generation = 0;

  constructor(parts: RedialParts) {
    this.parts = parts;
  }

  /** Tries a peer after a wait of half to one and a half times what its tries have earned it. */
  soon(peer: number): void {
    if (this.waiting.has(peer)) return;
    const { clock, seed, relay, isWanted, dial } = this.parts;
    const { generation } = this;
    const tries = this.tries.get(peer) ?? 0;
    this.tries.set(peer, tries + 1);
    this.waiting.add(peer);
    const jitter = 0.5 + randomStream(seed, `redial ${peer} after ${clock.nowUs}`, relay).uniform();
    const waitUs = Math.min(LONGEST_WAIT_US, FIRST_WAIT_US * 2 ** Math.min(tries, 10));
    const act = (): void => {
      if (this.generation !== generation) return;
      this.waiting.delete(peer);
      if (isWanted(peer)) dial(peer);
    };
    clock.schedule(clock.nowUs + Math.ceil(waitUs * jitter), new Call(relay, act));
  }

  /** The link is up. */
  done(peer: number): void {
    this.tries.delete(peer);
  }

  /** The relay has no network, or is no more. */
  forget(): void {
    this.generation++;
    this.tries.clear();
    this.waiting.clear();
  }
}
