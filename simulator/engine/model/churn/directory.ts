/**
 * Relays that poll authorities: node/channels/directory.ts by events.
 *
 * An authority has the publications that were out when the last consensus came.
 */

import { RETRY_MS, START_JITTER_MS } from '../../../../node/channels/directory.ts';
import type { LiveArm } from '../../../scenario/scenario.ts';
import { lastConsensusUs } from '../../gossipsub/publisher.ts';
import { EPOCH_MS } from '../../virtual-clock.ts';
import type { World } from '../world.ts';
import type { Calls } from './calls.ts';
import type { Exchange } from './exchange.ts';
import type { HostDraws } from './host-draws.ts';
import { STATE_OF_START } from './lesson.ts';
import type { LivingRelay } from './living-relay.ts';

export interface DirectoryParts {
  readonly world: World;
  readonly calls: Calls;
  readonly draws: HostDraws;
  readonly exchange: Exchange;
  readonly terms: LiveArm['directory'];
  /** The authorities' numbers as hosts. */
  readonly authorities: readonly number[];
}

export class Directory {
  private readonly parts: DirectoryParts;
  private readonly intervalMs: number;

  constructor(parts: DirectoryParts) {
    this.parts = parts;
    this.intervalMs = parts.terms.intervalSeconds * 1000;
  }

  /** A process of the relay has started: it has no consensus, and fetches one at once. */
  started(relay: LivingRelay): void {
    const { calls, draws } = this.parts;
    const { intervalMs } = this;
    const outMs = Math.floor(this.nowMs() / intervalMs) * intervalMs;
    const afterMs = START_JITTER_MS * draws.uniform(relay.index);
    calls.after(afterMs, relay, () => this.fetch(relay, outMs, RETRY_MS));
  }

  /** Plans the fetch of the consensus after this one; if the relay has slept over several, of the latest. */
  private poll(relay: LivingRelay, lastOutMs: number): void {
    const { calls, draws, terms } = this.parts;
    const { intervalMs } = this;
    const nowMs = this.nowMs();
    const outMs = Math.max(lastOutMs + intervalMs, Math.floor(nowMs / intervalMs) * intervalMs);
    const atMs = outMs + draws.uniform(relay.index) * terms.jitterShare * intervalMs;
    calls.after(Math.max(0, atMs - nowMs), relay, () => this.fetch(relay, outMs, RETRY_MS));
  }

  /** Asks one authority after the other until one helps; again after a while, doubled each time, where none does. */
  private fetch(relay: LivingRelay, outMs: number, retryMs: number): void {
    const { calls, draws, exchange, authorities } = this.parts;
    const left = draws.inRandomOrder(relay.index, authorities);
    const next = (): void => {
      const authority = left.shift();
      if (authority !== undefined) {
        exchange.compare(relay, authority, (outcome) => {
          if (outcome === 'equal' || outcome === 'ahead' || outcome === 'took') this.poll(relay, outMs);
          else next();
        });
      } else if (this.nowMs() + retryMs >= outMs + this.intervalMs) this.poll(relay, outMs);
      else calls.after(retryMs, relay, () => this.fetch(relay, outMs, retryMs * 2));
    };
    next();
  }

  /** As relays' clocks have it. */
  private nowMs(): number {
    return EPOCH_MS + Math.floor(this.parts.world.nowUs / 1000);
  }
}

/** The state that authorities have, by the times of all publications, which rise. */
export function consensusState(publishedUs: readonly number[], nowUs: number, intervalUs: number): number {
  const outUs = lastConsensusUs(nowUs, intervalUs);
  const published = publishedUs.findIndex((atUs) => atUs > outUs);
  return STATE_OF_START + (published < 0 ? publishedUs.length : published);
}
