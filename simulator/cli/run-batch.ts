/**
 * A batch of runs: each in a folder of its own, several at a time, and those that are done already left alone.
 *
 * A folder counts as done when it holds this very scenario, seed and version. An interruption keeps what is done.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FinishedRun } from '../arms/run-contract.ts';
import type { HistoricalBaseline } from '../baseline/historical.ts';
import { wallNowMs } from '../engine/wall.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { ScenarioError } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { runSeeds, seededScenarios } from '../sweep/run-seeds.ts';
import { concurrencyFor } from '../sweep/task-pool.ts';
import type { ProgressDisplay } from './progress.ts';
import { asScenarioError, resolvedText, tellViolations, withScaleNote } from './run-results.ts';
import type { SimulateRooms } from './simulate-rooms.ts';

const SEED_MAX = 0xffffffff;
const SHARED_PROCESS = 'several runs shared the process: processor time and memory are those of all so far';

export interface BatchRun {
  readonly loaded: LoadedScenario;
  readonly scenario: Scenario;
  readonly directory: string;
  /** What scenario.resolved.yaml will hold. */
  readonly resolved: string;
  /** The command that repeats this run alone. */
  readonly command: string;
}

/** The runs of a scenario with `count` seeds, in folders `seed-<n>` of `home`. */
export function seedRuns(
  loaded: LoadedScenario,
  count: number,
  home: string,
  commandOf: (seed: number) => string,
): BatchRun[] {
  const { scenario } = loaded;
  if (scenario.seed + count - 1 > SEED_MAX) {
    const message = `${count} runs from seed ${scenario.seed} go beyond ${SEED_MAX}, the last seed`;
    throw new ScenarioError([loaded.problemAt(['seed'], message, 'start from a lower seed')]);
  }
  return seededScenarios(scenario, count).map((seeded) => {
    const directory = join(home, `seed-${seeded.seed}`);
    // Threads change no result, and a machine's number of them must not keep another from going on.
    const resolved = resolvedText(loaded, { ...seeded, threads: scenario.threads }, directory);
    return { loaded, scenario: seeded, directory, resolved, command: commandOf(seeded.seed) };
  });
}

/** The text without comments: the path to the schema depends on the folder. */
function withoutComments(yaml: string): string {
  return yaml
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
}

async function isDone({ directory, resolved }: BatchRun, version: string): Promise<boolean> {
  try {
    const manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as {
      versions?: { relaywave?: string };
    };
    const written = await readFile(join(directory, 'scenario.resolved.yaml'), 'utf8');
    return manifest.versions?.relaywave === version && withoutComments(written) === withoutComments(resolved);
  } catch {
    return false;
  }
}

export interface BatchOptions {
  readonly rooms: SimulateRooms;
  readonly availableBytes: number;
  readonly force: boolean;
  readonly signal: AbortSignal;
  readonly display: ProgressDisplay;
  readonly historical: readonly HistoricalBaseline[];
  /** Called after each run that was written, with its folder. */
  readonly onWritten: (directory: string) => void;
}

/** Which runs are still to do. Throws `ResultsError` where a folder is taken by something else. */
export async function openRuns(
  runs: readonly BatchRun[],
  {
    rooms,
    force,
    resume,
  }: { readonly rooms: SimulateRooms; readonly force: boolean; readonly resume: boolean },
): Promise<BatchRun[]> {
  const version = await rooms.version();
  const open: BatchRun[] = [];
  for (const run of runs) {
    if (resume && (await isDone(run, version))) continue;
    await rooms.checkTarget(run.directory, force);
    open.push(run);
  }
  return open;
}

/** Does the runs and writes each; broken invariants come back, one line each. Rejects with the signal's reason. */
export async function runBatch(runs: readonly BatchRun[], options: BatchOptions): Promise<string[]> {
  const { rooms, force, signal, display, historical, onWritten } = options;
  if (runs.length === 0) return [];
  const runOf = new Map(runs.map((run) => [run.scenario, run]));
  const violations: string[] = [];
  const startedAtWallMs = wallNowMs();
  try {
    await runSeeds([...runOf.keys()], rooms.runScenario, {
      concurrency: concurrencyFor(
        runs.map(({ scenario }) => scenario),
        options.availableBytes,
      ),
      signal,
      onProgress: (progress) => {
        if (!signal.aborted) display.update(progress);
      },
      onFinished: async (finished, scenario) => {
        const run = runOf.get(scenario) as BatchRun;
        await rooms.writeResults({ directory: run.directory, force }, withWarning(finished, run.loaded), {
          historical,
          resolvedScenario: run.resolved,
          startedAtWallMs,
          command: run.command,
          signal,
        });
        onWritten(run.directory);
        violations.push(...tellViolations(finished, `seed ${scenario.seed}, `));
      },
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : await asScenarioError(error, (runs[0] as BatchRun).loaded);
  }
  return violations;
}

function withWarning(run: FinishedRun, loaded: LoadedScenario): FinishedRun {
  const noted = withScaleNote(run, loaded);
  return { ...noted, warnings: [...noted.warnings, SHARED_PROCESS] };
}
