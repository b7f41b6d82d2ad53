/** What the parts of the model share: links, uplinks, the calendar, and the counts of what travels. */

import type { ByteKind } from '../../measure/load-result.ts';
import { EventRandom } from '../event-random.ts';
import type { LoadColumns } from '../gossipsub/load-counter.ts';
import { kindIndex, namedBytes } from '../gossipsub/rpc-bytes.ts';
import type { Trace } from '../trace.ts';
import type { Calendar } from './calendar.ts';
import type { LinkTable } from './link-table.ts';
import type { FrameShape, FrameShapes } from './rpc-sizes.ts';

/** What an event is; the number of a message stands above these bits. */
export const EVENT = {
  /** Frames, at the place of their sender. */
  message: 0,
  iHave: 1,
  iWant: 2,
  graft: 3,
  prune: 4,
  /** What a relay does by itself, and what it hears that was reckoned beforehand. */
  subscription: 5,
  heartbeat: 6,
  verdict: 7,
  publication: 8,
  /** Where relays come and go: links asked for, agreed to and closed, at the place of the sender. */
  dial: 9,
  accept: 10,
  close: 11,
  /** A link of the start comes up, at one of its ends. */
  linkUp: 12,
  /** Something that was planned in words (churn/calls.ts). */
  call: 13,
  /** Somebody asks for a stream, and agrees to one. */
  open: 14,
  acknowledge: 15,
  /** Somebody asks who is at the other end of a link, and is told. */
  identify: 16,
  identity: 17,
  /** A link is refused by a relay that is away. */
  refuse: 18,
} as const;
const EVENT_BITS = 5;

export function codeOf(kind: number, message: number): number {
  return (message << EVENT_BITS) | kind;
}

export function kindOf(code: number): number {
  return code & ((1 << EVENT_BITS) - 1);
}

/** The message that an event is about. */
export function messageOf(code: number): number {
  return code >>> EVENT_BITS;
}

export interface Counters {
  framesSent: number;
  framesDelivered: number;
  /** Frames that reached a relay that was away, or on a link that was closed. */
  framesDropped: number;
  bytesSent: number;
  /** Messages received, for the first time and in all. */
  firsts: number;
  copies: number;
  penalties: number;
  eventsFired: number;
}

/** What a mesh counts in quiet times, to be counted in another world. */
export interface QuietCounts {
  readonly counters: Counters;
  readonly framesInFlight: number;
  readonly linkBytes: number;
  /** How many frames of each shape were sent: subscriptions, GRAFTs and PRUNEs. */
  readonly sent: readonly number[];
}

/** Numbers of an uplink lie together. */
const UPLINK = 2;
const FREE_US = 0;
const BYTES_PER_US = 1;

export class World {
  readonly links: LinkTable;
  readonly shapes: FrameShapes;
  readonly calendar: Calendar;
  /** Virtual time of the event that takes place, where relays come and go. */
  nowUs = 0;
  /** Whether nobody publishes for a while, so that links and the mesh may change at a stroke (churn/quiet-times.ts). */
  isQuiet = false;
  readonly random: EventRandom;
  readonly trace: Trace;
  /** When a relay's first heartbeat comes, in microseconds; the others follow at equal distances. */
  readonly firstBeatUs: Float64Array;
  readonly beatUs: number;
  readonly counters: Counters = {
    framesSent: 0,
    framesDelivered: 0,
    framesDropped: 0,
    bytesSent: 0,
    firsts: 0,
    copies: 0,
    penalties: 0,
    eventsFired: 0,
  };
  /** When the run ends. */
  readonly endUs: number;
  readonly load: LoadColumns;
  /** Frames that arrive when the run has ended. */
  framesInFlight = 0;
  private linkBytes = 0;
  private requestBytes = 0;
  /** Of each host's uplink: when everything that is queued on it has left, and how many bytes leave in a microsecond. */
  private readonly uplinks: Float64Array;

