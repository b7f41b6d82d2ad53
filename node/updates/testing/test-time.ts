/** Time that moves when a test says so, chance from a seed, and a processor that works off one thing at a time. */

import type { Environment, Timer, Work } from '../../environment.ts';
import { START_MS } from '../../trust/testing/test-repository.ts';

interface Planned {
  readonly atMs: number;
  readonly action: () => void;
}

export class TestTime implements Pick<Environment, 'clock' | 'timers' | 'random' | 'processor'> {
  timeMs = START_MS;
  /** What the processor needs for each kind of work, milliseconds. */
  readonly costMs: Record<Work['kind'], number> = { verify: 0, admit: 0 };
  /** Work that was asked for. */
  readonly works: Work[] = [];
  private readonly planned = new Set<Planned>();
  private freeAtMs = 0;
  private state: number;

  constructor(seed = 1) {
    this.state = seed;
  }

  readonly clock = { nowMs: () => this.timeMs };
  readonly timers = { after: (delayMs: number, action: () => void) => this.after(delayMs, action) };
  readonly random = {
    uniform: () => {
      this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
      return this.state / 2 ** 32;
    },
  };
  readonly processor = {
    work: (work: Work, done: () => void) => {
      this.works.push(work);
      const costMs = this.costMs[work.kind];
      if (costMs === 0) return done();
      this.freeAtMs = Math.max(this.freeAtMs, this.timeMs) + costMs;
      this.after(this.freeAtMs - this.timeMs, done);
    },
  };

  /** Timers that have not fired. */
  get waiting(): number {
    return this.planned.size;
  }

  /** Lets time pass, with everything that falls due in it, and all that follows at once. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.timeMs + ms;
    await settled();
    for (;;) {
      const next = [...this.planned].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.planned.delete(next);
      this.timeMs = Math.max(this.timeMs, next.atMs);
      next.action();
      await settled();
    }
    this.timeMs = untilMs;
  }

  private after(delayMs: number, action: () => void): Timer {
    const planned = { atMs: this.timeMs + Math.max(0, delayMs), action };
    this.planned.add(planned);
    return { cancel: () => this.planned.delete(planned) };
  }
}

/** When every promise that can go on has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
