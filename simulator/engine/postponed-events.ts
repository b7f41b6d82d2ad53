/**
 * Events that wait until something else happens to their relay.
 *
 * What an event changes in a relay is seen by that relay's later events alone. One that causes no event may so be taken
 * just before the next, as of its own time. That is no less work, but what it needs of memory is fetched once for all that
 * wait: in a large network most of an event's time is spent on waiting for memory.
 */

/** Where there is no place. */
const NOWHERE = -1;

/** Queues of all relays in the same columns, whose places are used again. */
export class PostponedEvents<Event> {
  private timesUs = new Float64Array(1024);
  private ranks = new Float64Array(1024);
  private events: (Event | undefined)[] = [];
  /** The place after each in its relay's queue, or among those that are free. */
  private next = new Int32Array(1024);
  private free = NOWHERE;
  /** First and last place of each relay's queue. */
  private readonly firsts: Int32Array;
  private readonly lasts: Int32Array;

  constructor(relays: number) {
    this.firsts = new Int32Array(relays).fill(NOWHERE);
    this.lasts = new Int32Array(relays);
  }

  add(relay: number, timeUs: number, rank: number, event: Event): void {
    const place = this.takePlace();
    this.timesUs[place] = timeUs;
    this.ranks[place] = rank;
    this.events[place] = event;
    this.next[place] = NOWHERE;
    if (this.has(relay)) this.next[this.lasts[relay]] = place;
    else this.firsts[relay] = place;
    this.lasts[relay] = place;
  }

  has(relay: number): boolean {
    return this.firsts[relay] !== NOWHERE;
  }

  /** Takes those of a relay out, and hands over each in its order. */
  take(relay: number, fire: (timeUs: number, rank: number, event: Event) => void): void {
    if (!this.has(relay)) return;
    const first = this.firsts[relay];
    for (let place = first; place !== NOWHERE; place = this.next[place]) {
      fire(this.timesUs[place], this.ranks[place], this.events[place] as Event);
      this.events[place] = undefined;
    }
    this.next[this.lasts[relay]] = this.free;
    this.free = first;
    this.firsts[relay] = NOWHERE;
  }

  /** Relays at which something waits, in their order. */
  relays(): number[] {
    return [...this.firsts.keys()].filter((relay) => this.has(relay));
  }

  private takePlace(): number {
    const place = this.free;
    if (place !== NOWHERE) {
      this.free = this.next[place];
      return place;
    }
    const fresh = this.events.length;
    if (fresh === this.next.length) this.grow();
    return fresh;
  }

  private grow(): void {
    const { timesUs, ranks, next } = this;
    this.timesUs = new Float64Array(2 * timesUs.length);
    this.ranks = new Float64Array(2 * ranks.length);
    this.next = new Int32Array(2 * next.length);
    this.timesUs.set(timesUs);
    this.ranks.set(ranks);
    this.next.set(next);
  }
}
