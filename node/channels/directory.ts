/**
 * The directory channel: relays poll authorities, as Tor's directory caches fetch the consensus.
 *
 * A new one comes out every interval, on the full interval since 1970. A cache fetches it at a time drawn
 * uniformly from the first half of the interval after that (tor dir-spec, "Downloading network-status documents"),
 * from an authority drawn at random; one that fails is followed by another.
 */

import type { Environment, PeerName } from '../environment.ts';
import type { Channel } from './channel.ts';
import { inRandomOrder } from './random-order.ts';
import type { StateExchange } from './state-exchange.ts';

export interface DirectoryTerms {
  /** A new consensus comes out so often. */
  readonly intervalMs: number;
  /** Relays fetch within this share of the interval; 0.5 for Tor's caches. */
  readonly jitterShare: number;
}

export interface DirectoryParts {
  readonly environment: Pick<Environment, 'clock' | 'timers' | 'random'>;
  readonly authorities: readonly PeerName[];
  readonly terms: DirectoryTerms;
  readonly exchange: Pick<StateExchange, 'compare'>;
}

/** Relays that start together do not ask in the same instant. */
export const START_JITTER_MS = 10_000;
/** Wait after a round of authorities that all failed, doubled each time, up to the next interval. */
export const RETRY_MS = 60_000;

export class DirectoryChannel implements Channel {
  readonly name = 'directory';
  private readonly parts: DirectoryParts;
  private isStopped = false;

  constructor(parts: DirectoryParts) {
    if (parts.authorities.length === 0) throw new RangeError('a directory needs at least one authority');
    this.parts = parts;
  }

  /** A relay that comes up has no consensus: it fetches one at once. */
  start(): void {
    const { clock, timers, random } = this.parts.environment;
    const { intervalMs } = this.parts.terms;
    const outMs = Math.floor(clock.nowMs() / intervalMs) * intervalMs;
    timers.after(START_JITTER_MS * random.uniform(), () => void this.fetch(outMs, RETRY_MS));
  }

  stop(): void {
    this.isStopped = true;
  }

  /** Plans the fetch of the consensus after this one; if the relay has slept over several, of the latest. */
  private poll(lastOutMs: number): void {
    const { environment, terms } = this.parts;
    const { intervalMs, jitterShare } = terms;
    const nowMs = environment.clock.nowMs();
    const outMs = Math.max(lastOutMs + intervalMs, Math.floor(nowMs / intervalMs) * intervalMs);
    const atMs = outMs + environment.random.uniform() * jitterShare * intervalMs;
    // A clock that has been set back must not put it off for as long as that.
    const longestMs = (1 + jitterShare) * intervalMs;
    const waitMs = Math.min(Math.max(0, atMs - nowMs), longestMs);
    environment.timers.after(waitMs, () => void this.fetch(outMs, RETRY_MS));
  }

  private async fetch(outMs: number, retryMs: number): Promise<void> {
    if (this.isStopped) return;
    const { environment, terms, authorities } = this.parts;
    for (const authority of inRandomOrder(authorities, environment.random)) {
      if (await this.takeFrom(authority)) {
        this.poll(outMs);
        return;
      }
    }
    const nextOutMs = outMs + terms.intervalMs;
    if (environment.clock.nowMs() + retryMs >= nextOutMs) this.poll(outMs);
    else environment.timers.after(retryMs, () => void this.fetch(outMs, retryMs * 2));
  }

  /** Whether the authority could say what is the newest, and hand it over if this relay was behind. */
  private async takeFrom(authority: PeerName): Promise<boolean> {
    const outcome = await this.parts.exchange.compare(authority, 'directory');
    return outcome === 'equal' || outcome === 'ahead' || outcome === 'took';
  }
}
