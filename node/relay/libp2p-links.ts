/**
 * Links over libp2p: the cells between two peers are the bytes of one stream, 514 at a time, with nothing between.
 *
 * TCP, encryption and the proof of who is at the other end are libp2p's. A relay's fingerprint follows from its peer
 * id, so that whoever answers at an address is the relay that was meant, or is hung up on. Cells are of one length, and
 * no peer can claim another; nothing is held for one but a part of a cell on the way in and two batches on the way out.
 * Deadlines are the one thing here that takes real time.
 */

import { createHash } from 'node:crypto';
import type { Connection, Libp2p, PeerId, Stream, StreamMessageEvent } from '@libp2p/interface';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { CELL_BYTES } from '../hooks/catalogue/cell-commands.ts';
import type { Cell, CellPool } from './cell.ts';
import { dotted } from './cell-bodies.ts';
import type { CellLink, LinkDialer, LinkListener, LinkTarget } from './link.ts';

export const CELLS_PROTOCOL = '/relaywave/cells/1';

/** Cells that go to the stream together: 16 KB, a quarter of what Noise takes in one message. */
const BATCH_CELLS = 31;
/** What a stream may hold before somebody listens. */
const UNREAD_BYTES = 64 * 1024;
const DIAL_TIMEOUT_MS = 15_000;
/** A peer that takes nothing for so long is gone, or wants memory filled. */
const STALL_TIMEOUT_MS = 60_000;

/** The fingerprint of the relay that has this peer id: 20 bytes of its SHA-256 in hexadecimal. */
export function fingerprintOf(peer: PeerId): string {
  return createHash('sha256').update(peer.toMultihash().bytes).digest('hex').slice(0, 40);
}

export interface Libp2pLinksParts {
  readonly libp2p: Pick<Libp2p, 'dial' | 'getConnections' | 'handle'>;
  readonly cells: CellPool;
  /** Whether there is a relay of this fingerprint, now or as soon as it is known; whoever is none is a client. */
  readonly isRelay: (fingerprint: string) => boolean | Promise<boolean>;
  readonly dialTimeoutMs?: number;
  readonly stallTimeoutMs?: number;
}

export class Libp2pLinks implements LinkDialer {
  private readonly parts: Libp2pLinksParts;

  constructor(parts: Libp2pLinksParts) {
    this.parts = parts;
  }

  /** Takes links that others open: one of each connection at a time. IPv4 only. */
  async serve(accept: (link: CellLink) => void): Promise<void> {
    const { libp2p, isRelay } = this.parts;
    const handler = (stream: Stream, connection: Connection): void => {
      const address = ipv4Of(connection.remoteAddr);
      if (address === null) {
        stream.abort(new Error('a link from no IPv4 address'));
        return;
      }
      const fingerprint = fingerprintOf(connection.remotePeer);
      const take = (known: boolean): void => {
        if (stream.status === 'open') accept(this.link(stream, known ? fingerprint : null, address, false));
      };
      const known = isRelay(fingerprint);
      if (typeof known === 'boolean') take(known);
      // What arrives meanwhile waits in the stream, as far as that may hold it.
      else void known.then(take);
    };
    await libp2p.handle(CELLS_PROTOCOL, handler, { maxInboundStreams: 1, maxOutboundStreams: 1 });
  }

  /** Over the connection there is, or a new one. Null if nobody answers in time, or somebody else does. */
  dial(target: LinkTarget, answer: (link: CellLink | null) => void): void {
    this.open(target).then(
      (stream) => answer(stream && this.link(stream, target.fingerprint, target.address, true)),
      () => answer(null),
    );
  }

  private async open({ fingerprint, address, port }: LinkTarget): Promise<Stream | null> {
    const { libp2p, dialTimeoutMs = DIAL_TIMEOUT_MS } = this.parts;
    const signal = AbortSignal.timeout(dialTimeoutMs);
    const isMeant = ({ remotePeer }: Connection): boolean => fingerprintOf(remotePeer) === fingerprint;
    const known = libp2p.getConnections().find((one) => one.status === 'open' && isMeant(one));
    const connection =
      known ?? (await libp2p.dial(multiaddr(`/ip4/${dotted(address)}/tcp/${port}`), { signal }));
    return isMeant(connection) ? connection.newStream(CELLS_PROTOCOL, { signal }) : null;
  }

  private link(stream: Stream, peer: string | null, address: number, initiated: boolean): Libp2pCellLink {
    const { cells, stallTimeoutMs = STALL_TIMEOUT_MS } = this.parts;
    return new Libp2pCellLink(stream, cells, { peer, address, initiated, stallTimeoutMs });
  }
}

interface LinkFacts extends Pick<CellLink, 'peer' | 'address' | 'initiated'> {
  readonly stallTimeoutMs: number;
}

