/**
 * Links that come and go, in columns by place as where they stay; the two places of a link lie side by side.
 *
 * A place that was given up is used again when nothing can be under way to it any more, so that what arrives late finds
 * a closed link and not another one.
 */

import { DIALLED, type LinkTable } from '../link-table.ts';

/** What one end of a link is. */
export const END = {
  /** Nobody has heard of the link here. */
  none: 0,
  asked: 1,
  open: 2,
  shut: 3,
} as const;

/** The place of the other end of a link. */
export function otherEnd(place: number): number {
  return place ^ 1;
}

export class ChangingLinks implements LinkTable {
  readonly relays: number;
  /** Places in use, and those kept for later. */
  places: number;
  /** No relay has a run of places here. */
  readonly starts = new Uint32Array(0);
  peer: Uint32Array;
  reverse: Uint32Array;
  latencyUs: Uint32Array;
  flags: Uint8Array;
  /** END of each place. */
  end: Uint8Array;
  /** Told of the two places of a new link before they are used, the first of which is `place`. */
  onNew: (place: number) => void = () => {};
  /** Told that there are more places now. */
  onGrowth: (places: number) => void = () => {};
  private isGiven: Uint8Array;
  private used = 0;
  /** Places given up, and from when on each is free, in the order in which they were given up. */
  private readonly given = new Queue();

  constructor(relays: number, places: number) {
    this.relays = relays;
    this.places = places;
    this.peer = new Uint32Array(places);
    this.reverse = new Uint32Array(places);
    this.latencyUs = new Uint32Array(places);
    this.flags = new Uint8Array(places);
    this.end = new Uint8Array(places);
    this.isGiven = new Uint8Array(places);
  }

  /** Whether the relay of a place has dialled its link. */
  isDialled(place: number): boolean {
    return (this.flags[place] & DIALLED) !== 0;
  }

  /** A link between two relays; answers with the place of the one who dials. */
  add(nowUs: number, from: number, to: number, latencyUs: number): number {
    const place = this.takeFree(nowUs);
    this.put(place, from, to, latencyUs);
    const { end } = this;
    end[place] = end[place + 1] = END.none;
    this.isGiven[place] = 0;
    this.onNew(place);
    return place;
  }

  /** Has a link at a place and the next one, whatever was there before. */
  put(place: number, from: number, to: number, latencyUs: number): void {
    while (place + 2 > this.places) this.grow();
    const { peer, reverse, flags } = this;
    peer[place] = to;
    peer[place + 1] = from;
    reverse[place] = otherEnd(place);
    reverse[place + 1] = place;
    this.latencyUs[place] = this.latencyUs[place + 1] = latencyUs;
    flags[place] = DIALLED;
    flags[place + 1] = 0;
  }

  /** Has the links of another table, by the columns of its places. */
  have(peer: Uint32Array, latencyUs: Uint32Array): void {
    this.peer.set(peer);
    this.latencyUs.set(latencyUs);
    for (let place = 0; place < this.places; place++) this.reverse[place] = otherEnd(place);
  }

  /** No end is open; nothing arrives there from `fromUs` on. To be told once more changes nothing. */
  giveUp(place: number, fromUs: number): void {
    const first = place & ~1;
    if (this.isGiven[first] === 1) return;
    this.isGiven[first] = 1;
    this.given.push(first, fromUs);
  }

  private takeFree(nowUs: number): number {
    if (this.given.nextUs < nowUs) return this.given.take();
    this.used += 2;
    return this.used - 2;
  }

  private grow(): void {
    this.places = Math.max(1024, Math.ceil(this.places * 0.75) * 2);
    const { places } = this;
    this.peer = larger(this.peer, new Uint32Array(places));
    this.reverse = larger(this.reverse, new Uint32Array(places));
    this.latencyUs = larger(this.latencyUs, new Uint32Array(places));
    this.flags = larger(this.flags, new Uint8Array(places));
    this.end = larger(this.end, new Uint8Array(places));
    this.isGiven = larger(this.isGiven, new Uint8Array(places));
    this.onGrowth(places);
  }
}

/** The larger column with what the smaller one holds. */
export function larger<Column extends Uint32Array | Uint8Array | Float64Array>(
  column: Column,
  into: Column,
): Column {
  into.set(column as never);
  return into;
}

/** Places and times, first in, first out. */
class Queue {
  private places = new Uint32Array(1024);
  private timesUs = new Float64Array(1024);
  private first = 0;
  private end = 0;

  /** Infinity where there is none. */
  get nextUs(): number {
    return this.first < this.end ? this.timesUs[this.first] : Number.POSITIVE_INFINITY;
  }

  take(): number {
    return this.places[this.first++];
  }

  push(place: number, timeUs: number): void {
    if (this.end === this.places.length) this.makeRoom();
    this.places[this.end] = place;
    this.timesUs[this.end++] = timeUs;
  }

  private makeRoom(): void {
    const { first, end } = this;
    const count = end - first;
    const isHalfEmpty = 2 * count < end;
    const places = isHalfEmpty ? this.places : new Uint32Array(2 * end);
    const timesUs = isHalfEmpty ? this.timesUs : new Float64Array(2 * end);
    places.set(this.places.subarray(first, end));
    timesUs.set(this.timesUs.subarray(first, end));
    this.places = places;
    this.timesUs = timesUs;
    this.first = 0;
    this.end = count;
  }
}
