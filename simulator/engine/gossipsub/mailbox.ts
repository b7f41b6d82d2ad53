/**
 * A mailbox carries arrivals from one simulation thread to another through shared memory.
 *
 * It has two pages: while one thread reads what the other wrote before they met, that one writes the next page. So one
 * barrier a round is enough. A frame's bytes cross once a round, however many relays it is for; its letters carry its
 * number.
 */

import type { ArrivalKind } from './arrival.ts';
import type { Frame, FrameMint } from './frame.ts';

const RECORD_WORDS = 7;
const RECORDS = 65_536;
const FRAME_BYTES = 16 * 1024 * 1024;
const NO_FRAME = -1;
const NO_ROOM = -2;

/** The shared memory of a mailbox: its two pages. */
export type MailboxMemory = readonly [MailboxPage, MailboxPage];

export interface MailboxPage {
  /** time, rank, kind, from, to, detail, frame for each record. */
  readonly records: Float64Array;
  readonly bytes: Uint8Array;
  /** Number of records, and of bytes in use. */
  readonly counts: Int32Array;
}

export function mailboxMemory(): MailboxMemory {
  return [page(), page()];
}

function page(): MailboxPage {
  return {
    records: new Float64Array(new SharedArrayBuffer(RECORDS * RECORD_WORDS * 8)),
    bytes: new Uint8Array(new SharedArrayBuffer(FRAME_BYTES)),
    counts: new Int32Array(new SharedArrayBuffer(8)),
  };
}

interface Letter {
  readonly timeUs: number;
  readonly rank: number;
  readonly kind: ArrivalKind;
  readonly from: number;
  readonly to: number;
  readonly detail: number;
  readonly frame: Frame | null;
}

/** The writing end. What does not fit waits here for the next round. */
export class Outbox {
  private readonly memory: MailboxMemory;
  private rounds = 0;
  private leastUs = Number.POSITIVE_INFINITY;
  private readonly overflow: Letter[] = [];
  /** Frames that cross in this round, by number. */
  private readonly crossing = new Map<Frame, number>();

  constructor(memory: MailboxMemory) {
    this.memory = memory;
  }

  /** Letters that found no room. */
  get waiting(): number {
    return this.overflow.length;
  }

  /** Virtual microsecond of the earliest arrival among the letters of this round; Infinity without any. */
  get earliestUs(): number {
    return this.leastUs;
  }

  private get page(): MailboxPage {
    return this.memory[this.rounds & 1];
  }

  /** Begins a round, on the page that the reader has read before the threads met, and writes what had to wait. */
  turn(): void {
    this.rounds++;
    const { counts } = this.page;
    counts[0] = 0;
    counts[1] = 0;
    this.crossing.clear();
    this.leastUs = Number.POSITIVE_INFINITY;
    if (this.overflow.length === 0) return;
    const letters = this.overflow.splice(0);
    for (const letter of letters) this.post(letter);
  }

  post(letter: Letter): void {
    if (this.overflow.length > 0 || !this.write(letter)) this.overflow.push(letter);
  }

  private write({ timeUs, rank, kind, from, to, detail, frame }: Letter): boolean {
    const { records, counts } = this.page;
    const at = counts[0] * RECORD_WORDS;
    if (at === records.length) return false;
    const frameId = frame === null ? NO_FRAME : this.numberOf(frame);
    if (frameId === NO_ROOM) return false;
    records[at] = timeUs;
    records[at + 1] = rank;
    records[at + 2] = kind;
    records[at + 3] = from;
    records[at + 4] = to;
    records[at + 5] = detail;
    records[at + 6] = frameId;
    counts[0]++;
    if (timeUs < this.leastUs) this.leastUs = timeUs;
    return true;
  }

  /** The frame's number in this round; its bytes are written the first time. */
  private numberOf(frame: Frame): number {
    const known = this.crossing.get(frame);
    if (known !== undefined) return known;
    const { bytes, counts } = this.page;
    const size = frame.bytes.length;
    if (size + 4 > bytes.length) throw new RangeError(`a frame of ${size} bytes is larger than the mailbox`);
    const at = counts[1];
    if (at + size + 4 > bytes.length) return NO_ROOM;
    new DataView(bytes.buffer).setUint32(at, size);
    bytes.set(frame.bytes, at + 4);
    counts[1] = at + size + 4;
    const number = this.crossing.size;
    this.crossing.set(frame, number);
    return number;
  }
}

type Deliver = (
  timeUs: number,
  rank: number,
  kind: ArrivalKind,
  from: number,
  to: number,
  detail: number,
  frame: Frame | null,
) => void;

/** The reading end. */
export class Inbox {
  private readonly memory: MailboxMemory;
  private readonly mint: FrameMint;
  private rounds = 0;

  constructor(memory: MailboxMemory, mint: FrameMint) {
    this.memory = memory;
    this.mint = mint;
  }

  /** Hands over every letter of the next round. */
  read(deliver: Deliver): void {
    const page = this.memory[this.rounds++ & 1];
    const { records, counts } = page;
    const frames = this.readFrames(page);
    const end = counts[0] * RECORD_WORDS;
    for (let at = 0; at < end; at += RECORD_WORDS) {
      const number = records[at + 6];
      deliver(
        records[at],
        records[at + 1],
        records[at + 2] as ArrivalKind,
        records[at + 3],
        records[at + 4],
        records[at + 5],
        number === NO_FRAME ? null : frames[number],
      );
    }
  }

  /** Frames lie in the order of their numbers. */
  private readFrames({ bytes, counts }: MailboxPage): Frame[] {
    const view = new DataView(bytes.buffer);
    const frames: Frame[] = [];
    for (let at = 0; at < counts[1]; ) {
      const size = view.getUint32(at);
      frames.push(this.mint.ofBytes(bytes.slice(at + 4, at + 4 + size)));
      at += 4 + size;
    }
    return frames;
  }
}
