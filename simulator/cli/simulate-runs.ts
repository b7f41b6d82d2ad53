/**
 * `simulate FILE --runs N`: the scenario with N seeds, several runs at a time, and what they say together.
 *
 * Each run is written to a folder of its own, `seed-<n>`, as soon as it is finished, so Ctrl-C keeps what is done
 * and `--resume` goes on from there. The merged results stand beside them in `seeds-<first>-<last>`.
 */

import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { FinishedRun } from '../arms/run-contract.ts';
import { wallNowMs } from '../engine/wall.ts';
import { memoryEstimateBytes } from '../scenario/feasibility.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { ScenarioError } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { runSeeds, seededScenarios } from '../sweep/run-seeds.ts';
import { type CommandContext, tellProblems } from './command.ts';
import { progressDisplay } from './progress.ts';
import { repeatLine } from './repeat-line.ts';
import {
  asScenarioError,
  exitCodeOf,
  missingFromAnswer,
  resolvedText,
  resultsFolder,
  tellViolations,
  unmetAssertions,
  withScaleNote,
} from './run-results.ts';
import type { SimulateOptions, SimulateSurroundings } from './simulate-options.ts';
import { shownPath } from './workplace.ts';

const SEED_MAX = 0xffffffff;
const SHARED_PROCESS = 'several runs shared the process: processor time and memory are those of all so far';

interface SeedFolder {
  readonly scenario: Scenario;
  readonly directory: string;
  /** What scenario.resolved.yaml will hold. */
  readonly resolved: string;
}

/** How many runs fit the machine at a time. */
function concurrencyFor({ network }: Scenario, count: number, availableBytes: number): number {
  const fitting = Math.floor(availableBytes / memoryEstimateBytes(network.relays, network.degree));
  return Math.max(1, Math.min(count, availableParallelism(), fitting));
}

/** The text without comments: the path to the schema depends on the folder. */
function withoutComments(yaml: string): string {
  return yaml
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
}

/** Whether a folder holds the finished run of this very scenario, seed and version. */
async function isDone({ directory, resolved }: SeedFolder, version: string): Promise<boolean> {
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

function seedFolders(loaded: LoadedScenario, count: number, home: string): SeedFolder[] {
  const { scenario } = loaded;
  if (scenario.seed + count - 1 > SEED_MAX) {
    const message = `${count} runs from seed ${scenario.seed} go beyond ${SEED_MAX}, the last seed`;
    throw new ScenarioError([loaded.problemAt(['seed'], message, 'start from a lower seed')]);
  }
  return seededScenarios(scenario, count).map((seeded) => {
    const directory = join(home, `seed-${seeded.seed}`);
    // Threads change no result, and a machine's number of them must not keep another from going on.
    const resolved = resolvedText(loaded, { ...seeded, threads: scenario.threads }, directory);
    return { scenario: seeded, directory, resolved };
  });
}

/** Runs the verb for two runs or more; the exit code of what was done. */
export async function simulateRuns(
  file: string,
  count: number,
  loaded: LoadedScenario,
  options: SimulateOptions,
  context: CommandContext,
  surroundings: SimulateSurroundings,
): Promise<number> {
  const { rooms } = surroundings;
  const { userFolder, resultsHome } = context.workplace;
  const { scenario } = loaded;
  const home =
    options.out === undefined ? resultsFolder(loaded, resultsHome) : resolve(userFolder, options.out);
  const folders = seedFolders(loaded, count, home);
  const last = scenario.seed + count - 1;
  const together = join(home, `seeds-${scenario.seed}-${last}`);
  const force = options.force === true;
  const isQuiet = options.quiet === true;
  const version = await rooms.version();
  const done = new Set<SeedFolder>();
  for (const folder of folders) {
    if (options.resume === true && (await isDone(folder, version))) done.add(folder);
    else await rooms.checkTarget(folder.directory, force);
  }
  // What was merged before is merged again from the same files.
  await rooms.checkTarget(together, force || options.resume === true);
  if (done.size > 0 && !isQuiet) context.err.line(`${done.size} of ${count} runs are done already`);

  const display = progressDisplay(context.err, isQuiet);
  const watch = surroundings.watch(() => {
    display.stop();
    if (!isQuiet) context.err.line('stopping; once more to exit at once');
  });
  const command = `${repeatLine(file, scenario.seed, options)} --runs ${count}`;
  context.journal.repeatWith = command;
  try {
    const historical = await rooms.historicalBaselines(scenario.historical);
    const folderOf = new Map(folders.map((folder) => [folder.scenario, folder]));
    const violations: string[] = [];
    const startedAtWallMs = wallNowMs();
    await runSeeds(
      folders.filter((folder) => !done.has(folder)).map((folder) => folder.scenario),
      rooms.runScenario,
      {
        concurrency: concurrencyFor(scenario, count, surroundings.machine().availableBytes),
        signal: watch.signal,
        onProgress: (progress) => {
          if (!watch.signal.aborted) display.update(progress);
        },
        onFinished: async (run, seeded) => {
          const folder = folderOf.get(seeded) as SeedFolder;
          await rooms.writeResults(
            { directory: folder.directory, force },
            withWarning(withScaleNote(run, loaded)),
            {
              historical,
              resolvedScenario: folder.resolved,
              startedAtWallMs,
              command: repeatLine(file, seeded.seed, options),
              signal: watch.signal,
            },
          );
          context.journal.left = `finished runs are in ${shownPath(home, userFolder)}, --resume goes on`;
          violations.push(...tellViolations(run, `seed ${seeded.seed}, `));
        },
      },
    ).catch(async (error: unknown) => {
      throw watch.signal.aborted ? watch.signal.reason : await asScenarioError(error, loaded);
    });
    const runs = await Promise.all(folders.map(({ directory }) => rooms.readRun(directory)));
    const written = await rooms.writeRuns(
      { directory: together, force: force || options.resume === true },
      runs,
      {
        scenario,
        historical,
        command,
        signal: watch.signal,
      },
    );
    display.stop();
    if (options.json === true) context.out.write(await rooms.formatSummary(written.summary));
    else {
      const facts = {
        ...written,
        directory: shownPath(together, userFolder),
        colour: context.out.colour,
        width: context.out.columns,
      };
      context.out.line(await rooms.renderTerminalReport(written.summary, facts));
    }
    for (const violation of violations) context.err.line(`violation: ${violation}`);
    if (written.summary.violations > 0) context.err.line(`reproduce with: ${command}`);
    const unmet = unmetAssertions(loaded, written.summary);
    const missing = missingFromAnswer(loaded, written.summary);
    if (unmet.length + missing.length > 0) tellProblems([...unmet, ...missing], context);
    return exitCodeOf(written.summary.violations, unmet, missing);
  } finally {
    display.stop();
    watch.stop();
  }
}

function withWarning(run: FinishedRun): FinishedRun {
  return { ...run, warnings: [...run.warnings, SHARED_PROCESS] };
}
