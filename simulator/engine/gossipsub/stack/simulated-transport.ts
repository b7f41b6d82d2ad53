/**
 * The libp2p transport of a simulated relay: hands out connections over links that have come up.
 *
 * Links are made below libp2p (relay-links.ts). The end that dialled has the node dial, which takes the waiting
 * connection; the other end is the node's listener. Noise is left out, so the peer is known beforehand, and the muxer
 * is the one that Noise would have named in its handshake.
 */

import {
  type Connection,
  type CreateListenerOptions,
  type DialTransportOptions,
  type Listener,
  type ListenerEvents,
  type StreamMuxerFactory,
  serviceCapabilities,
  type Transport,
  TypedEventEmitter,
  transportSymbol,
  type Upgrader,
} from '@libp2p/interface';
import { CODE_P2P, type Multiaddr } from '@multiformats/multiaddr';
import type { LinkConnection } from './link-connection.ts';

const MUXER = '/yamux/1.0.0';
/** Upgrades wait for nothing here, so nothing aborts them. */
const NEVER = new AbortController().signal;

export class SimulatedTransport implements Transport {
  readonly [transportSymbol] = true;
  readonly [Symbol.toStringTag] = '@relaywave/simulated-links';
  readonly [serviceCapabilities] = ['@libp2p/transport'];
  /** Connections that the node is about to dial, by the name of the peer. */
  private readonly waiting = new Map<string, LinkConnection>();
  private upgrader: Upgrader | null = null;

  /** To be called just before the node dials the peer. */
  offer(connection: LinkConnection): void {
    this.waiting.set(connection.peer.peerId.toString(), connection);
  }

  dial(address: Multiaddr, { upgrader }: DialTransportOptions): Promise<Connection> {
    const name = address.getComponents().findLast(({ code }) => code === CODE_P2P)?.value ?? '';
    const connection = this.waiting.get(name);
    if (connection === undefined) return Promise.reject(new Error(`there is no link to ${name}`));
    this.waiting.delete(name);
    return upgrader.upgradeOutbound(connection, upgradeOptions(connection, upgrader));
  }

  /** Another relay has dialled. */
  accept(connection: LinkConnection): Promise<void> {
    const { upgrader } = this;
    if (upgrader === null) return Promise.reject(new Error('the node does not listen'));
    return upgrader.upgradeInbound(connection, upgradeOptions(connection, upgrader));
  }

  createListener({ upgrader }: CreateListenerOptions): Listener {
    this.upgrader = upgrader;
    return new LinkListener();
  }

  listenFilter(addresses: Multiaddr[]): Multiaddr[] {
    return addresses;
  }

  dialFilter(addresses: Multiaddr[]): Multiaddr[] {
    return addresses;
  }
}

function upgradeOptions(connection: LinkConnection, upgrader: Upgrader) {
  const muxers = upgrader.getStreamMuxers().get(MUXER) as StreamMuxerFactory;
  return {
    skipEncryption: true,
    skipProtection: true,
    remotePeer: connection.peer.peerId,
    muxerFactory: connection.muxerFactory(muxers),
    signal: NEVER,
  } as const;
}

/** Listens at the relay's address, which others are told. */
class LinkListener extends TypedEventEmitter<ListenerEvents> implements Listener {
  private address: Multiaddr | null = null;

  listen(address: Multiaddr): Promise<void> {
    this.address = address;
    this.safeDispatchEvent('listening');
    return Promise.resolve();
  }

  getAddrs(): Multiaddr[] {
    return this.address === null ? [] : [this.address];
  }

  close(): Promise<void> {
    this.safeDispatchEvent('close');
    return Promise.resolve();
  }

  updateAnnounceAddrs(): void {}
}
