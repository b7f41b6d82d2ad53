/**
 * `simulate FILE`: runs a scenario and writes its results.
 *
 * Everything that can be refused is refused before the simulation starts: the scenario, the memory it would
 * need, the folder it would write to. From then on Ctrl-C stops it and leaves nothing behind.
 */

import { join, resolve } from 'node:path';
import type { Phase } from '../arms/run-contract.ts';
import { RUNS_MAX } from '../measure/bootstrap.ts';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import { attended } from './attended.ts';
import { type CommandContext, tellProblems } from './command.ts';
import { UsageError } from './exit-code.ts';
import type { ProgressDisplay } from './progress.ts';
import { repeatLine } from './repeat-line.ts';
import { runFacts } from './run-facts.ts';
import {
  asScenarioError,
  exitCodeOf,
  missingFromAnswer,
  printReport,
  refuseWhatDoesNotFit,
  resolvedText,
  resultsFolder,
  tellViolations,
  unmetAssertions,
  withScaleNote,
} from './run-results.ts';
import { type SimulateOptions, type SimulateSurroundings, SURROUNDINGS } from './simulate-options.ts';
import type { SimulateRooms } from './simulate-rooms.ts';

/** Phases in which this thread has little to do. */
const THREADS_WORK: ReadonlySet<Phase> = new Set(['connect', 'run']);

/** How many runs are asked for. */
function readRuns({ runs = '1', resume }: SimulateOptions): number {
  const count = /^[1-9]\d*$/.test(runs) ? Number(runs) : Number.NaN;
  if (!(count <= RUNS_MAX)) {
    throw new UsageError(
      `--runs ${runs} is not a whole number from 1 to ${RUNS_MAX}`,
      'leave it out for one run',
    );
  }
  if (resume === true && count === 1) {
    throw new UsageError('--resume goes on with several runs', 'say how many with --runs');
  }
  return count;
}

/** Runs the verb; the exit code of what was done. Mistakes and failures are thrown. */
export async function simulate(
  file: string,
  options: SimulateOptions,
  context: CommandContext,
  surroundings: SimulateSurroundings = SURROUNDINGS,
): Promise<number> {
  const { rooms } = surroundings;
  const { userFolder, resultsHome } = context.workplace;
  const runs = readRuns(options);
  const loaded = loadScenario(file, options);
  const { scenario } = loaded;
  refuseWhatDoesNotFit(loaded, surroundings.machine());
  if (runs > 1) {
    const { simulateRuns } = await import('./simulate-runs.ts');
    return await simulateRuns(file, runs, loaded, options, context, surroundings);
  }
  const directory =
    options.out === undefined
      ? join(resultsFolder(loaded, resultsHome), `seed-${scenario.seed}`)
      : resolve(userFolder, options.out);
  const force = options.force === true;
  await rooms.checkTarget(directory, force);

  const isQuiet = options.quiet === true;
  const command = repeatLine(file, scenario.seed, options);
  context.journal.repeatWith = command;
  return attended(context, surroundings, options, async (display, signal) => {
    display.begin?.(runFacts(scenario, 1));
    const run = await runWithProgress(loaded, rooms, display, signal);
    display.update({
      phase: 'report',
      virtualSeconds: scenario.durationSeconds,
      durationSeconds: scenario.durationSeconds,
    });
    const written = await rooms.writeResults({ directory, force }, run, {
      historical: await rooms.historicalBaselines(scenario.historical),
      resolvedScenario: resolvedText(loaded, scenario, directory),
      startedAtWallMs: 0,
      command,
      signal,
    });
    display.written?.(directory);
    display.stop();
    if (!isQuiet) for (const warning of run.warnings) context.err.line(`warning: ${warning}`);
    await printReport(written, options, context, rooms);
    const violations = tellViolations(run);
    for (const violation of violations) context.err.line(`violation: ${violation}`);
    if (violations.length > 0) {
      context.err.line(`seed ${scenario.seed} broke invariants: its figures are not to be trusted`);
      context.err.line(`reproduce with: ${command}`);
    }
    const unmet = unmetAssertions(loaded, written.summary);
    const missing = missingFromAnswer(loaded, written.summary);
    if (unmet.length + missing.length > 0) tellProblems([...unmet, ...missing], context);
    return exitCodeOf(violations.length, unmet, missing);
  });
}

async function runWithProgress(
  loaded: LoadedScenario,
  rooms: SimulateRooms,
  display: ProgressDisplay,
  signal: AbortSignal,
) {
  let isReportPrepared = false;
  const running = new AbortController();
  try {
    const run = await rooms.runScenario(loaded.scenario, {
      signal,
      onPopulation: (population) => display.population?.(population),
      onArmEnded: (arm) => display.armEnded?.(arm),
      // What goes wrong in preparations goes wrong again, and is told, when the report is written.
      onDrawnByHand: (outcome) => void rooms.prepareFigures(outcome, running.signal).catch(() => undefined),
      onProgress: (progress) => {
        if (signal.aborted) return;
        display.update(progress);
        if (!THREADS_WORK.has(progress.phase) || isReportPrepared) return;
        isReportPrepared = true;
        rooms.prepareReport(loaded.scenario.report).catch(() => undefined);
      },
    });
    return withScaleNote(run, loaded);
  } catch (error) {
    throw signal.aborted ? signal.reason : await asScenarioError(error, loaded);
  } finally {
    running.abort();
  }
}
