/** A simulated relay: its router, its links, its uplink, and its requests. */

import type { PeerId } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { ARRIVAL, type Arrival, type Receiver } from './arrival.ts';
import type { Host } from './hosts.ts';
import type { GossipSubInternals } from './internals.ts';
import type { LinkEnd, NetworkStack } from './network-stack.ts';
import { type LinksParts, RelayLinks } from './relay-links.ts';
import { type PeersParts, SimulatedPeers } from './simulated-peers.ts';
import type { RouterSleep } from './sleep.ts';
import { type RateChange, Uplink } from './uplink.ts';

export interface RelayParts {
  readonly index: number;
  readonly peerId: PeerId;
  readonly address: Multiaddr;
  readonly uplinkBitsPerSecond: number;
  /** What faults do to that. */
  readonly rateChanges: readonly RateChange[];
  readonly stack: NetworkStack;
  /** Null keeps the router's timers always running. */
  readonly sleep: RouterSleep | null;
  /** Whether it is there from the start. */
  readonly online: boolean;
  readonly requests: PeersParts;
  readonly linking: LinksParts;
  /** The relay as its last process was, before a crash. */
  readonly before?: SimulatedRelay | null;
}

export class SimulatedRelay implements Host {
  readonly index: number;
  readonly peerId: PeerId;
  readonly address: Multiaddr;
  readonly uplink: Uplink;
  readonly peers: SimulatedPeers;
  readonly links: RelayLinks;
  readonly sleep: RouterSleep | null;
  private readonly stack: NetworkStack;

  constructor(parts: RelayParts) {
    this.index = parts.index;
    this.peerId = parts.peerId;
    this.address = parts.address;
    this.stack = parts.stack;
    this.sleep = parts.sleep;
    const { before = null } = parts;
    this.uplink = before?.uplink ?? new Uplink(parts.uplinkBitsPerSecond, parts.rateChanges);
    this.peers = new SimulatedPeers(this, parts.requests, before?.peers);
    this.links = new RelayLinks(this, parts.stack, parts.online, parts.linking, before?.links);
  }

  /** To be called before anything touches the router. */
  wake(): void {
    this.sleep?.wake();
  }

  get router(): GossipSubInternals {
    return this.stack.router;
  }

  start(): Promise<void> {
    return this.stack.start();
  }

  /** The process ends in good order, without links: its router stops, and no timer of it is left. */
  async halt(): Promise<void> {
    // js-libp2p lets the last heartbeat of a stopped router run.
    this.router.status.heartbeatTimeout?.cancel();
    await this.stack.stop();
  }

  /** The process dies: its connections are closed by the operating system, and nothing of it is left. */
  crash(): void {
    this.links.processLost();
    this.peers.processLost();
  }

  get online(): boolean {
    return this.links.online;
  }

  get connections(): ReadonlyMap<number, LinkEnd> {
    return this.links.connections;
  }

  receiverOf(arrival: Arrival): Receiver | null {
    if (arrival.what < ARRIVAL.request) return this.links.receiverOf(arrival);
    return this.links.online ? this.peers : null;
  }
}
