/**
 * Two relays compare what they trust, and the one that is behind takes from the other.
 *
 * What the other says of itself is only a reason to look: everything it then sends is verified. A relay takes from
 * one peer at a time, and from one that brought nothing new not again for a while, so that liars cost little.
 *
 * Of two relays with the same timestamp one may lack what the other has: a relay that takes no third parties' updates hands
 * on the developers' metadata alone. A relay that such news have left incomplete takes from its equals too.
 */

import { type Clock, type PeerName, type Peers, RequestError } from '../environment.ts';
import { SparseMap } from '../sparse-map.ts';
import type { TrustClient, TrustVersions } from '../trust/trust-client.ts';
import type { ChannelName, OfferTaker } from './channel.ts';
import { isLately } from './lately.ts';
import { COUNTED_PEERS, EXCHANGES_WAITING, FRUITLESS_PAUSE_MS, REQUEST_TIMEOUT_MS } from './limits.ts';
import { PeerFetcher } from './peer-fetcher.ts';
import { decodeState, encodeState, STATE_ANSWER_BYTES, SYNC_PROTOCOL } from './sync-protocol.ts';

export interface StateExchangeParts {
  readonly peers: Pick<Peers, 'request'>;
  readonly clock: Clock;
  readonly client: Pick<TrustClient, 'versions' | 'isIncomplete'>;
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
  /** The last one begun or waiting; it settles when its turn is over, and never rejects. */
  private last: Promise<void> = Promise.resolve();
  /** Takings that are under way or wait, one for each peer. */
  private readonly takings = new SparseMap<PeerName, Promise<Exchanged>>();
  /** Peers that promised news and brought none, and when: for a while they are not believed. */
  private readonly fruitlessAtMs = new SparseMap<PeerName, number>();
  /** Peers that did not have what this relay lacks of its publication either, and when: the same for this purpose alone. */
  private readonly lackedAtMs = new SparseMap<PeerName, number>();

  constructor(parts: StateExchangeParts) {
    this.parts = parts;
  }

  /** Tells a peer what this relay has, hears what the peer has, and takes from it if it is ahead or may complete that. */
  async compare(peer: PeerName, channel: ChannelName): Promise<Exchanged> {
    const { peers, client } = this.parts;
    let theirs: TrustVersions | null;
    try {
      const limits = { maxBytes: STATE_ANSWER_BYTES, timeoutMs: REQUEST_TIMEOUT_MS };
      const answer = await peers.request(peer, SYNC_PROTOCOL, encodeState(client.versions()), limits);
      theirs = decodeState(answer);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return 'no-answer';
    }
    if (theirs === null) return 'no-answer';
    if (this.mayHelp(peer, theirs)) return this.take(peer, channel, theirs);
    return isAhead(client.versions(), theirs) ? 'ahead' : 'equal';
  }

  /** A peer has said what it has: takes from it if it is ahead, or may complete what this relay has. */
  heard(peer: PeerName, versions: TrustVersions, channel: ChannelName): void {
    if (this.mayHelp(peer, versions)) void this.take(peer, channel, versions);
  }

  /**
   * Takes what a peer has, when those before it are done; `promised` is what it said that it has, if it did.
   *
   * Rejects only if the taker does, which is a bug.
   */
  take(peer: PeerName, channel: ChannelName, promised: TrustVersions | null = null): Promise<Exchanged> {
    const joined = this.takings.get(peer);
    if (joined !== undefined) return joined;
    if (this.takings.size >= EXCHANGES_WAITING) return Promise.resolve('busy');
    if (this.isPaused(peer)) return Promise.resolve('fruitless');
    const turn = this.last.then(() => this.takeNow(peer, channel, promised));
    const over = (): void => {};
    this.last = turn.then(over, over);
    // A promise of its own: when the turn fails and nobody waits for it, the bug still shows.
    const taking = turn.finally(() => this.takings.delete(peer));
    this.takings.set(peer, taking);
    return taking;
  }

  /** Whether it has brought nothing lately, and is not believed. */
  isPaused(peer: PeerName): boolean {
    return this.isNoted(this.fruitlessAtMs, peer);
  }

  /** Whether a peer with these versions may have what this relay has not. */
  private mayHelp(peer: PeerName, theirs: TrustVersions): boolean {
    const { client } = this.parts;
    const own = client.versions();
    if (isAhead(theirs, own)) return true;
    return client.isIncomplete() && !isAhead(own, theirs) && !this.isNoted(this.lackedAtMs, peer);
  }

  private isNoted(notes: ReadonlyMap<PeerName, number>, peer: PeerName): boolean {
    const atMs = notes.get(peer) ?? Number.NEGATIVE_INFINITY;
    return isLately(atMs, this.parts.clock.nowMs(), FRUITLESS_PAUSE_MS);
  }

  private note(notes: Map<PeerName, number>, peer: PeerName): void {
    if (notes.size >= COUNTED_PEERS) notes.delete(notes.keys().next().value!);
    notes.set(peer, this.parts.clock.nowMs());
  }

  private async takeNow(
    peer: PeerName,
    channel: ChannelName,
    promised: TrustVersions | null,
  ): Promise<Exchanged> {
    const { peers, taker, clock, client } = this.parts;
    // Somebody before it has brought the same: no fault of this one.
    if (promised !== null && !this.mayHelp(peer, promised)) return 'equal';
    const { news } = await taker.take({ channel, source: new PeerFetcher(peers, peer, clock), peer });
    this.fruitlessAtMs.delete(peer);
    if (client.isIncomplete()) this.note(this.lackedAtMs, peer);
    if (news) return 'took';
    // It came by gossip meanwhile: no fault of this one either.
    if (promised !== null && !isAhead(promised, client.versions())) return 'equal';
    this.note(this.fruitlessAtMs, peer);
    return 'fruitless';
  }
}
