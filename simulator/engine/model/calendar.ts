/**
 * The calendar orders everything that happens in the model: millions of small events, in typed arrays.
 *
 * A ring of buckets, each some microseconds wide, holds what is near; a bucket is sorted when its time has come. What
 * lies beyond the ring waits aside until the ring has turned far enough. Events sort by (time, source, order of
 * planning), so their order depends on nothing but the run itself.
 */

import assert from 'node:assert/strict';

/** 4 microseconds a bucket, 4.2 seconds the ring: in a million relays some hundred events share a bucket. */
const BUCKET_US = 4;
const BUCKETS = 2 ** 20;
const WORDS = BUCKETS / 32;
const NONE = -1;

export class Calendar {
  /** Of the event that `next` has answered with: when, at whom, at which of its places, of whom, and what. */
  timeUs = new Float64Array(1024);
  host = new Int32Array(1024);
  place = new Int32Array(1024);
  source = new Int32Array(1024);
  code = new Uint32Array(1024);
  /** Events that have not taken place. */
  size = 0;
  private following = new Int32Array(1024);
  private used = 0;
  private free = NONE;
  private readonly heads = new Int32Array(BUCKETS).fill(NONE);
  /** A bit for each bucket that holds something. */
  private readonly filled = new Uint32Array(WORDS);
  private inRing = 0;
  /** The bucket that is being emptied, counted from time zero. */
  private current = -1;
  private batch = new Int32Array(1024);
  private batchAt = 0;
  private batchEnd = 0;
  private far: number[] = [];
  private farNextUs = Number.POSITIVE_INFINITY;

  /** Plans an event; `timeUs` is not before the event that takes place now. */
  push(timeUs: number, host: number, place: number, source: number, code: number): void {
    let event = this.free;
    if (event === NONE) {
      if (this.used === this.timeUs.length) this.grow();
      event = this.used++;
    } else this.free = this.following[event];
    this.timeUs[event] = timeUs;
    this.host[event] = host;
    this.place[event] = place;
    this.source[event] = source;
    this.code[event] = code;
    this.size++;
    this.file(event);
  }

  /** The next event before `endUs`, as an index into the columns, or -1. It is valid until the next call. */
  next(endUs: number): number {
    for (;;) {
      if (this.batchAt < this.batchEnd) {
        const event = this.batch[this.batchAt];
        if (this.timeUs[event] >= endUs) return NONE;
        this.batchAt++;
        this.size--;
        // What is put in its place is written after the caller has read it: see `push`.
        this.following[event] = this.free;
        this.free = event;
        return event;
      }
      if (!this.turn(endUs)) return NONE;
    }
  }

  /** Events of which the condition is true. */
  count(isCounted: (code: number) => boolean): number {
    const isFree = new Uint8Array(this.used);
    for (let event = this.free; event !== NONE; event = this.following[event]) isFree[event] = 1;
    let count = 0;
    for (let event = 0; event < this.used; event++) {
      if (isFree[event] === 0 && isCounted(this.code[event])) count++;
    }
    return count;
  }

  private file(event: number): void {
    const bucket = Math.floor(this.timeUs[event] / BUCKET_US);
    if (bucket <= this.current) this.insert(event);
    else if (bucket - this.current < BUCKETS) {
      const slot = bucket & (BUCKETS - 1);
      this.following[event] = this.heads[slot];
      this.heads[slot] = event;
      this.filled[slot >>> 5] |= 1 << (slot & 31);
      this.inRing++;
    } else {
      this.far.push(event);
      this.farNextUs = Math.min(this.farNextUs, this.timeUs[event]);
    }
  }

  /** Goes on to the next bucket that holds something; false if there is none before `endUs`. */
  private turn(endUs: number): boolean {
    if (this.inRing === 0) {
      if (this.farNextUs >= endUs) return false;
      this.current = Math.floor(this.farNextUs / BUCKET_US) - 1;
      this.bringNear();
    }
    const bucket = this.nextFilled();
    if (bucket * BUCKET_US >= endUs) return false;
    this.current = bucket;
    this.open(bucket & (BUCKETS - 1));
    if ((this.current + BUCKETS) * BUCKET_US > this.farNextUs) this.bringNear();
    return true;
  }

  private nextFilled(): number {
    const { filled } = this;
    let bucket = this.current + 1;
    const slot = bucket & (BUCKETS - 1);
    let word = slot >>> 5;
    let bits = filled[word] & (-1 << (slot & 31));
    bucket -= slot & 31;
    while (bits === 0) {
      word = (word + 1) & (WORDS - 1);
      bucket += 32;
      bits = filled[word];
    }
    return bucket + (31 - Math.clz32(bits & -bits));
  }

  /** Sorts the events of a bucket into the batch: by time, then source, then as they were planned. */
  private open(slot: number): void {
    const { heads, following } = this;
    let count = 0;
    for (let event = heads[slot]; event !== NONE; event = following[event]) {
      if (count === this.batch.length) this.batch = doubled(this.batch, Int32Array);
      this.batch[count++] = event;
    }
    heads[slot] = NONE;
    this.filled[slot >>> 5] &= ~(1 << (slot & 31));
    this.inRing -= count;
    const { batch } = this;
    batch.subarray(0, count).reverse();
    for (let i = 1; i < count; i++) {
      const event = batch[i];
      let hole = i;
      while (hole > 0 && this.isAfter(batch[hole - 1], event)) {
        batch[hole] = batch[hole - 1];
        hole--;
      }
      batch[hole] = event;
    }
    this.batchAt = 0;
    this.batchEnd = count;
  }

  private isAfter(one: number, other: number): boolean {
    const [oneUs, otherUs] = [this.timeUs[one], this.timeUs[other]];
    return oneUs > otherUs || (oneUs === otherUs && this.source[one] > this.source[other]);
  }

  /** Puts an event among those of the bucket that is being emptied. */
  private insert(event: number): void {
    if (this.batchEnd === this.batch.length) this.batch = doubled(this.batch, Int32Array);
    const { batch } = this;
    let hole = this.batchEnd++;
    while (hole > this.batchAt && this.isAfter(batch[hole - 1], event)) {
      batch[hole] = batch[hole - 1];
      hole--;
    }
    batch[hole] = event;
  }

  private bringNear(): void {
    const { far } = this;
    this.far = [];
    this.farNextUs = Number.POSITIVE_INFINITY;
    for (const event of far) this.file(event);
  }

  private grow(): void {
    const length = 2 * this.timeUs.length;
    assert(length <= 2 ** 30, 'more events at once than the calendar can hold');
    this.timeUs = doubled(this.timeUs, Float64Array);
    this.host = doubled(this.host, Int32Array);
    this.place = doubled(this.place, Int32Array);
    this.source = doubled(this.source, Int32Array);
    this.code = doubled(this.code, Uint32Array);
    this.following = doubled(this.following, Int32Array);
  }
}

function doubled<Column extends Float64Array | Int32Array | Uint32Array>(
  column: Column,
  Kind: new (length: number) => Column,
): Column {
  const larger = new Kind(2 * column.length);
  larger.set(column);
  return larger;
}
