/** How far a run is, as its main thread hears of it. */

import type { ArmProgress } from '../../arms/arm-progress.ts';
import type { RunOptions } from '../../arms/run-contract.ts';
import { wallNowMs } from '../wall.ts';
import type { SharedColumns, ThreadPhase } from './job.ts';

const PROGRESS_EVERY_MS = 100;

const THREAD_PHASES: readonly ThreadPhase[] = ['import', 'build', 'connect', 'run'];

/** Tells the caller now and then how far the slowest thread is, and times its phases. */
export class PhaseProgress {
  private readonly phases: ThreadPhase[];
  private readonly enteredMs: Partial<Record<ThreadPhase, number>> = { import: wallNowMs() };
  private readonly timer: NodeJS.Timeout;
  private readonly eventsFired: number[];
  private readonly onMark: RunOptions['onMark'];

  constructor(
    shared: SharedColumns,
    threads: number,
    durationSeconds: number,
    { onProgress, onMark }: RunOptions,
    arm: ArmProgress | undefined,
  ) {
    this.phases = new Array<ThreadPhase>(threads).fill('import');
    this.eventsFired = new Array<number>(threads).fill(0);
    this.onMark = onMark;
    onMark?.({ phase: 'import', eventsFired: 0 });
    this.timer = setInterval(() => {
      const virtualSeconds = Math.min(...shared.reachedUs) / 1e6;
      onProgress?.({ phase: this.slowest(), virtualSeconds, durationSeconds, arm });
    }, PROGRESS_EVERY_MS);
  }

  /** A thread has come to a phase, after that many events of its own. */
  enter(thread: number, phase: ThreadPhase, eventsFired: number): void {
    this.phases[thread] = phase;
    this.eventsFired[thread] = eventsFired;
    if (this.slowest() !== phase) return;
    this.enteredMs[phase] = wallNowMs();
    this.onMark?.({ phase, eventsFired: this.eventsFired.reduce((sum, count) => sum + count, 0) });
  }

  /** All threads are done, after that many events of all. */
  ended(eventsFired: number): void {
    this.onMark?.({ phase: 'ended', eventsFired });
  }

  stop(): void {
    clearInterval(this.timer);
  }

  phasesWallMs(): Record<ThreadPhase, number> {
    const { import: importMs = 0, build = importMs, connect = build, run = connect } = this.enteredMs;
    return {
      import: build - importMs,
      build: connect - build,
      connect: run - connect,
      run: wallNowMs() - run,
    };
  }

  private slowest(): ThreadPhase {
    return THREAD_PHASES[Math.min(...this.phases.map((phase) => THREAD_PHASES.indexOf(phase)))];
  }
}
