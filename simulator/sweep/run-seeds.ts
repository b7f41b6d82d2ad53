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

/** Something to run: a scenario, or a task that holds one. */
interface Runnable {
  readonly durationSeconds: number;
}

export interface RunSeedsOptions<Item extends Runnable = Scenario, Result = FinishedRun> {
  /** Runs at a time, at least 1. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
  /** Progress of all runs together: virtual time is added up. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Called once for each run, in no particular order; a rejection stops everything. */
  readonly onFinished: (run: Result, item: Item) => Promise<void>;
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

/** Runs every item; rejects with the signal's reason when stopped, or with the first failure. */
export async function runSeeds<Item extends Runnable = Scenario, Result = FinishedRun>(
  items: readonly Item[],
  runner: (item: Item, options: RunOptions) => Promise<Result>,
  options: RunSeedsOptions<Item, Result>,
): Promise<void> {
  const { concurrency, onProgress, onFinished } = options;
  const failing = new AbortController();
  const signal =
    options.signal === undefined ? failing.signal : AbortSignal.any([options.signal, failing.signal]);
  const reached = items.map(() => 0);
  let sum = 0;
  let done = 0;
  const durationSeconds = items.reduce((sum, one) => sum + one.durationSeconds, 0);
  let next = 0;

  const tell = (index: number, { phase, virtualSeconds }: Progress): void => {
    // Arms run one after the other, and each begins at zero.
    const before = reached[index] as number;
    reached[index] = Math.max(before, virtualSeconds);
    sum += (reached[index] as number) - before;
    const runs = { done, total: items.length };
    onProgress?.({ phase: sum > 0 ? 'run' : phase, virtualSeconds: sum, durationSeconds, runs });
  };

  const work = async (): Promise<void> => {
    while (next < items.length && !signal.aborted) {
      const index = next++;
      const item = items[index] as Item;
      const run = await runner(item, { signal, onProgress: (progress) => tell(index, progress) });
      done++;
      tell(index, { phase: 'run', virtualSeconds: item.durationSeconds, durationSeconds });
      await onFinished(run, item);
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, items.length) }, async () => {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) failing.abort(error);
    }
  });
  await Promise.all(workers);
  signal.throwIfAborted();
}
