/**
 * A relay's rate limit: a bucket of bytes that fills at a steady rate, and the outputs that wait for it.
 *
 * Tor's BandwidthRate and BandwidthBurst, for what is sent. Outputs that find it empty wait in line and are served a
 * cell each in turn, so that no link starves another.
 */

import type { Clock, Timers } from '../environment.ts';
import { CELL_BYTES } from '../hooks/catalogue/cell-commands.ts';

/** Refilled no more often, so that a busy relay needs a hundred timers a second at most. */
const LEAST_WAIT_MS = 10;

/** Something with cells to send. */
export interface Consumer {
  /** Whether there is a cell that could go now, but for the bucket. */
  hasMore(): boolean;
  sendOne(): void;
}

export interface RateLimit {
  readonly bytesPerSecond: number;
  /** What the bucket holds; at the least a cell, and what comes in between two refills (10 ms). */
  readonly burstBytes: number;
}

export class TokenBucket {
  private readonly bytesPerMs: number;
  private readonly burstBytes: number;
  private readonly clock: Clock;
  private readonly timers: Timers;
  private bytes: number;
  private countedAtMs: number;
  private waiting: Consumer[] = [];
  private timed = false;

  constructor(limit: RateLimit, clock: Clock, timers: Timers) {
    if (!(limit.bytesPerSecond > 0)) throw new RangeError('a rate limit must let something through');
    this.bytesPerMs = limit.bytesPerSecond / 1000;
    this.burstBytes = Math.max(limit.burstBytes, CELL_BYTES + LEAST_WAIT_MS * this.bytesPerMs);
    this.clock = clock;
    this.timers = timers;
    this.bytes = this.burstBytes;
    this.countedAtMs = clock.nowMs();
  }

  /** Takes a cell's worth of bytes; false if there is not as much, or others were there before. */
  takeCell(): boolean {
    if (this.waiting.length > 0) return false;
    return this.spendCell();
  }

  /** Has a consumer that was turned away served when there is something again. */
  wait(consumer: Consumer): void {
    if (!this.waiting.includes(consumer)) this.waiting.push(consumer);
    this.arm();
  }

  private spendCell(): boolean {
    if (this.bytes < CELL_BYTES) {
      this.refill();
      if (this.bytes < CELL_BYTES) return false;
    }
    this.bytes -= CELL_BYTES;
    return true;
  }

  private refill(): void {
    const now = this.clock.nowMs();
    // A clock that was set back gives nothing, and counts from there.
    const earned = Math.max(0, now - this.countedAtMs) * this.bytesPerMs;
    this.bytes = Math.min(this.burstBytes, this.bytes + earned);
    this.countedAtMs = now;
  }

  private arm(): void {
    if (this.timed) return;
    this.timed = true;
    const wanting = (CELL_BYTES - this.bytes) / this.bytesPerMs;
    this.timers.after(Math.max(LEAST_WAIT_MS, wanting), () => this.serve());
  }

  private serve(): void {
    this.timed = false;
    while (this.waiting.length > 0) {
      const consumer = this.waiting[0];
      const more = consumer.hasMore();
      if (more && !this.spendCell()) {
        this.arm();
        return;
      }
      this.waiting.shift();
      if (!more) continue; // its link is full, or its circuits are gone
      consumer.sendOne();
      if (consumer.hasMore()) this.waiting.push(consumer);
    }
  }
}
