/**
 * One end of a simulated link, shaped as the libp2p connection that gossipsub expects.
 *
 * Opening a stream costs a round trip, as negotiating a protocol does. There is one gossipsub stream each way;
 * what arrives on it goes to the router through async iterators (full) or straight (fast).
 */

import type { Connection, PeerId, Stream } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Uint8ArrayList } from 'uint8arraylist';
import type { Frame } from './frame.ts';
import type { SimulatedRelay } from './relay.ts';
import type { Transport } from './transport.ts';

/** Bytes each way to negotiate a protocol: multistream-select's header and the protocol's name. */
const NEGOTIATION_BYTES = 60;

type Direction = 'inbound' | 'outbound';

export class SimulatedConnection {
  readonly local: SimulatedRelay;
  /** Index of the relay at the other end. */
  readonly remote: number;
  readonly remotePeer: PeerId;
  readonly remoteAddr: Multiaddr;
  readonly direction: Direction;
  readonly latencyUs: number;
  readonly status = 'open';
  inbound: InboundQueue | null = null;
  private readonly transport: Transport;
  private opening: ((stream: Stream) => void) | null = null;
  private protocol = '';

  constructor(
    transport: Transport,
    local: SimulatedRelay,
    remote: { index: number; peerId: PeerId; address: Multiaddr },
    direction: Direction,
    latencyUs: number,
  ) {
    this.transport = transport;
    this.local = local;
    this.remote = remote.index;
    this.remotePeer = remote.peerId;
    this.remoteAddr = remote.address;
    this.direction = direction;
    this.latencyUs = latencyUs;
  }

  /** Asks the other end for a stream; resolves a round trip later. */
  newStream(protocols: string[]): Promise<Stream> {
    return new Promise((resolve) => {
      this.opening = resolve;
      this.protocol = protocols[0];
      this.transport.openStream(this, NEGOTIATION_BYTES);
    });
  }

  /** The other end asked for a stream. */
  acceptStream(): void {
    this.inbound = new InboundQueue();
    this.local.router.onIncomingStream(this.inbound, this);
    this.transport.acknowledgeStream(this, NEGOTIATION_BYTES);
  }

  /** The other end agreed to the stream that this end asked for. */
  streamAccepted(): void {
    this.opening?.(new SimulatedStream(this, this.transport, this.protocol) as unknown as Stream);
    this.opening = null;
  }

  /** As libp2p's type, of which gossipsub uses what is here. */
  asConnection(): Connection {
    return this as unknown as Connection;
  }
}

/** The sending side of a stream: what gossipsub's own OutboundStream wraps. */
export class SimulatedStream {
  readonly protocol: string;
  private readonly connection: SimulatedConnection;
  private readonly transport: Transport;

  constructor(connection: SimulatedConnection, transport: Transport, protocol: string) {
    this.connection = connection;
    this.transport = transport;
    this.protocol = protocol;
  }

  send(list: Uint8ArrayList): boolean {
    this.transport.sendList(this.connection, list);
    return true;
  }

  sendFrame(frame: Frame): void {
    this.transport.sendFrame(this.connection, frame);
  }

  addEventListener(): void {}

  removeEventListener(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  abort(): void {}
}

/** The receiving side of a stream, as an async iterable of frames. */
export class InboundQueue implements AsyncIterableIterator<Uint8Array> {
  private readonly waiting: Uint8Array[] = [];
  private wake: ((result: IteratorResult<Uint8Array>) => void) | null = null;

  push(bytes: Uint8Array): void {
    if (this.wake === null) {
      this.waiting.push(bytes);
      return;
    }
    const { wake } = this;
    this.wake = null;
    wake({ value: bytes, done: false });
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const value = this.waiting.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  abort(): void {}
}