class Libp2pCellLink implements CellLink {
  readonly peer: string | null;
  readonly address: number;
  readonly initiated: boolean;
  private readonly stream: Stream;
  private readonly cells: CellPool;
  private readonly stallTimeoutMs: number;
  private listener: LinkListener | null = null;
  /** The cell that is arriving, and how much of it is here. */
  private arriving: Cell | null = null;
  private arrivedBytes = 0;
  private batch: Uint8Array | null = null;
  private batchBytes = 0;
  /** The stream takes no more until it has drained. */
  private full = false;
  private stall: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(stream: Stream, cells: CellPool, { peer, address, initiated, stallTimeoutMs }: LinkFacts) {
    this.stream = stream;
    this.cells = cells;
    this.peer = peer;
    this.address = address;
    this.initiated = initiated;
    this.stallTimeoutMs = stallTimeoutMs;
    stream.maxReadBufferLength = UNREAD_BYTES;
    // The stream can tell these from within a call of ours, in which the listener must not be called.
    stream.addEventListener('drain', () => queueMicrotask(() => this.onDrain()));
    stream.addEventListener('close', () => queueMicrotask(() => this.onGone()));
    // A link goes both ways or not at all.
    stream.addEventListener('remoteCloseWrite', () => queueMicrotask(() => this.onGone()));
  }

  listen(listener: LinkListener): void {
    this.listener = listener;
    this.stream.addEventListener('message', ({ data }: StreamMessageEvent) => {
      if (data instanceof Uint8Array) this.take(data);
      else for (const piece of data) this.take(piece);
    });
  }

  send(cell: Cell): boolean {
    if (!this.closed) this.add(cell.bytes);
    this.cells.release(cell);
    return !this.full;
  }

  close(): void {
    if (this.closed) return;
    this.flush();
    this.release();
    const { stream } = this;
    const over = (): void => stream.abort(new Error('the link was closed'));
    stream.close({ signal: AbortSignal.timeout(this.stallTimeoutMs) }).then(over, over);
  }

  /** Cells that are sent in one turn leave as one message. */
  private add(bytes: Uint8Array): void {
    if (this.batch === null) {
      this.batch = new Uint8Array(BATCH_CELLS * CELL_BYTES);
      this.batchBytes = 0;
      if (!this.full) queueMicrotask(() => this.flush());
    }
    this.batch.set(bytes, this.batchBytes);
    this.batchBytes += CELL_BYTES;
    if (this.batchBytes === this.batch.length) this.flush();
  }

  private flush(): void {
    const { batch } = this;
    if (batch === null || this.closed || this.full) return;
    this.batch = null;
    try {
      this.full = !this.stream.send(batch.subarray(0, this.batchBytes));
    } catch {
      this.full = true; // its end is on its way to us
      queueMicrotask(() => this.onGone());
    }
    if (this.full) this.watch();
  }

  private watch(): void {
    this.stall ??= setTimeout(
      () => this.stream.abort(new Error('the other end takes nothing')),
      this.stallTimeoutMs,
    ).unref();
  }

  private onDrain(): void {
    if (this.closed || !this.full) return;
    if (this.stall !== null) clearTimeout(this.stall);
    this.stall = null;
    this.full = false;
    this.flush();
    if (!this.full) this.listener?.onDrained();
  }

  private take(piece: Uint8Array): void {
    for (let at = 0; at < piece.length && !this.closed; ) {
      this.arriving ??= this.cells.take();
      const cell = this.arriving;
      const part = piece.subarray(at, at + CELL_BYTES - this.arrivedBytes);
      cell.bytes.set(part, this.arrivedBytes);
      at += part.length;
      this.arrivedBytes += part.length;
      if (this.arrivedBytes < CELL_BYTES) return;
      this.arriving = null;
      this.arrivedBytes = 0;
      this.listener!.onCell(cell);
    }
  }

  private onGone(): void {
    if (this.closed) return;
    this.release();
    this.stream.abort(new Error('the other end has closed the link'));
    this.listener?.onClosed();
  }

  private release(): void {
    this.closed = true;
    if (this.stall !== null) clearTimeout(this.stall);
    if (this.arriving !== null) this.cells.release(this.arriving);
    this.arriving = null;
    this.batch = null;
  }
}

/** The IPv4 address that a peer was reached at, or came from; null if it has none. */
function ipv4Of(from: Multiaddr): number | null {
  const value = from.getComponents().find(({ name }) => name === 'ip4')?.value;
  if (value === undefined) return null;
  return value.split('.').reduce((address, part) => (address * 256 + Number(part)) >>> 0, 0);
}

/** Where circuits find a relay that listens at this address; null for one without an IPv4 address and a port of TCP. */
export function placeOf(at: Multiaddr): Omit<LinkTarget, 'fingerprint'> | null {
  const address = ipv4Of(at);
  const port = at.getComponents().find(({ name }) => name === 'tcp')?.value;
  return address === null || port === undefined ? null : { address, port: Number(port) };
}
