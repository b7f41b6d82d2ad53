/**
 * One end of a simulated link as libp2p's upgrader takes it: a connection that carries bytes, in the place of TCP and
 * Noise.
 *
 * It comes up ready: the round trips of TCP and of Noise, which names the muxer too, have passed by then
 * (relay-links.ts). What the muxer sends leaves on the relay's uplink, with the bytes that Noise would add.
 */

import assert from 'node:assert/strict';
import type { Logger, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface';
import { AbstractMultiaddrConnection, type SendResult } from '@libp2p/utils';
import type { Multiaddr } from '@multiformats/multiaddr';
import { Uint8ArrayList } from 'uint8arraylist';
import { ARRIVAL, type Arrival } from '../arrival.ts';
import type { LinkEnd, LinkedPeer, NewLink } from '../network-stack.ts';
import type { SimulatedRelay } from '../relay.ts';
import type { Transport } from '../transport.ts';
import { encryptedBytes, gossipBytes, MuxMeter } from './mux-bytes.ts';
import { Piece } from './piece.ts';

/** Encoders cut what is small out of blocks of 8 KiB: a receiver that keeps it would hold on to the whole block. */
const SMALL_BYTES = 2048;

/** Who is told that a connection is there to be upgraded. */
export interface ConnectionOwner {
  connected(connection: LinkConnection): void;
}

export interface LinkConnectionParts {
  readonly owner: ConnectionOwner;
  readonly transport: Transport;
  readonly log: Logger;
  /** With the peer's id: libp2p would add it to every connection anew. */
  readonly remoteAddr: Multiaddr;
}

export class LinkConnection extends AbstractMultiaddrConnection implements LinkEnd {
  readonly local: SimulatedRelay;
  readonly peer: LinkedPeer;
  readonly remote: number;
  readonly latencyUs: number;
  readonly link: number;
  private readonly owner: ConnectionOwner;
  private readonly transport: Transport;
  private readonly onClosed: () => void;
  private readonly meter = new MuxMeter();
  private muxer: StreamMuxer | null = null;

  constructor({ owner, transport, log, remoteAddr }: LinkConnectionParts, link: NewLink) {
    const { local, peer, direction, latencyUs, number, onClosed } = link;
    super({ remoteAddr, direction, log });
    this.owner = owner;
    this.transport = transport;
    this.local = local;
    this.peer = peer;
    this.remote = peer.index;
    this.latencyUs = latencyUs;
    this.link = number;
    this.onClosed = onClosed;
  }

  /** What makes the muxer of this connection, out of what makes those of the node. */
  muxerFactory(factory: StreamMuxerFactory): StreamMuxerFactory {
    return {
      protocol: factory.protocol,
      createStreamMuxer: (connection) => {
        this.muxer = factory.createStreamMuxer(connection);
        return this.muxer;
      },
    };
  }

  announce(): void {
    this.owner.connected(this);
  }

  arrive({ frame }: Arrival): void {
    this.local.wake();
    assert(
      frame !== null,
      `something without bytes came on the link of ${this.local.index} and ${this.remote}`,
    );
    // From another thread it comes as bytes.
    const list = frame instanceof Piece ? frame.list : new Uint8ArrayList(frame.bytes);
    this.transport.load?.gossipReceived(this.local.index, gossipBytes(list, this.muxer?.streams ?? []));
    this.onData(list);
  }

  /** The link is gone, at both ends or on its way to be. */
  shut(): void {
    this.onTransportClosed();
  }

  /** Uplinks queue whatever they are given, as a socket's buffer does, so there is always room for more. */
  sendData(list: Uint8ArrayList): SendResult {
    const bytes = list.byteLength < SMALL_BYTES ? ownBytes(list) : list;
    const piece = new Piece(bytes, this.meter.partsOf(list, this.muxer?.streams ?? []));
    this.transport.transmit(this, ARRIVAL.frame, encryptedBytes(list.byteLength), piece);
    return { sentBytes: list.byteLength, canSendMore: true };
  }

  /** The node gives the connection up. */
  sendReset(): void {
    this.onClosed();
  }

  sendClose(): Promise<void> {
    this.onClosed();
    return Promise.resolve();
  }

  /** Nothing that muxes pauses the connection below it. */
  sendPause(): void {}

  sendResume(): void {}
}

function ownBytes(list: Uint8ArrayList): Uint8ArrayList {
  const bytes = new Uint8Array(list.byteLength);
  let at = 0;
  for (const part of list) {
    bytes.set(part, at);
    at += part.length;
  }
  return new Uint8ArrayList(bytes);
}
