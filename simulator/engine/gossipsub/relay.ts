/** A simulated relay: its router, its links, its uplink, and its requests. */

import type { PeerId } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { ARRIVAL, type Arrival, type Receiver } from './arrival.ts';
import type { RelayRegistrar } from './components.ts';
import type { SimulatedConnection } from './connection.ts';
import type { Frame, FrameMint } from './frame.ts';
import type { Host } from './hosts.ts';
import type { GossipSubInternals } from './internals.ts';
import { type PeersParts, SimulatedPeers } from './simulated-peers.ts';
import type { RouterSleep } from './sleep.ts';
import { Uplink } from './uplink.ts';

/** How frames reach the router: straight, or through its async iterators. */
export type Reception =
  | { readonly path: 'straight'; readonly mint: FrameMint; readonly onError: (error: unknown) => void }
  | { readonly path: 'streamed' };

export interface RelayParts {
  readonly index: number;
  readonly peerId: PeerId;
  readonly address: Multiaddr;
  readonly uplinkBitsPerSecond: number;
  readonly router: GossipSubInternals;
  readonly registrar: RelayRegistrar;
  readonly reception: Reception;
  /** Null keeps the router's timers always running. */
  readonly sleep: RouterSleep | null;
  readonly requests: PeersParts;
}

export class SimulatedRelay implements Host {
  readonly index: number;
  readonly peerId: PeerId;
  readonly address: Multiaddr;
  readonly router: GossipSubInternals;
  readonly uplink: Uplink;
  readonly peers: SimulatedPeers;
  readonly online = true;
  /** Links by the index of the relay at the other end. */
  readonly connections = new Map<number, SimulatedConnection>();
  readonly sleep: RouterSleep | null;
  private readonly registrar: RelayRegistrar;
  private readonly reception: Reception;

  constructor(parts: RelayParts) {
    this.index = parts.index;
    this.peerId = parts.peerId;
    this.address = parts.address;
    this.router = parts.router;
    this.registrar = parts.registrar;
    this.reception = parts.reception;
    this.sleep = parts.sleep;
    this.uplink = new Uplink(parts.uplinkBitsPerSecond);
    this.peers = new SimulatedPeers(this, parts.requests);
  }

  /** To be called before anything touches the router. */
  wake(): void {
    this.sleep?.wake();
  }

  /** A link has come up. */
  connect(connection: SimulatedConnection): void {
    this.connections.set(connection.remote, connection);
    this.registrar.topology?.onConnect?.(connection.remotePeer, connection.asConnection());
    this.peers.linkUp(connection.remote);
  }

  receiverOf(arrival: Arrival): Receiver | null {
    if (arrival.what >= ARRIVAL.request) return this.peers;
    const connection = this.connections.get(arrival.from);
    if (connection === undefined) {
      throw new Error(
        `relay ${this.index} has no link to relay ${arrival.from}, but something arrived on it`,
      );
    }
    return connection;
  }

  receive(connection: SimulatedConnection, frame: Frame): void {
    if (this.reception.path === 'streamed') {
      connection.inbound?.push(frame.bytes);
      return;
    }
    const { mint, onError } = this.reception;
    const { router } = this;
    const rpc = mint.decode(frame, (bytes) => router.decodeRpc(bytes));
    router.handleReceivedRpc(connection.remotePeer, rpc).catch(onError);
  }
}
