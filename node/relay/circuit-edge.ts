/**
 * Where a circuit's streams begin or end: the same at an exit and at a client, but for who opens them.
 *
 * Streams that have something to send take turns by the cell, as far as their windows, the circuit's window and the
 * queue towards the link allow. Every DATA cell counts against the circuit's window at both ends, also one for a stream
 * that is no more.
 */

import assert from 'node:assert/strict';
import type { Clock } from '../environment.ts';
import { RELAY } from '../hooks/catalogue/cell-commands.ts';
import type { flowWindow } from '../hooks/catalogue/flow-window.ts';
import { type Cell, type CellPool, RELAY_DATA_BYTES } from './cell.ts';
import { CircuitWindow, type FlowParameters } from './circuit-window.ts';
import type { SlotOf } from './hook-slots.ts';
import { StreamEndReason } from './reasons.ts';
import { dataLengthOf, dataOf } from './relay-cell.ts';
import { DIGEST_BYTES } from './running-digest.ts';
import { END_OF_DATA, Stream, type StreamApplication, type StreamCarrier } from './stream.ts';

/** Version, length and digest of a circuit's SENDME (proposal 289). */
const SENDME_VERSION = 1;
const SENDME_BYTES = 3 + DIGEST_BYTES;

/** The circuit as its edge uses it. */
export interface EdgePort {
  /** Completes a cell whose data is in place, and queues it; answers its digest. */
  originate(cell: Cell, command: number, streamId: number, length: number): string;
  /** Whether the queue towards the link takes more; if not, the circuit calls `pump` when it does. */
  hasRoom(): boolean;
  /** Whether that link is full at the moment. */
  isBlocked(): boolean;
}

export interface EdgeParts {
  readonly clock: Clock;
  readonly cells: CellPool;
  readonly flow: FlowParameters;
  readonly flowHook: SlotOf<typeof flowWindow>;
}

/** What the other end did that no honest one does; the circuit is to be closed. */
export type EdgeFault = 'stream-window' | 'stream-sendme' | 'unexpected-sendme' | 'wrong-digest';

export class CircuitEdge implements StreamCarrier {
  readonly window: CircuitWindow;
  private readonly port: EdgePort;
  private readonly parts: EdgeParts;
  private readonly streams = new Map<number, Stream>();
  /** Streams that can send, in the order of their turns. */
  private line: Stream[] = [];
  private receivedSinceSendme = 0;
  private pumping = false;
  private closed = false;

  constructor(port: EdgePort, parts: EdgeParts) {
    this.port = port;
    this.parts = parts;
    this.window = new CircuitWindow(parts.flow, parts.clock, parts.flowHook);
  }

  get openStreams(): number {
    return this.streams.size;
  }

  stream(id: number): Stream | null {
    return this.streams.get(id) ?? null;
  }

  /** A stream that waits for the other end, or for the application's own connection. */
  add(id: number, application: StreamApplication): Stream {
    const stream = new Stream(id, application, this);
    this.streams.set(id, stream);
    return stream;
  }

  /** The other end is there: data flows. */
  opened(stream: Stream): void {
    if (stream.state !== 'opening') return;
    stream.state = 'open';
    stream.application.onOpen(stream);
    this.onReadable(stream);
  }

  /** A DATA cell of a sound length has arrived; its digest goes into the next SENDME. */
  onData(cell: Cell, streamId: number, digest: string): EdgeFault | null {
    if (++this.receivedSinceSendme === this.parts.flow.cellsPerSendme) {
      this.receivedSinceSendme = 0;
      this.sendCircuitSendme(digest);
    }
    const stream = this.streams.get(streamId);
    // Whoever sent it did not yet know of the end.
    if (stream === undefined || stream.state !== 'open') return null;
    return stream.deliver(dataOf(cell)) ? null : 'stream-window';
  }

  onSendme(cell: Cell, streamId: number): EdgeFault | null {
    if (streamId === 0) {
      const fault = this.window.onSendme(digestNamedBy(cell), this.port.isBlocked());
      if (fault === null) this.pump();
      return fault;
    }
    const stream = this.streams.get(streamId);
    if (stream === undefined || stream.state !== 'open') return null;
    if (!stream.onSendme()) return 'stream-sendme';
    this.onReadable(stream);
    return null;
  }

  /** The other end has closed a stream. */
  onEnd(cell: Cell, streamId: number): void {
    const stream = this.streams.get(streamId);
    if (stream === undefined) return;
    const reason = dataLengthOf(cell) === 0 ? StreamEndReason.misc : cell.data[0];
    this.forget(stream, reason);
  }

  onReadable(stream: Stream): void {
    if (stream.inLine || !stream.canSend) return;
    stream.inLine = true;
    this.line.push(stream);
    this.pump();
  }

  sendStreamSendme(stream: Stream): void {
    this.port.originate(this.parts.cells.take(), RELAY.sendme, stream.id, 0);
  }

  endStream(stream: Stream, reason: number): void {
    const cell = this.parts.cells.take();
    cell.data[0] = reason;
    this.port.originate(cell, RELAY.end, stream.id, 1);
    this.forget(stream, reason);
  }

  /** Sends what the windows allow. */
  pump(): void {
    if (this.pumping || this.closed) return;
    this.pumping = true;
    while (this.line.length > 0 && this.window.maySend() && this.port.hasRoom()) {
      const stream = this.line.shift()!;
      stream.inLine = false;
      if (stream.canSend) this.sendFrom(stream);
      if (stream.canSend && !stream.inLine) {
        stream.inLine = true;
        this.line.push(stream);
      }
    }
    this.pumping = false;
  }

  /** The circuit is gone; nothing is sent any more. */
  close(): void {
    this.closed = true;
    this.line = [];
    for (const stream of [...this.streams.values()]) this.forget(stream, StreamEndReason.destroy);
  }

  private sendFrom(stream: Stream): void {
    const cell = this.parts.cells.take();
    const bytes = stream.application.read(cell.data);
    assert.ok(bytes <= RELAY_DATA_BYTES, 'an application wrote beyond the cell');
    if (bytes > 0) {
      stream.onSent();
      this.window.onSent(this.port.originate(cell, RELAY.data, stream.id, bytes));
      return;
    }
    this.parts.cells.release(cell);
    if (bytes === END_OF_DATA) this.endStream(stream, StreamEndReason.done);
    else stream.starved = true;
  }

  private sendCircuitSendme(digest: string): void {
    const cell = this.parts.cells.take();
    cell.data[0] = SENDME_VERSION;
    cell.data[1] = 0;
    cell.data[2] = DIGEST_BYTES;
    for (let i = 0; i < DIGEST_BYTES; i++) cell.data[3 + i] = digest.charCodeAt(i);
    this.port.originate(cell, RELAY.sendme, 0, SENDME_BYTES);
  }

  private forget(stream: Stream, reason: number): void {
    if (stream.state === 'ended') return;
    stream.state = 'ended';
    this.streams.delete(stream.id);
    stream.application.onEnd(reason);
  }
}

/** The digest in a circuit's SENDME; null if it has none that can be read. */
function digestNamedBy(cell: Cell): string | null {
  if (dataLengthOf(cell) < SENDME_BYTES) return null;
  const { data } = cell;
  if (data[0] !== SENDME_VERSION || ((data[1] << 8) | data[2]) !== DIGEST_BYTES) return null;
  return Buffer.from(data.buffer, data.byteOffset + 3, DIGEST_BYTES).toString('latin1');
}
