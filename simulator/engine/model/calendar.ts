/**
 * The calendar orders everything that happens in the model: millions of small events, in typed arrays.
 *
 * A ring of buckets, each some microseconds wide, holds what is near; a bucket is sorted when its time has come. What
 * lies beyond the ring waits aside until the ring has turned far enough. Events sort by (time, source, order of
 * planning), so their order depends on nothing but the run itself.
 */

import assert from 'node:assert/strict';
import { EventQueue } from '../event-queue.ts';

/** 4.2 seconds the ring. */
const RING_US = 2 ** 22;
/** In a million relays some hundred events share the narrowest bucket. */
const BUCKET_US_MIN = 4;
/** Wide buckets take little memory, which stays at hand where events are few. */
const BUCKET_US_MAX = 64;
/** The events of so many relays fill wide buckets as those of a hundred thousand fill the narrowest. */
const RELAYS_OF_WIDEST = 2 ** 13;
/**
 * Where hours are quiet, what counts is that buckets and their bits stay at hand, and that the ring, 16.8 seconds then, holds
 * what is planned most: links to be dialled, and questions to peers ten seconds later.
 */
export const QUIET_RING: RingSpan = { bucketUs: 1024, ringUs: 2 ** 24 };
const NONE = -1;
/** Room for so many events of a relay is there from the start: pages that nobody touches take no memory, copies do. */
const EVENTS_OF_RELAY = 4;
const EVENTS_MIN = 1024;

/** An event lies together in memory: its time in eight bytes, then five numbers of four. */
const EVENT_FLOATS = 4;
const EVENT_INTS = 8;
const HOST = 2;
const PLACE = 3;
const SOURCE = 4;
const CODE = 5;
const FOLLOWING = 6;
/** The code of an event that has taken place. */
const FREE = -1;

/** Widths of a bucket and of the ring, powers of two. */
interface RingSpan {
  readonly bucketUs: number;
  readonly ringUs: number;
}

export class Calendar {
  /** Events that have not taken place. */
  size = 0;
  /** Of the event that `next` has answered with: when, at whom, at which of its places, of whom, and what. */
  timeUs = 0;
  host = 0;
  place = 0;
  source = 0;
  code = 0;
  private floats: Float64Array<ArrayBuffer>;
  private ints: Int32Array;
  private used = 0;
  private free = NONE;
  private readonly bucketUs: number;
  private readonly buckets: number;
  private readonly heads: Int32Array;
  /** A bit for each bucket that holds something. */
  private readonly filled: Uint32Array;
  /** A bit for each word of `filled` that may hold something: seconds without events are skipped at once. */
  private readonly spans: Uint32Array;
  private inRing = 0;
  /** The bucket that is being emptied, counted from time zero. */
  private current = -1;
  private batch = new Int32Array(1024);
  /** Times of the events of the batch. */
  private batchUs = new Float64Array(1024);
  private batchAt = 0;
  private batchEnd = 0;
  private readonly far = new EventQueue<number>();
  private farNextUs = Number.POSITIVE_INFINITY;
  private farPlanned = 0;

  /** For the events of so many relays, which all come in the same order however wide its buckets are. */
  constructor(relays: number, { bucketUs, ringUs } = ringOf(relays)) {
    this.floats = new Float64Array(Math.max(EVENTS_MIN, EVENTS_OF_RELAY * relays) * EVENT_FLOATS);
    this.ints = new Int32Array(this.floats.buffer);
    this.bucketUs = bucketUs;
    this.buckets = ringUs / bucketUs;
    this.heads = new Int32Array(this.buckets).fill(NONE);
    this.filled = new Uint32Array(this.buckets / 32);
    this.spans = new Uint32Array(this.buckets / 1024);
  }

  /** Plans an event; `timeUs` is not before the event that takes place now. */
  push(timeUs: number, host: number, place: number, source: number, code: number): void {
    let event = this.free;
    if (event === NONE) {
      if ((this.used + 1) * EVENT_FLOATS > this.floats.length) this.grow();
      event = this.used++;
    } else this.free = this.ints[event * EVENT_INTS + FOLLOWING];
    this.floats[event * EVENT_FLOATS] = timeUs;
    const { ints } = this;
    const at = event * EVENT_INTS;
    ints[at + HOST] = host;
    ints[at + PLACE] = place;
    ints[at + SOURCE] = source;
    ints[at + CODE] = code;
    this.size++;
    this.file(event, timeUs);
  }

  /** Takes the next event before `endUs`, which then stands in `timeUs` and so on; false if there is none. */
  next(endUs: number): boolean {
    while (this.batchAt >= this.batchEnd) if (!this.turn(endUs)) return false;
    const timeUs = this.batchUs[this.batchAt];
    if (timeUs >= endUs) return false;
    const event = this.batch[this.batchAt++];
    const { ints } = this;
    const at = event * EVENT_INTS;
    this.timeUs = timeUs;
    this.host = ints[at + HOST];
    this.place = ints[at + PLACE];
    this.source = ints[at + SOURCE];
    this.code = ints[at + CODE] >>> 0;
    this.size--;
    ints[at + CODE] = FREE;
    ints[at + FOLLOWING] = this.free;
    this.free = event;
    return true;
  }