  constructor(parts: {
    readonly links: LinkTable;
    readonly calendar: Calendar;
    readonly shapes: FrameShapes;
    /** Of the relays, and of the authorities after them. */
    readonly uplinkBitsPerSecond: Float64Array;
    readonly firstBeatUs: Float64Array;
    readonly heartbeatMs: number;
    readonly endUs: number;
    readonly seed: number;
    readonly trace: Trace;
    readonly load: LoadColumns;
  }) {
    this.links = parts.links;
    this.calendar = parts.calendar;
    this.shapes = parts.shapes;
    this.load = parts.load;
    this.endUs = parts.endUs;
    this.firstBeatUs = parts.firstBeatUs;
    this.beatUs = parts.heartbeatMs * 1000;
    this.random = new EventRandom(parts.seed);
    this.trace = parts.trace;
    this.uplinks = new Float64Array(parts.uplinkBitsPerSecond.length * UPLINK);
    for (const [host, bitsPerSecond] of parts.uplinkBitsPerSecond.entries())
      this.uplinks[host * UPLINK + BYTES_PER_US] = bitsPerSecond / 8e6;
  }

  /** What the bytes that were sent were for. */
  bytesByKind(): Record<ByteKind, number> {
    const bytes = this.shapes.sentByKind();
    bytes[kindIndex('links')] += this.linkBytes;
    bytes[kindIndex('requests')] += this.requestBytes;
    return namedBytes(bytes);
  }

  quietCounts(): QuietCounts {
    const { counters, framesInFlight, linkBytes } = this;
    return { counters, framesInFlight, linkBytes, sent: this.quietShapes().map(({ sent }) => sent) };
  }

  /** Counts what another world has counted; the load of its relays is not among it. */
  addCounts({ counters, framesInFlight, linkBytes, sent }: QuietCounts): void {
    for (const name of Object.keys(counters) as (keyof Counters)[]) this.counters[name] += counters[name];
    this.framesInFlight += framesInFlight;
    this.linkBytes += linkBytes;
    for (const [index, shape] of this.quietShapes().entries()) shape.sent += sent[index];
  }

  private quietShapes(): readonly FrameShape[] {
    const { subscribe, graft, prune } = this.shapes;
    return [subscribe, graft, prune];
  }

  /** How long so many bytes take to leave a relay. */
  leaveUs(relay: number, bytes: number): number {
    return bytes / this.uplinks[relay * UPLINK + BYTES_PER_US];
  }

  /** Sends a frame from a place of `from`; it waits for its turn on the uplink, and arrives at the other end. */
  send(nowUs: number, from: number, place: number, code: number, shape: FrameShape): void {
    const { links } = this;
    const arrivesUs = this.arrivalOf(nowUs, from, place, shape);
    this.calendar.push(arrivesUs, links.peer[place], links.reverse[place], from, code);
  }

  /** Sends something in the frame that was sent last from this place. */
  sendAlong(from: number, place: number, code: number): void {
    const { links } = this;
    const arrivesUs = Math.ceil(this.uplinkFreeUs(from)) + links.latencyUs[place];
    this.calendar.push(arrivesUs, links.peer[place], links.reverse[place], from, code);
  }

  /** Sends a frame that will change nothing where it arrives; true if that is before the run ends. */
  sendInVain(nowUs: number, from: number, place: number, shape: FrameShape): boolean {
    return this.arrivalOf(nowUs, from, place, shape) < this.endUs;
  }

  /** Sends such a frame from each of the first places of a column, one after the other. */
  sendAllInVain(nowUs: number, from: number, places: Uint32Array, frames: number, shape: FrameShape): void {
    const { uplinks, links, load, counters, endUs } = this;
    const at = from * UPLINK;
    const { bytes } = shape;
    const leaveUs = bytes / uplinks[at + BYTES_PER_US];
    let freeUs = Math.max(uplinks[at + FREE_US], nowUs);
    let delivered = 0;
    for (let i = 0; i < frames; i++) {
      const place = places[i];
      freeUs += leaveUs;
      if (Math.ceil(freeUs) + links.latencyUs[place] >= endUs) continue;
      load.receivedGossipBytes[links.peer[place]] += bytes;
      delivered++;
    }
    uplinks[at + FREE_US] = freeUs;
    this.countSent(frames, from, shape);
    counters.framesDelivered += delivered;
    this.framesInFlight += frames - delivered;
  }

