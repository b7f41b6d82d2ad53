/**
 * Runs a scenario with several seeds, some of them at a time.
 *
 * Each run has a thread of its own and shares nothing with the others, so how many go at a time cannot change a
 * number. A run is handed over as soon as it is finished and then forgotten; the first that fails stops the others.
 */

import type { FinishedRun, Progress, RunOptions } from '../arms/run-contract.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** Runs one scenario; `runScenario` of arms/run.ts. */
export type Runner = (scenario: Scenario, options: RunOptions) => Promise<FinishedRun>;

export interface RunSeedsOptions {
  /** Runs at a time, at least 1. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
  /** Progress of all runs together: virtual time is added up. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Called once for each run, in no particular order; a rejection stops everything. */
  readonly onFinished: (run: FinishedRun, scenario: Scenario) => Promise<void>;
}

/** The scenario with each of `count` seeds from its own on, on one thread each. */
export function seededScenarios(scenario: Scenario, count: number): Scenario[] {
  const threads = scenario.threads === 0 ? 1 : scenario.threads;
  return Array.from({ length: count }, (_unused, index) => ({
    ...scenario,
    seed: scenario.seed + index,
    threads,
  }));
}

/** Runs every scenario; rejects with the signal's reason when stopped, or with the first failure. */
export async function runSeeds(
  scenarios: readonly Scenario[],
  runner: Runner,
  options: RunSeedsOptions,
): Promise<void> {
  const { concurrency, onProgress, onFinished } = options;
  const failing = new AbortController();
  const signal =
    options.signal === undefined ? failing.signal : AbortSignal.any([options.signal, failing.signal]);
  const reached = scenarios.map(() => 0);
  const durationSeconds = scenarios.reduce((sum, one) => sum + one.durationSeconds, 0);
  let next = 0;

  const tell = (index: number, { phase, virtualSeconds }: Progress): void => {
    // Arms run one after the other, and each begins at zero.
    reached[index] = Math.max(reached[index] as number, virtualSeconds);
    const sum = reached.reduce((total, seconds) => total + seconds, 0);
    onProgress?.({ phase: sum > 0 ? 'run' : phase, virtualSeconds: sum, durationSeconds });
  };

  const work = async (): Promise<void> => {
    while (next < scenarios.length && !signal.aborted) {
      const index = next++;
      const scenario = scenarios[index] as Scenario;
      const run = await runner(scenario, { signal, onProgress: (progress) => tell(index, progress) });
      tell(index, { phase: 'run', virtualSeconds: scenario.durationSeconds, durationSeconds });
      await onFinished(run, scenario);
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, scenarios.length) }, async () => {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) failing.abort(error);
    }
  });
  await Promise.all(workers);
  signal.throwIfAborted();
}
