/**
 * Events that are known before the first one takes place, in their order.
 *
 * A large network has a hundred thousand of them: its links come up one by one. In the heap of the event queue they would
 * lie beneath the few thousand events that are under way, and make each of those rise and sink through memory that no
 * cache holds. So they are put in order once, and taken one after the other.
 */

import assert from 'node:assert/strict';

export class EventPlan<Event> {
  private readonly timesUs: number[] = [];
  private readonly ranks: number[] = [];
  private readonly events: (Event | undefined)[] = [];
  /** Places of the events in their order; null until the first is asked for. */
  private order: Uint32Array | null = null;
  private taken = 0;

  /** Events that are still to be taken. */
  get size(): number {
    return this.events.length - this.taken;
  }

  /** To be called before anybody asks for the next one. */
  add(timeUs: number, rank: number, event: Event): void {
    assert(this.order === null, 'the plan is in order already');
    this.timesUs.push(timeUs);
    this.ranks.push(rank);
    this.events.push(event);
  }

  /** Virtual time of the next event in microseconds; Infinity when there is none. */
  get nextTimeUs(): number {
    return this.size > 0 ? this.timesUs[this.next] : Number.POSITIVE_INFINITY;
  }

  /** Rank of the next event; there must be one. */
  get nextRank(): number {
    return this.ranks[this.next];
  }

  /** Takes the next event; there must be one. */
  take(): Event {
    const place = this.next;
    const event = this.events[place] as Event;
    this.events[place] = undefined;
    this.taken++;
    return event;
  }

  /** Events still to be taken, in no particular order. */
  *waiting(): IterableIterator<Event> {
    for (const event of this.events) if (event !== undefined) yield event;
  }

  private get next(): number {
    this.order ??= this.sorted();
    return this.order[this.taken];
  }

  private sorted(): Uint32Array {
    const { timesUs, ranks } = this;
    const order = Uint32Array.from(timesUs.keys());
    return order.sort((one, other) => timesUs[one] - timesUs[other] || ranks[one] - ranks[other]);
  }
}
