/**
 * Keeps connections to the peers that the operator named: dials them, and again when they are lost.
 *
 * The pause before each attempt doubles, and half of it is chance, so that a peer that comes back is not dialled by
 * everybody at once.
 */

import type { Libp2p } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Random, Timer, Timers } from '../environment.ts';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
const DIAL_TIMEOUT_MS = 15_000;

export interface PeerKeeperParts {
  readonly libp2p: Pick<Libp2p, 'dial'>;
  readonly timers: Timers;
  readonly random: Random;
  readonly addresses: readonly Multiaddr[];
  /** Told of each attempt that failed, and how long until the next; null if there is none. */
  readonly onFailed: (address: Multiaddr, error: unknown, pauseMs: number | null) => void;
}

export class PeerKeeper {
  private readonly parts: PeerKeeperParts;
  private readonly planned = new Set<Timer>();
  private readonly stopping = new AbortController();

  constructor(parts: PeerKeeperParts) {
    this.parts = parts;
  }

  start(): void {
    for (const address of this.parts.addresses) void this.keep(address);
  }

  /** Keeps a connection to one more. Resolves when it has been dialled once, to whether that worked. */
  keep(address: Multiaddr): Promise<boolean> {
    return this.dial(address, FIRST_PAUSE_MS);
  }

  /** Dials nobody any more. Connections that are there stay. */
  stop(): void {
    this.stopping.abort();
    for (const timer of this.planned) timer.cancel();
    this.planned.clear();
  }

  private async dial(address: Multiaddr, pauseMs: number): Promise<boolean> {
    const { libp2p, onFailed } = this.parts;
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)]);
    try {
      const connection = await libp2p.dial(address, { signal });
      const again = (): void => this.plan(address, FIRST_PAUSE_MS);
      if (connection.status === 'open') connection.addEventListener('close', again, { once: true });
      else again();
      return true;
    } catch (error) {
      if (this.stopping.signal.aborted) return false;
      // The relay's own address stands in a list that all relays of a network share.
      const isOwn = String(error).includes('dial self');
      onFailed(address, error, isOwn ? null : pauseMs);
      if (!isOwn) this.plan(address, pauseMs);
      return false;
    }
  }

  private plan(address: Multiaddr, pauseMs: number): void {
    if (this.stopping.signal.aborted) return;
    const { timers, random } = this.parts;
    const timer = timers.after(pauseMs * (0.5 + random.uniform() / 2), () => {
      this.planned.delete(timer);
      void this.dial(address, Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
    });
    this.planned.add(timer);
  }
}
