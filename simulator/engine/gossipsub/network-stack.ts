/**
 * What a relay has above its links: its router alone (bare-stack.ts), or a whole libp2p node (library/).
 *
 * Links come and go below it, the same whatever stands above (relay-links.ts).
 */

import type { PeerId } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Receiver } from './arrival.ts';
import type { GossipSubInternals } from './internals.ts';
import type { SimulatedRelay } from './relay.ts';
import type { OnLink } from './transport.ts';

export type Direction = 'inbound' | 'outbound';

/** A relay, as those linked with it know it. */
export interface LinkedPeer {
  readonly index: number;
  readonly peerId: PeerId;
  readonly address: Multiaddr;
}

/** A link that comes up, seen from one end. */
export interface NewLink {
  readonly local: SimulatedRelay;
  readonly peer: LinkedPeer;
  readonly direction: Direction;
  readonly latencyUs: number;
  /** Tells this link from those that joined the two relays before; 0 for the first. */
  readonly number: number;
  /** To be told when the stack itself closes this end. */
  readonly onClosed: () => void;
}

/** One end of an open link. */
export interface LinkEnd extends OnLink, Receiver {
  readonly direction: Direction;
  /** Tells the stack that the link is there; once. */
  announce(): void;
  /** The link is gone: whatever ran over it ends, and the stack is told. */
  shut(): void;
}

/** The part of a stack that links know. */
export interface LinkingStack {
  connect(link: NewLink): LinkEnd;
  /** The process has died: what happens to its links from now on is told nobody. */
  die(): void;
}

export interface NetworkStack extends LinkingStack {
  readonly router: GossipSubInternals;
  start(): Promise<void>;
  /** Ends in good order, without links. */
  stop(): Promise<void>;
}
