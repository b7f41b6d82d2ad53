/**
 * A channel is a way for updates to reach a relay; a relay may listen to several at once.
 *
 * A channel finds out that there may be something new and offers the relay's agent a source to take it from. The
 * agent verifies and decides. Nothing that a channel says is believed.
 */

import type { PeerName, Verdict } from '../environment.ts';
import type { Fetcher } from '../trust/fetcher.ts';
import type { PolicyRefusal, TrustRefusal } from '../trust/refusal.ts';

export const CHANNEL_NAMES = ['gossip', 'directory', 'circuit', 'catch-up'] as const;
export type ChannelName = (typeof CHANNEL_NAMES)[number];

/** Where an offer's files come from. */
export interface Offer {
  readonly channel: ChannelName;
  readonly source: Fetcher;
  /** Whoever sent or answers; targets that `source` lacks are asked for there first. */
  readonly peer: PeerName | null;
}

export type Refusal = TrustRefusal | PolicyRefusal;

/** What became of an offer as far as its sender and the router need to know. */
export interface Receipt {
  /** `accept`: genuine, to be passed on. */
  readonly verdict: Verdict;
  /** Null when nothing was refused. With `accept` it is the timestamp alone, which fresher news have overtaken. */
  readonly refused: Refusal | null;
  /** Whether the relay learned anything new. */
  readonly news: boolean;
}

/** The relay's side of every channel. */
export interface OfferTaker {
  /**
   * Verifies what an offer brings. Resolves when the verdict is out, which is after the processor has done its
   * share; modules that the source lacks are fetched, admitted and staged after that.
   */
  take(offer: Offer): Promise<Receipt>;
}

export interface Channel {
  readonly name: ChannelName;
  /** Begins to listen, poll or ask; to be called once, when the relay is up. */
  start(): void;
  /** Calls off what is planned; an exchange under way ends by its deadline. */
  stop(): void;
}
