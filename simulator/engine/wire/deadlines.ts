/**
 * What is to be done at a time, more exactly than setTimeout does it: all of it from one timer of the process.
 *
 * Node's timers have a grain of a millisecond and are late by up to one. What is due within half a grain is done now, so
 * that it is early as often as it is late, and delays keep their mean. How late things were done is counted: it says
 * whether the machine kept up.
 */

import { monotonicUs } from './monotonic.ts';

const HALF_GRAIN_US = 500;
/** Classes of lateness, a millisecond wide; the last holds everything beyond. */
const LATENESS_CLASSES = 200;

interface Entry {
  readonly dueUs: number;
  /** Equal times keep the order in which they were asked for. */
  readonly number: number;
  readonly action: () => void;
}

export class Deadlines {
  /** How often something was done so many whole milliseconds late. */
  readonly latenessMs = new Uint32Array(LATENESS_CLASSES);
  /** A binary heap: the earliest is the first. */
  private readonly heap: Entry[] = [];
  private numbers = 0;
  private timer: NodeJS.Timeout | null = null;
  private timerUs = Number.POSITIVE_INFINITY;
  private isRunning = false;
  /** Where the present pace began, on the monotonic clock and on this one. */
  private sinceUs = 0;
  private sinceOwnUs = 0;
  private slowdown = 1;

  /** The time that counts here, microseconds. */
  get nowUs(): number {
    return this.ownOf(monotonicUs());
  }

  /** A time of the monotonic clock as it is here at the present pace. */
  ownOf(timeUs: number): number {
    return this.sinceOwnUs + (timeUs - this.sinceUs) / this.slowdown;
  }

  /** From now on time passes so many times more slowly here, and lateness is counted anew. */
  slowDown(slowdown: number): void {
    this.latenessMs.fill(0);
    const realUs = monotonicUs();
    this.sinceOwnUs = this.ownOf(realUs);
    this.sinceUs = realUs;
    this.slowdown = slowdown;
    this.timerUs = Number.POSITIVE_INFINITY;
    this.arm();
  }

  /** Does something at this time, or as soon after it as the process can. */
  at(dueUs: number, action: () => void): void {
    this.push({ dueUs, number: this.numbers++, action });
    if (!this.isRunning) this.arm();
  }

  private readonly run = (): void => {
    this.timer = null;
    this.timerUs = Number.POSITIVE_INFINITY;
    this.isRunning = true;
    try {
      for (;;) {
        const first = this.heap[0];
        if (first === undefined) return;
        const lateUs = this.nowUs - first.dueUs;
        if (lateUs * this.slowdown < -HALF_GRAIN_US) return;
        this.pop();
        const late = Math.max(0, Math.floor(lateUs / 1000));
        this.latenessMs[Math.min(late, LATENESS_CLASSES - 1)]!++;
        first.action();
      }
    } finally {
      this.isRunning = false;
      this.arm();
    }
  };

  private arm(): void {
    const first = this.heap[0];
    if (first === undefined || first.dueUs >= this.timerUs) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timerUs = first.dueUs;
    const waitUs = (first.dueUs - this.nowUs) * this.slowdown;
    this.timer = setTimeout(this.run, Math.max(1, Math.floor(waitUs / 1000)));
  }

  private push(entry: Entry): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.dueUs < other.dueUs || (one.dueUs === other.dueUs && one.number < other.number);
}