  /** Sends a frame; answers when it arrives. */
  arrivalOf(nowUs: number, from: number, place: number, shape: FrameShape): number {
    const { links } = this;
    const arrivesUs = Math.ceil(this.queue(nowUs, from, shape.bytes)) + links.latencyUs[place];
    this.countFrame(nowUs, from, arrivesUs, links.peer[place], shape);
    return arrivesUs;
  }

  /** Sends what makes or ends a link. */
  sendLink(nowUs: number, from: number, place: number, kind: number, bytes: number): void {
    const { links } = this;
    const arrivesUs = Math.ceil(this.queue(nowUs, from, bytes)) + links.latencyUs[place];
    this.countNegotiation(nowUs, from, arrivesUs, bytes);
    this.calendar.push(arrivesUs, links.peer[place], links.reverse[place], from, codeOf(kind, 0));
  }

  /** Sends a question, or a piece of an answer; answers when the last byte has left. */
  sendRequest(nowUs: number, from: number, bytes: number, latencyUs: number): number {
    const departsUs = this.queue(nowUs, from, bytes);
    if (nowUs >= this.endUs) return departsUs;
    this.requestBytes += bytes;
    this.count(from, Math.ceil(departsUs) + latencyUs, bytes);
    return departsUs;
  }

  /** What was to arrive found nobody to take it; `gossipBytes` of it were a frame of gossip. */
  drop(to: number, gossipBytes: number): void {
    this.counters.framesDelivered--;
    this.counters.framesDropped++;
    this.load.receivedGossipBytes[to] -= gossipBytes;
  }

  /** When everything that is queued on a relay's uplink has left. */
  uplinkFreeUs(relay: number): number {
    return this.uplinks[relay * UPLINK + FREE_US];
  }

  /** Answers when so many bytes have left. */
  private queue(nowUs: number, from: number, bytes: number): number {
    const { uplinks } = this;
    const at = from * UPLINK;
    return (uplinks[at + FREE_US] =
      Math.max(uplinks[at + FREE_US], nowUs) + bytes / uplinks[at + BYTES_PER_US]);
  }

  /** Counts a frame of gossip. */
  countFrame(sentUs: number, from: number, arrivesUs: number, to: number, shape: FrameShape): void {
    if (sentUs >= this.endUs) return;
    const { load } = this;
    shape.sent++;
    load.messageBytes[from] += shape.messageBytes;
    load.controlBytes[from] += shape.bytes - shape.messageBytes;
    this.count(from, arrivesUs, shape.bytes);
    if (arrivesUs < this.endUs) load.receivedGossipBytes[to] += shape.bytes;
  }

  /** Counts so many frames of gossip that arrive before the run ends. */
  countFrames(frames: number, from: number, to: number, shape: FrameShape): void {
    this.countSent(frames, from, shape);
    this.load.receivedGossipBytes[to] += frames * shape.bytes;
    this.counters.framesDelivered += frames;
  }

  private countSent(frames: number, from: number, shape: FrameShape): void {
    const { counters, load } = this;
    shape.sent += frames;
    load.messageBytes[from] += frames * shape.messageBytes;
    load.controlBytes[from] += frames * (shape.bytes - shape.messageBytes);
    load.sentBytes[from] += frames * shape.bytes;
    counters.framesSent += frames;
    counters.bytesSent += frames * shape.bytes;
  }

  /** Counts what it takes to open a stream, one way. */
  countNegotiation(sentUs: number, from: number, arrivesUs: number, bytes: number): void {
    if (sentUs >= this.endUs) return;
    this.linkBytes += bytes;
    this.count(from, arrivesUs, bytes);
  }

  private count(from: number, arrivesUs: number, bytes: number): void {
    const { counters, load } = this;
    counters.framesSent++;
    counters.bytesSent += bytes;
    load.sentBytes[from] += bytes;
    if (arrivesUs < this.endUs) counters.framesDelivered++;
    else this.framesInFlight++;
  }

  /** How many heartbeats a relay has had up to a moment, that of the moment included. */
  beatsUntil(relay: number, timeUs: number): number {
    return Math.floor((timeUs - this.firstBeatUs[relay]) / this.beatUs) + 1;
  }

  /** When the next heartbeat after a moment comes. */
  nextBeatUs(relay: number, nowUs: number): number {
    return this.firstBeatUs[relay] + this.beatsUntil(relay, nowUs) * this.beatUs;
  }
}
