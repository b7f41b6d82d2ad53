/**
 * One end of a stream, and the application behind it: at an exit a server, at a client whoever wanted it.
 *
 * Data is drawn from the application when a cell may go, and pushed to it when one arrives, so that the data plane
 * buffers nothing. A stream ends in both directions at once, as Tor's do.
 */

import assert from 'node:assert/strict';
import { StreamEndReason } from './reasons.ts';

/** tor-spec, "Flow control": stream-level. */
export const STREAM_WINDOW_CELLS = 500;
export const STREAM_CELLS_PER_SENDME = 50;

/** What `read` answers when nothing will follow: the stream ends once all before it has left. */
export const END_OF_DATA = -1;

export interface StreamApplication {
  /** The other end is there; `stream` is for waking, resuming and closing it. */
  onOpen(stream: Stream): void;
  /**
   * Writes what is to be sent to the front of `into` and answers how much. 0: nothing now, `wake` when there is;
   * END_OF_DATA: no more for ever.
   */
  read(into: Uint8Array): number;
  /** Takes what has arrived; the view is good during the call only. False: hold more back until `resume`. */
  write(data: Uint8Array): boolean;
  /** The stream is no more, from whichever side. Called once, if `onOpen` was or not. */
  onEnd(reason: number): void;
}

/** What a stream needs of its circuit. */
export interface StreamCarrier {
  onReadable(stream: Stream): void;
  sendStreamSendme(stream: Stream): void;
  endStream(stream: Stream, reason: number): void;
}

export class Stream {
  readonly id: number;
  readonly application: StreamApplication;
  private readonly carrier: StreamCarrier;
  state: 'opening' | 'open' | 'ended' = 'opening';
  /** Cells that may be sent before the next SENDME. */
  packageWindow = STREAM_WINDOW_CELLS;
  /** Cells that the other end may send before the next SENDME of ours. */
  deliverWindow = STREAM_WINDOW_CELLS;
  /** The application had nothing to send when last asked. */
  starved = false;
  /** Stands in the circuit's line of streams with something to send. */
  inLine = false;
  /** The application takes no more for now, and the other end is not asked for more. */
  private held = false;

  constructor(id: number, application: StreamApplication, carrier: StreamCarrier) {
    this.id = id;
    this.application = application;
    this.carrier = carrier;
  }

  /** There is something to read again. */
  wake(): void {
    if (this.state !== 'open' || !this.starved) return;
    this.starved = false;
    this.carrier.onReadable(this);
  }

  /** The application takes data again. */
  resume(): void {
    if (!this.held) return;
    this.held = false;
    this.acknowledge();
  }

  close(reason: number = StreamEndReason.done): void {
    if (this.state !== 'ended') this.carrier.endStream(this, reason);
  }

  get canSend(): boolean {
    return this.state === 'open' && this.packageWindow > 0 && !this.starved;
  }

  onSent(): void {
    this.packageWindow--;
    assert.ok(this.packageWindow >= 0, 'a stream sent beyond its window');
  }

  /** Hands data on; false if the other end had no right to send it. */
  deliver(data: Uint8Array): boolean {
    if (this.deliverWindow === 0) return false;
    this.deliverWindow--;
    if (!this.application.write(data)) this.held = true;
    this.acknowledge();
    return true;
  }

  /** False if the SENDME is for cells that were never sent. */
  onSendme(): boolean {
    if (this.packageWindow + STREAM_CELLS_PER_SENDME > STREAM_WINDOW_CELLS) return false;
    this.packageWindow += STREAM_CELLS_PER_SENDME;
    return true;
  }

  private acknowledge(): void {
    while (
      !this.held &&
      this.state === 'open' &&
      this.deliverWindow <= STREAM_WINDOW_CELLS - STREAM_CELLS_PER_SENDME
    ) {
      this.deliverWindow += STREAM_CELLS_PER_SENDME;
      this.carrier.sendStreamSendme(this);
    }
  }
}
