/**
 * Two relays compare what they trust, and the one that is behind takes from the other.
 *
 * What the other says of itself is only a reason to look: everything it then sends is verified. A relay takes from
 * one peer at a time, and from one that brought nothing new not again for a while, so that liars cost little.
 */

import { type Clock, type PeerName, type Peers, RequestError } from '../environment.ts';
import type { TrustClient, TrustVersions } from '../trust/trust-client.ts';
import type { ChannelName, OfferTaker } from './channel.ts';
import { COUNTED_PEERS, EXCHANGES_WAITING, FRUITLESS_PAUSE_MS, REQUEST_TIMEOUT_MS } from './limits.ts';
import { PeerFetcher } from './peer-fetcher.ts';
import { decodeState, encodeState, STATE_ANSWER_BYTES, SYNC_PROTOCOL } from './sync-protocol.ts';

export interface StateExchangeParts {
  readonly peers: Pick<Peers, 'request'>;
  readonly clock: Clock;
  readonly client: Pick<TrustClient, 'versions'>;
  readonly taker: OfferTaker;
}

/** What came of a comparison. */
export type Exchanged = 'equal' | 'ahead' | 'took' | 'fruitless' | 'no-answer' | 'busy';

/** Whether a relay with versions `a` has something for one with `b`. */
export function isAhead(a: TrustVersions, b: TrustVersions): boolean {
  return a.root > b.root || (a.root === b.root && a.timestamp > b.timestamp);
}

export class StateExchange {
  private readonly parts: StateExchangeParts;
  private taking: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  /** Peers that promised news and brought none, and when they may be believed again. */
  private readonly pausedUntilMs = new Map<PeerName, number>();

  constructor(parts: StateExchangeParts) {
    this.parts = parts;
  }

  /** Tells a peer what this relay has, hears what the peer has, and takes from it if it is ahead. */
  async compare(peer: PeerName, channel: ChannelName): Promise<Exchanged> {
    const { peers, client } = this.parts;
    const mine = client.versions();
    let theirs: TrustVersions | null;
    try {
      const limits = { maxBytes: STATE_ANSWER_BYTES, timeoutMs: REQUEST_TIMEOUT_MS };
      theirs = decodeState(await peers.request(peer, SYNC_PROTOCOL, encodeState(mine), limits));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return 'no-answer';
    }
    if (theirs === null) return 'no-answer';
    const now = client.versions();
    if (isAhead(theirs, now)) return this.take(peer, channel);
    return isAhead(now, theirs) ? 'ahead' : 'equal';
  }

  /** A peer has said what it has: takes from it if it is ahead. */
  heard(peer: PeerName, versions: TrustVersions, channel: ChannelName): void {
    if (isAhead(versions, this.parts.client.versions())) void this.take(peer, channel);
  }

  /** Takes what a peer has, when those before it are done. */
  async take(peer: PeerName, channel: ChannelName): Promise<Exchanged> {
    const { peers, taker, clock } = this.parts;
    if (this.waiting >= EXCHANGES_WAITING) return 'busy';
    if ((this.pausedUntilMs.get(peer) ?? 0) > clock.nowMs()) return 'fruitless';
    this.waiting++;
    const turn = this.taking.then(() =>
      taker.take({ channel, source: new PeerFetcher(peers, peer, clock), peer }),
    );
    this.taking = turn;
    const { news } = await turn;
    this.waiting--;
    if (news) {
      this.pausedUntilMs.delete(peer);
      return 'took';
    }
    if (this.pausedUntilMs.size >= COUNTED_PEERS) {
      this.pausedUntilMs.delete(this.pausedUntilMs.keys().next().value!);
    }
    this.pausedUntilMs.set(peer, clock.nowMs() + FRUITLESS_PAUSE_MS);
    return 'fruitless';
  }
}
