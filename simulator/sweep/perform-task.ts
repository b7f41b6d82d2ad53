/**
 * Does one run of a sweep, and makes the files of its results; writing them is its caller's.
 *
 * A task comes from another thread or another machine, so it is checked first: the same code, and a scenario that has
 * the name it goes by. What a run leaves is its data files; charts and page are drawn from them on demand, which is
 * most of the time that a small run would take.
 */

import { join } from 'node:path';
import { ModuleSizeError } from '../arms/release.ts';
import { runScenario } from '../arms/run.ts';
import type { RunOptions } from '../arms/run-contract.ts';
import { historicalBaseline } from '../baseline/historical.ts';
import { InvariantError } from '../engine/invariants/violation.ts';
import { FailingModuleError } from '../engine/model/failing-module.ts';
import { summarize } from '../measure/summary.ts';
import { chartData } from '../report/chart-data.ts';
import { dataFiles } from '../report/data-files.ts';
import { wholeOf } from '../report/file-set.ts';
import { formatManifest, makeManifest, peakMemoryBytes, processorMs, sha256 } from '../report/manifest.ts';
import { scenarioFromText } from '../scenario/load.ts';
import { populationFiles } from '../scenario/population-yaml.ts';
import { ScenarioError } from '../scenario/problem.ts';
import { codeVersion } from './code-version.ts';
import type { RunFile } from './run-files.ts';
import { runId } from './run-id.ts';
import type { Runner } from './run-seeds.ts';
import type { RunTask } from './run-task.ts';
import { TaskError } from './task-error.ts';

const SHARED_PROCESS = 'several runs shared the process: processor time and memory are those of all so far';

/** What a run made. */
export interface PerformedRun {
  /** In the order in which they are written; manifest.json comes last. */
  readonly files: readonly RunFile[];
  /** Broken invariants, one line each. */
  readonly violations: readonly string[];
}

/** Throws TaskError for a task of other code, and for one that is not what its name says. */
export function checkTask({ id, version, text, modules }: RunTask): void {
  const own = codeVersion();
  if (version !== own) {
    throw new TaskError(
      'refused',
      `it is of relaywave ${version}, and this is ${own}: results would be mixed`,
    );
  }
  if (runId(text, modules) !== id) {
    throw new TaskError('refused', `its scenario or its modules are not those of run ${id}`);
  }
}

function asTaskError(error: unknown): unknown {
  if (error instanceof InvariantError) return new TaskError('violation', error.message, { cause: error });
  const isMistake =
    error instanceof ScenarioError || error instanceof ModuleSizeError || error instanceof FailingModuleError;
  return isMistake ? new TaskError('scenario', error.message, { cause: error }) : error;
}

/**
 * Does the run, with the files that it names in `home`/inputs. Throws TaskError, and rejects with the signal's reason
 * when stopped.
 */
export async function performTask(
  task: RunTask,
  home: string,
  options: Pick<RunOptions, 'signal' | 'onProgress'>,
  runner: Runner = runScenario,
): Promise<PerformedRun> {
  checkTask(task);
  const startedAtWallMs = performance.now();
  try {
    const file = join(home, 'runs', task.id, 'scenario.resolved.yaml');
    const { scenario } = scenarioFromText(file, task.text);
    const run = await runner({ ...scenario, threads: task.threads }, options);
    const { outcome } = run;
    const historical = scenario.historical.map(historicalBaseline);
    const reportFromWallMs = performance.now();
    const summary = summarize(outcome, historical);
    const made = dataFiles(chartData(outcome, summary, historical));
    const files: RunFile[] = await Promise.all(
      made.map(async ({ name, content }) => ({ name, bytes: await wholeOf(content) })),
    );
    files.push({ name: 'scenario.resolved.yaml', bytes: Buffer.from(task.text) });
    const nowWallMs = performance.now();
    const manifest = makeManifest({
      summary,
      command: task.command,
      cost: {
        threads: run.threads,
        wallMs: nowWallMs - startedAtWallMs,
        cpuMs: processorMs(),
        phasesWallMs: { ...run.phasesWallMs, report: nowWallMs - reportFromWallMs },
        peakMemoryBytes: peakMemoryBytes(),
      },
      warnings: [...task.notes, ...run.warnings, SHARED_PROCESS],
      thinnedCurves: made.flatMap(({ thinned }) => thinned),
      inputs: populationFiles(scenario.network.population),
      sha256: Object.fromEntries(files.map(({ name, bytes }) => [name, sha256(bytes)])),
    });
    files.push({ name: 'manifest.json', bytes: Buffer.from(formatManifest(manifest)) });
    const violations = outcome.arms.flatMap(({ arm, violations: broken }) =>
      broken.map((violation) => `seed ${scenario.seed}, ${arm.name}: ${violation}`),
    );
    return { files, violations };
  } catch (error) {
    throw options.signal?.aborted === true ? options.signal.reason : asTaskError(error);
  }
}
