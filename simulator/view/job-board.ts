/**
 * The runs that were started from the page: one at a time, since a run takes all processors; the others wait.
 */

import type { JobState } from './api-shapes.ts';
import { Job, type JobPlan } from './job.ts';

export const WAITING_MAX = 16;
const ENDED_KEPT = 50;

export type JobSurroundings = Omit<ConstructorParameters<typeof Job>[1], 'onEnd'>;

export class JobBoard {
  private readonly surroundings: JobSurroundings;
  private readonly jobs = new Map<string, Job>();
  private isClosed = false;
  private onIdle: () => void = () => undefined;

  constructor(surroundings: JobSurroundings) {
    this.surroundings = surroundings;
  }

  /** Starts the run, or lets it wait; null where too many wait already. */
  add(plan: JobPlan): Job | null {
    const waiting = [...this.jobs.values()].filter(({ isQueued }) => isQueued).length;
    if (waiting >= WAITING_MAX || this.isClosed) return null;
    const job = new Job(plan, { ...this.surroundings, onEnd: () => this.next() });
    this.jobs.set(job.id, job);
    this.next();
    return job;
  }

  find(id: string): Job | undefined {
    return this.jobs.get(id);
  }

  /** The newest first, without their logs. */
  list(): JobState[] {
    return [...this.jobs.values()].reverse().map((job) => ({ ...job.state(), log: [] }));
  }

  /** Stops every run, and resolves when their processes have ended. */
  async close(): Promise<void> {
    this.isClosed = true;
    const idle = new Promise<void>((resolve) => {
      this.onIdle = resolve;
    });
    for (const job of this.jobs.values()) job.stop();
    if (this.isIdle()) return;
    await idle;
  }

  /** Runs that are at work. */
  get running(): number {
    return [...this.jobs.values()].filter((job) => !job.hasEnded && !job.isQueued).length;
  }

  private isIdle(): boolean {
    return [...this.jobs.values()].every(({ hasEnded }) => hasEnded);
  }

  private next(): void {
    this.forgetOld();
    if (this.isIdle()) this.onIdle();
    if (this.isClosed || this.running > 0) return;
    for (const job of this.jobs.values()) {
      if (!job.isQueued) continue;
      job.start();
      return;
    }
  }

  private forgetOld(): void {
    const ended = [...this.jobs.values()].filter(({ hasEnded }) => hasEnded);
    for (const { id } of ended.slice(0, Math.max(0, ended.length - ENDED_KEPT))) this.jobs.delete(id);
  }
}
