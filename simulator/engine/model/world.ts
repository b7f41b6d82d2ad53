/** What the parts of the model share: links, uplinks, the calendar, and the counts of what travels. */

import { EventRandom } from '../event-random.ts';
import type { Trace } from '../trace.ts';
import { Calendar } from './calendar.ts';
import type { LinkTable } from './link-table.ts';
import type { RpcSizes } from './rpc-sizes.ts';

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
} as const;
export const EVENT_BITS = 4;
const LAST_FRAME = EVENT.prune;
/** Marks a part of a frame that is not its first, so that the frame counts once. */
const ALONG = 2 ** 31;

/** Whether the event is the arrival of a frame. */
export function isFrame(code: number): boolean {
  return kindOf(code) <= LAST_FRAME && code < ALONG;
}

export function codeOf(kind: number, message: number): number {
  return (message << EVENT_BITS) | kind;
}

export function kindOf(code: number): number {
  return code & ((1 << EVENT_BITS) - 1);
}

/** The message that an event is about. */
export function messageOf(code: number): number {
  return (code & (ALONG - 1)) >>> EVENT_BITS;
}

export interface Counters {
  framesSent: number;
  framesDelivered: number;
  bytesSent: number;
  /** Messages received, for the first time and in all. */
  firsts: number;
  copies: number;
  penalties: number;
  eventsFired: number;
}

export class World {
  readonly links: LinkTable;
  readonly sizes: RpcSizes;
  readonly calendar = new Calendar();
  readonly random: EventRandom;
  readonly trace: Trace;
  /** When a relay's first heartbeat comes, in microseconds; the others follow at equal distances. */
  readonly firstBeatUs: Float64Array;
  readonly beatUs: number;
  readonly counters: Counters = {
    framesSent: 0,
    framesDelivered: 0,
    bytesSent: 0,
    firsts: 0,
    copies: 0,
    penalties: 0,
    eventsFired: 0,
  };
  /** When the run ends. */
  readonly endUs: number;
  /** Frames that change nothing and are on their way when the run ends. */
  private lostInFlight = 0;
  private readonly bytesPerUs: Float64Array;
  /** When everything that is queued on a relay's uplink has left. */
  private readonly freeUs: Float64Array;

  constructor(parts: {
    readonly links: LinkTable;
    readonly sizes: RpcSizes;
    readonly uplinkBitsPerSecond: Float64Array;
    readonly firstBeatUs: Float64Array;
    readonly heartbeatMs: number;
    readonly endUs: number;
    readonly seed: number;
    readonly trace: Trace;
  }) {
    this.links = parts.links;
    this.sizes = parts.sizes;
    this.endUs = parts.endUs;
    this.firstBeatUs = parts.firstBeatUs;
    this.beatUs = parts.heartbeatMs * 1000;
    this.random = new EventRandom(parts.seed);
    this.trace = parts.trace;
    this.bytesPerUs = parts.uplinkBitsPerSecond.map((bitsPerSecond) => bitsPerSecond / 8e6);
    this.freeUs = new Float64Array(parts.links.relays);
  }

  get framesInFlight(): number {
    return this.lostInFlight + this.calendar.count(isFrame);
  }

  /** How long so many bytes take to leave a relay. */
  leaveUs(relay: number, bytes: number): number {
    return bytes / this.bytesPerUs[relay];
  }

  /** Sends a frame from a place of `from`; it waits for its turn on the uplink, and arrives at the other end. */
  send(nowUs: number, from: number, place: number, code: number, bytes: number): void {
    const { links } = this;
    const departsUs = this.occupy(nowUs, from, bytes);
    this.calendar.push(
      Math.ceil(departsUs) + links.latencyUs[place],
      links.peer[place],
      links.reverse[place],
      from,
      code,
    );
  }

  /** Sends something in the frame that was sent last from this place. */
  sendAlong(from: number, place: number, code: number): void {
    const { links } = this;
    const arrivesUs = Math.ceil(this.freeUs[from]) + links.latencyUs[place];
    this.calendar.push(arrivesUs, links.peer[place], links.reverse[place], from, code + ALONG);
  }

  /** Sends a frame that will change nothing where it arrives; true if that is before the run ends. */
  sendInVain(nowUs: number, from: number, place: number, bytes: number): boolean {
    return this.arrivalOf(nowUs, from, place, bytes) < this.endUs;
  }

  /** The same; answers when it arrives. */
  arrivalOf(nowUs: number, from: number, place: number, bytes: number): number {
    const arrivesUs = Math.ceil(this.occupy(nowUs, from, bytes)) + this.links.latencyUs[place];
    this.countArrival(arrivesUs);
    return arrivesUs;
  }

  /** Counts a frame that was reckoned beforehand. */
  countFrame(sentUs: number, arrivesUs: number, bytes: number): void {
    if (sentUs >= this.endUs) return;
    this.counters.framesSent++;
    this.counters.bytesSent += bytes;
    this.countArrival(arrivesUs);
  }

  /** How many heartbeats a relay has had up to a moment, that of the moment included. */
  beatsUntil(relay: number, timeUs: number): number {
    return Math.floor((timeUs - this.firstBeatUs[relay]) / this.beatUs) + 1;
  }

  /** When the next heartbeat after a moment comes. */
  nextBeatUs(relay: number, nowUs: number): number {
    return this.firstBeatUs[relay] + this.beatsUntil(relay, nowUs) * this.beatUs;
  }

  private countArrival(arrivesUs: number): void {
    if (arrivesUs < this.endUs) this.counters.framesDelivered++;
    else this.lostInFlight++;
  }

  private occupy(nowUs: number, from: number, bytes: number): number {
    const { counters, freeUs } = this;
    const departsUs = Math.max(freeUs[from], nowUs) + bytes / this.bytesPerUs[from];
    freeUs[from] = departsUs;
    counters.framesSent++;
    counters.bytesSent += bytes;
    return departsUs;
  }
}
