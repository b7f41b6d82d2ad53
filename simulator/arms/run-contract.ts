/** What a run tells its caller while it goes on, and what it returns. */

import type { KeptThreads } from '../engine/gossipsub/kept-threads.ts';
import type { RunOutcome } from '../measure/outcome.ts';
import type { Population } from '../population/population.ts';
import type { ArmProgress } from './arm-progress.ts';

/** Phases of a run in their order; `import` to `run` belong to the engine. */
export const PHASES = ['prepare', 'import', 'build', 'connect', 'run', 'report'] as const;
export type Phase = (typeof PHASES)[number];

/** A phase of an engine has begun, or its last one has ended. */
export interface PhaseMark {
  readonly phase: Exclude<Phase, 'prepare' | 'report'> | 'ended';
  /** Events of all its threads until then; 0 in real time, where nobody counts them. */
  readonly eventsFired: number;
}

/** What a run is doing, as people who wait for it are told. */
export const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  prepare: 'preparing relays and updates',
  import: 'loading libp2p',
  build: 'building relays',
  connect: 'connecting relays',
  run: 'running',
  report: 'writing results',
};

export interface Progress {
  readonly phase: Phase;
  /** Virtual time reached, seconds; 0 before the engine starts. */
  readonly virtualSeconds: number;
  /** Virtual time at which the run ends, seconds. */
  readonly durationSeconds: number;
  /** The live arm that is being simulated; absent outside of it. */
  readonly arm?: ArmProgress | undefined;
  /** Of several runs together: how many are done, and who does them where that is not this process alone. */
  readonly runs?: { readonly done: number; readonly total: number; readonly workers?: number } | undefined;
}

export interface RunOptions {
  /** Stops the run: the promise rejects with the signal's reason and every thread ends. */
  readonly signal?: AbortSignal | undefined;
  /** Called at most about ten times a second, in wall time. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Called without delay, for each live arm anew: for whoever measures what a phase costs. */
  readonly onMark?: ((mark: PhaseMark) => void) | undefined;
  /** Called once, when the relays have been drawn. */
  readonly onPopulation?: ((population: Population) => void) | undefined;
  /** Called when an arm has ended, with all that came of it. */
  readonly onArmEnded?: ((arm: ArmProgress) => void) | undefined;
  /**
   * Called while threads simulate a live arm, for each of them, with the network and the manual arms, if any, but for the
   * traffic of their clients: for whoever can do a part of the report meanwhile.
   */
  readonly onDrawnByHand?: ((outcome: RunOutcome) => void) | undefined;
  /** Threads that are handed from one small network to the next; those of the process when left out. */
  readonly keptThreads?: KeptThreads | undefined;
}

export interface FinishedRun {
  readonly outcome: RunOutcome;
  /** Simulation threads that ran. */
  readonly threads: number;
  /** What the user should know about how it ran, one line each; nothing in it changes a number. */
  readonly warnings: readonly string[];
  /** Wall milliseconds of each phase that the run went through. */
  readonly phasesWallMs: Partial<Record<Phase, number>>;
}
