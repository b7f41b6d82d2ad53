/** Time that moves when a test says so, timers that fire in its order, and chance from a seed. */

import type { Clock, Environment, Random, Timer, Timers } from '../environment.ts';

interface Pending {
  readonly atMs: number;
  readonly sequence: number;
  readonly action: () => void;
  cancelled: boolean;
}

/** A noon that no test depends on. */
const START_MS = 1_700_000_000_000;

export class ManualEnvironment implements Pick<Environment, 'clock' | 'timers' | 'random'> {
  private timeMs = START_MS;
  private sequence = 0;
  /** A heap by time, then by sequence. */
  private readonly heap: Pending[] = [];
  private state: number;

  readonly clock: Clock = { nowMs: () => this.timeMs };
  readonly timers: Timers = { after: (delayMs, action) => this.after(delayMs, action) };
  /** mulberry32. */
  readonly random: Random = {
    uniform: () => {
      this.state = (this.state + 0x6d2b79f5) | 0;
      let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
      t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 0x100000000;
    },
  };

  constructor(seed = 1) {
    this.state = seed;
  }

  /** Milliseconds since the beginning. */
  get elapsedMs(): number {
    return this.timeMs - START_MS;
  }

  /** Lets so much time pass, and fires what falls due. */
  advance(ms: number): void {
    const untilMs = this.timeMs + ms;
    while (this.heap.length > 0 && this.heap[0].atMs <= untilMs) this.fire();
    this.timeMs = untilMs;
  }

  /** Goes on until nothing is left to happen; throws after so many timers, since something may go on for ever. */
  settle(mostTimers = 10_000_000): void {
    for (let fired = 0; this.heap.length > 0; fired++) {
      if (fired === mostTimers) throw new Error(`not settled after ${mostTimers} timers`);
      this.fire();
    }
  }

  /** Goes on until something is so; throws if it never comes to that. */
  settleUntil(isSo: () => boolean): void {
    while (!isSo()) {
      if (this.heap.length === 0) throw new Error('settled, and it is not so');
      this.fire();
    }
  }

  private after(delayMs: number, action: () => void): Timer {
    const pending = {
      atMs: this.timeMs + Math.max(0, delayMs),
      sequence: this.sequence++,
      action,
      cancelled: false,
    };
    this.push(pending);
    return {
      cancel: () => {
        pending.cancelled = true;
      },
    };
  }

  private fire(): void {
    const next = this.pop();
    if (next.cancelled) return;
    this.timeMs = Math.max(this.timeMs, next.atMs);
    next.action();
  }

  private push(pending: Pending): void {
    const { heap } = this;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(pending, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = pending;
  }

  private pop(): Pending {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop()!;
    const size = heap.length;
    if (size === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Pending, b: Pending): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}
