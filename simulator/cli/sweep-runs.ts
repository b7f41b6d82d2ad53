/** The runs of a sweep, done in threads of this process or by workers on a queue; each is written as it ends. */

import { readFile } from 'node:fs/promises';
import { ScenarioError } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { RedisAddress } from '../sweep/queue/redis-address.ts';
import { runSeeds } from '../sweep/run-seeds.ts';
import type { RunStore } from '../sweep/run-store.ts';
import type { RunTask } from '../sweep/run-task.ts';
import { TaskError } from '../sweep/task-error.ts';
import { concurrencyFor } from '../sweep/task-pool.ts';
import { FailedRunsError } from './failed-runs.ts';
import type { ProgressDisplay } from './progress.ts';
import type { SimulateSurroundings } from './simulate-options.ts';
import type { SweepWork } from './sweep-points.ts';

interface Doing {
  readonly display: ProgressDisplay;
  readonly signal: AbortSignal;
  readonly surroundings: SimulateSurroundings;
  /** Tells the user something, unless he wants quiet. */
  readonly tell: (line: string) => void;
}

/** Does the runs here; broken invariants come back, one line each. The first run that fails stops the others. */
export async function doRunsHere(
  open: readonly RunTask[],
  work: SweepWork,
  store: RunStore,
  scenarios: readonly Scenario[],
  { display, signal, surroundings }: Doing,
): Promise<string[]> {
  const violations: string[] = [];
  const pool = surroundings.rooms.openTaskPool();
  try {
    await runSeeds(
      open,
      (task, runOptions) =>
        pool.perform(task, store.home, runOptions).catch((error: unknown) => {
          const isMistake = error instanceof TaskError && error.fault === 'scenario';
          throw isMistake ? new ScenarioError([work.problemOf(task, error.message)]) : error;
        }),
      {
        concurrency: concurrencyFor(scenarios, surroundings.machine().availableBytes),
        signal,
        onProgress: (progress) => {
          if (!signal.aborted) display.update(progress);
        },
        onFinished: async (run, task) => {
          await store.write(task.id, run.files, signal);
          display.written?.(store.directoryOf(task.id));
          violations.push(...run.violations.map((violation) => `violation: ${violation}`));
        },
      },
    );
  } finally {
    await pool.close();
  }
  return violations;
}

/** Has them done by workers. The runs that can be done are; throws FailedRunsError where some could not. */
export async function doRunsOverQueue(
  open: readonly RunTask[],
  work: SweepWork,
  store: RunStore,
  address: RedisAddress,
  { display, signal, tell }: Doing,
): Promise<string[]> {
  // BullMQ and its Redis client take a while to load, and most sweeps need neither.
  const { openConnection } = await import('../sweep/queue/connection.ts');
  const { putInput } = await import('../sweep/queue/queued-results.ts');
  const { runOverQueue } = await import('../sweep/queue/run-queue.ts');
  const onNotice = (line: string): void => tell(line);
  const connection = await openConnection(address, { onNotice });
  try {
    for (const name of new Set(open.flatMap(({ inputs }) => inputs))) {
      await putInput(connection.redis, name, await readFile(store.inputPath(name)));
    }
    const failed = await runOverQueue(open, {
      connection,
      version: work.file.version,
      signal,
      onProgress: (progress) => {
        if (!signal.aborted) display.update(progress);
      },
      onFinished: async (task, files) => {
        await store.writeChecked(task, files);
        display.written?.(store.directoryOf(task.id));
      },
      onNotice,
    });
    if (failed.length > 0) {
      const byId = new Map(open.map((task) => [task.id, task]));
      throw new FailedRunsError(
        failed.map(({ id, reason }) => `${work.nameOf(byId.get(id) as RunTask)}: ${reason}`),
        open.length,
      );
    }
  } finally {
    connection.close();
  }
  return [];
}
