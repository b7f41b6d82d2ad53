/**
 * An exchange of so many bytes each way, with a digest over what was sent behind them: the traffic of a simulation.
 *
 * Request: bytes up and bytes down (two big-endian numbers of 32 bits), the bytes up, their SHA-256. Response: whether
 * that fitted, the bytes down, their SHA-256. So both sides know from the other itself whether all of it arrived, once,
 * in order and unchanged.
 */

import { createHash } from 'node:crypto';
import type { Clock } from '../environment.ts';
import type { ExitService } from './exit-streams.ts';
import { StreamEndReason } from './reasons.ts';
import { END_OF_DATA, type Stream, type StreamApplication } from './stream.ts';

const HEADER_BYTES = 8;
const DIGEST_BYTES = 32;
const FITTED = 1;

/** What bodies are made of; each begins elsewhere in it. The odd length keeps cells from repeating. */
const MATTER = Buffer.concat(
  Array.from({ length: 509 }, (_, i) => createHash('sha256').update(`matter ${i}`).digest()),
);

/** Bytes to send: a head, a body of some length, the body's digest. */
class Outgoing {
  private head: Uint8Array;
  private left: number;
  private at: number;
  private readonly hash = createHash('sha256');
  private tail: Uint8Array | null = null;

  constructor(head: Uint8Array, bodyBytes: number) {
    this.head = head;
    this.left = bodyBytes;
    this.at = (bodyBytes * 31) % MATTER.length;
  }

  /** Fills the front of `into`; 0 once all is out. */
  read(into: Uint8Array): number {
    let used = this.takeHead(into);
    while (used < into.length && this.left > 0) {
      const piece = MATTER.subarray(this.at, this.at + Math.min(into.length - used, this.left));
      into.set(piece, used);
      this.hash.update(piece);
      used += piece.length;
      this.left -= piece.length;
      this.at = (this.at + piece.length) % MATTER.length;
    }
    if (this.left > 0) return used;
    this.tail ??= this.hash.digest();
    const last = this.tail.subarray(0, into.length - used);
    into.set(last, used);
    this.tail = this.tail.subarray(last.length);
    return used + last.length;
  }

  private takeHead(into: Uint8Array): number {
    const piece = this.head.subarray(0, into.length);
    into.set(piece);
    this.head = this.head.subarray(piece.length);
    return piece.length;
  }
}

/** Bytes that arrive: a head, a body, the digest that the other side saw. */
class Incoming {
  readonly head: Uint8Array;
  private readonly bodyBytesOf: (head: Uint8Array) => number;
  private headBytes = 0;
  private bodyBytes = 0;
  bodyReceived = 0;
  private readonly hash = createHash('sha256');
  private readonly claimed = new Uint8Array(DIGEST_BYTES);
  private claimedBytes = 0;
  /** Null until all is there; then whether the digest fits, with nothing behind it. */
  intact: boolean | null = null;

  constructor(headBytes: number, bodyBytesOf: (head: Uint8Array) => number) {
    this.head = new Uint8Array(headBytes);
    this.bodyBytesOf = bodyBytesOf;
  }

  write(data: Uint8Array): void {
    let rest = data;
    if (this.headBytes < this.head.length) {
      const piece = rest.subarray(0, this.head.length - this.headBytes);
      this.head.set(piece, this.headBytes);
      this.headBytes += piece.length;
      rest = rest.subarray(piece.length);
      if (this.headBytes < this.head.length) return;
      this.bodyBytes = this.bodyBytesOf(this.head);
    }
    const body = rest.subarray(0, this.bodyBytes - this.bodyReceived);
    if (body.length > 0) this.hash.update(body);
    this.bodyReceived += body.length;
    if (this.bodyReceived < this.bodyBytes) return;
    rest = rest.subarray(body.length);
    if (this.intact !== null) {
      if (rest.length > 0) this.intact = false;
      return;
    }
    const claim = rest.subarray(0, DIGEST_BYTES - this.claimedBytes);
    this.claimed.set(claim, this.claimedBytes);
    this.claimedBytes += claim.length;
    if (this.claimedBytes < DIGEST_BYTES) return;
    this.intact = rest.length === claim.length && this.hash.digest().equals(this.claimed);
  }
}

/** The server's side of one exchange. */
class Response implements StreamApplication {
  private stream: Stream | null = null;
  private readonly request = new Incoming(HEADER_BYTES, (head) => Buffer.from(head).readUInt32BE(0));
  private response: Outgoing | null = null;

  onOpen(stream: Stream): void {
    this.stream = stream;
  }

  read(into: Uint8Array): number {
    if (this.response === null) return 0;
    const bytes = this.response.read(into);
    return bytes === 0 ? END_OF_DATA : bytes;
  }

  write(data: Uint8Array): boolean {
    this.request.write(data);
    if (this.response === null && this.request.intact !== null) {
      const verdict = Uint8Array.of(this.request.intact ? FITTED : 0);
      this.response = new Outgoing(verdict, Buffer.from(this.request.head).readUInt32BE(4));
      this.stream!.wake();
    }
    return true;
  }

  onEnd(): void {
    this.response = null;
  }
}

/** Answers exchanges at whatever address and port it is reached. */
export class WebServer implements ExitService {
  connect(_destination: unknown, answer: (result: StreamApplication | number) => void): void {
    answer(new Response());
  }
}

export interface ExchangeReport {
  readonly askedAtMs: number;
  /** CONNECTED came; null if it never did. The same for the others. */
  readonly openedAtMs: number | null;
  readonly firstByteAtMs: number | null;
  readonly lastByteAtMs: number | null;
  /** Of the response's body. */
  readonly bytesReceived: number;
  /** All arrived, and both digests fit. */
  readonly intact: boolean;
  /** A `StreamEndReason`. */
  readonly endReason: number;
}

/** The client's side. Reports once, when the stream has ended. */
export class Exchange implements StreamApplication {
  private readonly clock: Clock;
  private readonly report: (report: ExchangeReport) => void;
  private readonly request: Outgoing;
  private readonly response: Incoming;
  private readonly askedAtMs: number;
  private openedAtMs: number | null = null;
  private firstByteAtMs: number | null = null;
  private lastByteAtMs: number | null = null;

  constructor(
    size: { readonly bytesUp: number; readonly bytesDown: number },
    clock: Clock,
    report: (report: ExchangeReport) => void,
  ) {
    this.clock = clock;
    this.report = report;
    this.askedAtMs = clock.nowMs();
    const head = Buffer.alloc(HEADER_BYTES);
    head.writeUInt32BE(size.bytesUp, 0);
    head.writeUInt32BE(size.bytesDown, 4);
    this.request = new Outgoing(head, size.bytesUp);
    this.response = new Incoming(1, () => size.bytesDown);
  }

  onOpen(_stream: Stream): void {
    this.openedAtMs = this.clock.nowMs();
  }

  read(into: Uint8Array): number {
    return this.request.read(into);
  }

  write(data: Uint8Array): boolean {
    this.firstByteAtMs ??= this.clock.nowMs();
    this.response.write(data);
    if (this.response.intact !== null) this.lastByteAtMs ??= this.clock.nowMs();
    return true;
  }

  onEnd(reason: number): void {
    const { response } = this;
    this.report({
      askedAtMs: this.askedAtMs,
      openedAtMs: this.openedAtMs,
      firstByteAtMs: this.firstByteAtMs,
      lastByteAtMs: this.lastByteAtMs,
      bytesReceived: response.bodyReceived,
      intact: reason === StreamEndReason.done && response.intact === true && response.head[0] === FITTED,
      endReason: reason,
    });
  }
}