  /** Events of which the condition is true. */
  count(isCounted: (code: number) => boolean): number {
    const { ints, used } = this;
    let count = 0;
    for (let event = 0; event < used; event++) {
      const code = ints[event * EVENT_INTS + CODE];
      if (code !== FREE && isCounted(code >>> 0)) count++;
    }
    return count;
  }

  private file(event: number, timeUs: number): void {
    const bucket = Math.floor(timeUs / this.bucketUs);
    if (bucket <= this.current) this.insert(event, timeUs);
    else if (bucket - this.current < this.buckets) {
      const slot = bucket & (this.buckets - 1);
      this.ints[event * EVENT_INTS + FOLLOWING] = this.heads[slot];
      this.heads[slot] = event;
      this.filled[slot >>> 5] |= 1 << (slot & 31);
      this.spans[slot >>> 10] |= 1 << ((slot >>> 5) & 31);
      this.inRing++;
    } else {
      this.far.push(timeUs, this.farPlanned++, event);
      this.farNextUs = this.far.nextTimeUs;
    }
  }

  /** Goes on to the next bucket that holds something; false if there is none before `endUs`. */
  private turn(endUs: number): boolean {
    if (this.inRing === 0) {
      if (this.farNextUs >= endUs) return false;
      this.current = Math.floor(this.farNextUs / this.bucketUs) - 1;
      this.bringNear();
    }
    const bucket = this.nextFilled();
    if (bucket * this.bucketUs >= endUs) return false;
    this.current = bucket;
    this.open(bucket & (this.buckets - 1));
    if (this.isNear(this.farNextUs)) this.bringNear();
    return true;
  }

  private nextFilled(): number {
    const { filled, spans } = this;
    const lastWord = filled.length - 1;
    const first = this.current + 1;
    const bit = first & 31;
    let word = (first >>> 5) & lastWord;
    let bits = filled[word] & (-1 << bit);
    let bucket = first - bit;
    // Nearby words are looked at one by one; beyond a span, the spans say where to look.
    while (bits === 0) {
      word = (word + 1) & lastWord;
      bucket += 32;
      while ((word & 31) === 0 && spans[word >>> 5] === 0) {
        word = (word + 32) & lastWord;
        bucket += 1024;
      }
      bits = filled[word];
    }
    return bucket + (31 - Math.clz32(bits & -bits));
  }

  /** Sorts the events of a bucket into the batch: by time, then source, then as they were planned. */
  private open(slot: number): void {
    this.batchAt = 0;
    this.batchEnd = 0;
    const { ints, floats } = this;
    let count = 0;
    for (let event = this.heads[slot]; event !== NONE; event = ints[event * EVENT_INTS + FOLLOWING]) {
      if (count === this.batch.length) this.growBatch();
      this.batch[count++] = event;
    }
    this.heads[slot] = NONE;
    const word = slot >>> 5;
    this.filled[word] &= ~(1 << (slot & 31));
    if (this.filled[word] === 0) this.spans[word >>> 5] &= ~(1 << (word & 31));
    this.inRing -= count;
    const { batch } = this;
    // The list has the latest first; each is put behind those that were planned before it.
    if (count > 1) batch.subarray(0, count).reverse();
    for (let i = 0; i < count; i++) this.insert(batch[i], floats[batch[i] * EVENT_FLOATS]);
  }

  /** Puts an event among those of the bucket that is being emptied. */
  private insert(event: number, timeUs: number): void {
    if (this.batchEnd === this.batch.length) this.growBatch();
    const { batch, batchUs, batchAt } = this;
    let hole = this.batchEnd++;
    while (hole > batchAt && this.isAfter(hole - 1, event, timeUs)) {
      batch[hole] = batch[hole - 1];
      batchUs[hole] = batchUs[hole - 1];
      hole--;
    }
    batch[hole] = event;
    batchUs[hole] = timeUs;
  }

  private isAfter(index: number, event: number, timeUs: number): boolean {
    const otherUs = this.batchUs[index];
    if (otherUs !== timeUs) return otherUs > timeUs;
    const { ints } = this;
    return ints[this.batch[index] * EVENT_INTS + SOURCE] > ints[event * EVENT_INTS + SOURCE];
  }

  /** Whether a moment lies within the ring. */
  private isNear(timeUs: number): boolean {
    return timeUs < (this.current + this.buckets) * this.bucketUs;
  }

  private bringNear(): void {
    const { far } = this;
    while (this.isNear(this.farNextUs)) {
      const timeUs = this.farNextUs;
      this.file(far.pop(), timeUs);
      this.farNextUs = far.nextTimeUs;
    }
  }

  private grow(): void {
    const length = 2 * this.floats.length;
    assert(length <= 2 ** 31, 'more events at once than the calendar can hold');
    const larger = new Float64Array(length);
    larger.set(this.floats);
    this.floats = larger;
    this.ints = new Int32Array(larger.buffer);
  }

  private growBatch(): void {
    const length = 2 * this.batch.length;
    const [batch, batchUs] = [new Int32Array(length), new Float64Array(length)];
    batch.set(this.batch);
    batchUs.set(this.batchUs);
    this.batch = batch;
    this.batchUs = batchUs;
  }
}

function ringOf(relays: number): RingSpan {
  let bucketUs = BUCKET_US_MIN;
  while (bucketUs < BUCKET_US_MAX && relays * bucketUs < RELAYS_OF_WIDEST * BUCKET_US_MAX) bucketUs *= 2;
  return { bucketUs, ringUs: RING_US };
}
