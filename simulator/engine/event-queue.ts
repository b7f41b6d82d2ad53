/**
 * The event queue orders everything that happens in a run.
 *
 * Events sort by (timeUs, source, sequence). Without the source in the key, equal times would fall
 * back on insertion order, and a run on two threads would differ from a run on one.
 */

import assert from 'node:assert/strict';
import { EventPlan } from './event-plan.ts';

/** Sources are numbered below this, so that source and sequence share the 53 exact bits of a number. */
export const SOURCES_MAX = 2 ** 21;
const SEQUENCES = 2 ** 32;

/** The second part of an event's key: unique, and the same on any number of threads. */
export function eventRank(source: number, sequence: number): number {
  return source * SEQUENCES + sequence;
}

/** The relay that caused the event of this rank. */
export function eventSource(rank: number): number {
  return Math.floor(rank / SEQUENCES);
}

/** A binary heap over typed arrays, and the plan beside it; events of any type ride along in slots. */
export class EventQueue<Event> {
  private times = new Float64Array(1024);
  private ranks = new Float64Array(1024);
  private slots = new Int32Array(1024);
  private events: (Event | undefined)[] = [];
  private freeSlots: number[] = [];
  private count = 0;
  private readonly planned = new EventPlan<Event>();
  /** Virtual time of the next event of the plan; null while the plan is still made. */
  private plannedTimeUs: number | null = null;

  get size(): number {
    return this.count + this.planned.size;
  }

  /** Virtual time of the next event in microseconds; Infinity when there is none. */
  get nextTimeUs(): number {
    return this.isPlanNext ? (this.plannedTimeUs as number) : this.heapTimeUs;
  }

  /** Rank of the next event; the queue must not be empty. */
  get nextRank(): number {
    return this.isPlanNext ? this.planned.nextRank : this.ranks[0];
  }

  /** Adds an event of the plan, which ends when somebody first asks what comes next: then it is an event like others. */
  plan(timeUs: number, rank: number, event: Event): void {
    if (this.plannedTimeUs === null) this.planned.add(timeUs, rank, event);
    else this.push(timeUs, rank, event);
  }

  push(timeUs: number, rank: number, event: Event): void {
    if (this.count === this.times.length) this.grow();
    const slot = this.freeSlots.pop() ?? this.events.length;
    this.events[slot] = event;
    const { times, ranks, slots } = this;
    let hole = this.count++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const parentTime = times[parent];
      if (parentTime < timeUs || (parentTime === timeUs && ranks[parent] < rank)) break;
      times[hole] = parentTime;
      ranks[hole] = ranks[parent];
      slots[hole] = slots[parent];
      hole = parent;
    }
    times[hole] = timeUs;
    ranks[hole] = rank;
    slots[hole] = slot;
  }

  /** Takes the next event out; the queue must not be empty. */
  pop(): Event {
    if (this.isPlanNext) {
      const event = this.planned.take();
      this.plannedTimeUs = this.planned.nextTimeUs;
      return event;
    }
    assert(this.count > 0, 'pop from an empty event queue');
    const { times, ranks, slots } = this;
    const slot = slots[0];
    const event = this.events[slot] as Event;
    this.events[slot] = undefined;
    this.freeSlots.push(slot);
    const last = --this.count;
    if (last > 0) this.sink(times[last], ranks[last], slots[last]);
    return event;
  }

  /** Events still waiting, in no particular order. */
  *waiting(): IterableIterator<Event> {
    for (let i = 0; i < this.count; i++) yield this.events[this.slots[i]] as Event;
    yield* this.planned.waiting();
  }

  private get heapTimeUs(): number {
    return this.count > 0 ? this.times[0] : Number.POSITIVE_INFINITY;
  }

  private get isPlanNext(): boolean {
    this.plannedTimeUs ??= this.planned.nextTimeUs;
    const { plannedTimeUs, heapTimeUs } = this;
    if (plannedTimeUs !== heapTimeUs) return plannedTimeUs < heapTimeUs;
    return this.planned.size > 0 && this.planned.nextRank < this.ranks[0];
  }

  /** Places a key at the root and lets it sink to where it belongs. */
  private sink(timeUs: number, rank: number, slot: number): void {
    const { times, ranks, slots, count } = this;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= count) break;
      const right = child + 1;
      if (
        right < count &&
        (times[right] < times[child] || (times[right] === times[child] && ranks[right] < ranks[child]))
      ) {
        child = right;
      }
      const childTime = times[child];
      if (timeUs < childTime || (timeUs === childTime && rank < ranks[child])) break;
      times[hole] = childTime;
      ranks[hole] = ranks[child];
      slots[hole] = slots[child];
      hole = child;
    }
    times[hole] = timeUs;
    ranks[hole] = rank;
    slots[hole] = slot;
  }

  private grow(): void {
    const capacity = this.times.length * 2;
    const times = new Float64Array(capacity);
    const ranks = new Float64Array(capacity);
    const slots = new Int32Array(capacity);
    times.set(this.times);
    ranks.set(this.ranks);
    slots.set(this.slots);
    this.times = times;
    this.ranks = ranks;
    this.slots = slots;
  }
}
