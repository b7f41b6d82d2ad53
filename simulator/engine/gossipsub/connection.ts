/**
 * One end of a simulated link, shaped as the libp2p connection that gossipsub expects.
 *
 * The router hears of it when the other end has said which protocols it speaks, as libp2p's identify asks on every new
 * connection: a round trip after the link came up. Opening a stream costs another. Near peers are known first, and it is
 * known peers that are grafted. There is one gossipsub stream each way;
 * what arrives on it goes to the router through async iterators (full) or straight (fast). Once closed, an end
 * stays closed: a link that comes up again has new ends and a new number.
 */

import type { Connection, PeerId, Stream } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { encode } from 'it-length-prefixed';
import type { Uint8ArrayList } from 'uint8arraylist';
import { ARRIVAL, type Arrival } from './arrival.ts';
import type { BareStack } from './bare-stack.ts';
import type { Frame } from './frame.ts';
import type { OutboundStreamInternals } from './internals.ts';
import { IDENTIFY_ANSWER_BYTES, NEGOTIATION_BYTES } from './negotiation.ts';
import type { Direction, LinkEnd, NewLink } from './network-stack.ts';
import type { PeerStanding } from './peer-standing.ts';
import type { SimulatedRelay } from './relay.ts';
import type { Transport } from './transport.ts';

/** Why a stream could not be had. Expected when relays come and go, so it counts as no failure. */
export class LinkClosedError extends Error {}

const CLOSED = Promise.resolve();

/** Who has asked for a stream: told that the other end has agreed to it, or that the link has closed before. */
export interface Opening {
  agreed(connection: SimulatedConnection): void;
  lost(): void;
}

/** On the fast path it is what the router sends on, too, in the place of gossipsub's own OutboundStream. */
export class SimulatedConnection implements LinkEnd, OutboundStreamInternals {
  // What everything that is sent or arrives looks at stands first, so that it lies together in memory.
  status: 'open' | 'closed' = 'open';
  readonly local: SimulatedRelay;
  readonly remote: number;
  readonly latencyUs: number;
  readonly link: number;
  standing: PeerStanding | null = null;
  /** The other end, if it is on this thread. */
  far: SimulatedConnection | null = null;
  private readonly transport: Transport;
  private readonly stack: BareStack;
  readonly remotePeer: PeerId;
  private opening: Opening | null = null;
  private isIdentified = false;
  inbound: InboundQueue | null = null;
  readonly direction: Direction;
  readonly remoteAddr: Multiaddr;

  constructor(stack: BareStack, transport: Transport, link: NewLink) {
    const { local, peer, direction, latencyUs, number } = link;
    this.stack = stack;
    this.transport = transport;
    this.local = local;
    this.remote = peer.index;
    this.remotePeer = peer.peerId;
    this.remoteAddr = peer.address;
    this.direction = direction;
    this.latencyUs = latencyUs;
    this.link = number;
  }

  announce(): void {
    this.lookForFarEnd();
    this.transport.transmit(this, ARRIVAL.identify, NEGOTIATION_BYTES, null);
  }

  /** Whichever end comes up second finds the first. */
  private lookForFarEnd(): void {
    const end = this.transport.linkEnd(this.remote, this.local.index);
    if (!(end instanceof SimulatedConnection) || end.link !== this.link) return;
    this.far = end;
    end.far = this;
  }

  /** Asks the other end for a stream; resolves a round trip later, or rejects when the link closes. */
  newStream(protocols: string[]): Promise<Stream> {
    return new Promise((resolve, reject) => {
      const opening = {
        agreed: () => resolve(new SimulatedStream(this, this.transport, protocols[0]) as unknown as Stream),
        lost: () => reject(new LinkClosedError()),
      };
      if (!this.askForStream(opening)) opening.lost();
    });
  }

  /** Asks the other end for a stream, which agrees to it a round trip later; false where the link is closed already. */
  askForStream(opening: Opening): boolean {
    if (this.status === 'closed') return false;
    this.opening = opening;
    this.transport.transmit(this, ARRIVAL.open, NEGOTIATION_BYTES, null);
    return true;
  }

  get rawStream(): this {
    return this;
  }

  get protocol(): string {
    return this.stack.router.protocols[0];
  }

  push(rpc: Uint8Array): void {
    this.pushPrefixed(encode.single(rpc));
  }

  pushPrefixed(list: Uint8ArrayList): void {
    this.transport.sendList(this, list);
  }

  sendFrame(frame: Frame): void {
    this.transport.sendFrame(this, frame);
  }

  /** Closes the stream alone, which nobody sees. */
  close(): Promise<void> {
    return CLOSED;
  }

  arrive({ what, frame }: Arrival): void {
    if (what === ARRIVAL.identify) {
      // Not for the router.
      this.transport.transmit(this, ARRIVAL.identity, IDENTIFY_ANSWER_BYTES, null);
      return;
    }
    this.local.wake();
    if (frame !== null) {
      this.transport.load?.gossipReceived(this.local.index, frame.bytes.length);
      this.stack.receive(this, frame);
      return;
    }
    switch (what) {
      case ARRIVAL.identity:
        this.isIdentified = true;
        this.stack.identified(this);
        return;
      case ARRIVAL.open:
        this.acceptStream();
        return;
      default:
        this.streamAccepted();
    }
  }

  /** The other end asked for a stream. */
  private acceptStream(): void {
    this.transport.transmit(this, ARRIVAL.acknowledge, NEGOTIATION_BYTES, null);
    this.inbound = this.stack.inboundQueue();
    this.stack.router.onIncomingStream(this.inbound, this);
  }

  /** The other end agreed to the stream that this end asked for. */
  private streamAccepted(): void {
    const { opening } = this;
    this.opening = null;
    opening?.agreed(this);
  }

  /** Ends the streams, and tells the router if it knows the peer. */
  shut(): void {
    this.status = 'closed';
    this.inbound?.end();
    this.opening?.lost();
    this.opening = null;
    if (this.isIdentified) this.stack.disconnected(this);
  }

  /** As libp2p's type, of which gossipsub uses what is here. */
  asConnection(): Connection {
    return this as unknown as Connection;
  }
}

/** The sending side of a stream on the full path: what gossipsub's own OutboundStream wraps. */
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
  private ended = false;

  /** Whoever iterates gets what is waiting, and then the end. */
  end(): void {
    this.ended = true;
    this.wake?.({ value: undefined, done: true });
    this.wake = null;
  }

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
    if (this.ended) return Promise.resolve({ value: undefined, done: true });
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
