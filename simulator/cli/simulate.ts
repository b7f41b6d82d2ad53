/**
 * `simulate FILE`: runs a scenario and writes its results.
 *
 * Everything that can be refused is refused before the simulation starts: the scenario, the memory it would
 * need, the folder it would write to. From then on Ctrl-C stops it and leaves nothing behind.
 */

import { join, relative, resolve } from 'node:path';
import { infeasibility, type Machine, thisMachine } from '../scenario/feasibility.ts';
import { type LoadedScenario, loadScenario, type ScenarioOverrides } from '../scenario/load.ts';
import { ScenarioError } from '../scenario/problem.ts';
import { resolvedYaml } from '../scenario/scenario-yaml.ts';
import type { CommandContext } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { type InterruptWatch, watchInterrupts } from './interrupt.ts';
import { type ProgressDisplay, progressDisplay } from './progress.ts';
import { repeatLine } from './repeat-line.ts';
import { SIMULATE_ROOMS, type SimulateRooms } from './simulate-rooms.ts';
import { PACKAGE_FOLDER, shownPath } from './workplace.ts';

/** Options as commander hands them over. */
export interface SimulateOptions extends ScenarioOverrides {
  readonly runs?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly resume?: boolean;
}

/** What a test replaces. */
export interface SimulateSurroundings {
  readonly rooms: SimulateRooms;
  readonly machine: () => Machine;
  readonly watch: (onFirst: () => void) => InterruptWatch;
}

const SURROUNDINGS: SimulateSurroundings = {
  rooms: SIMULATE_ROOMS,
  machine: thisMachine,
  watch: (onFirst) => watchInterrupts({ source: process, onFirst, exitNow: (code) => process.exit(code) }),
};

function refuseWhatIsNotThere({ runs, resume }: SimulateOptions): void {
  if (runs !== undefined && !/^[1-9]\d*$/.test(runs)) {
    throw new UsageError(`--runs ${runs} is not a whole number above 0`, 'leave it out for one run');
  }
  if (runs !== undefined && runs !== '1') {
    throw new UsageError(
      `--runs ${runs}: several runs at once are not available in this version`,
      'vary --seed',
    );
  }
  if (resume === true) {
    throw new UsageError(
      '--resume is not available in this version',
      'start again; --force replaces old results',
    );
  }
}

function refuseWhatDoesNotFit(loaded: LoadedScenario, machine: Machine): void {
  const refusal = infeasibility(loaded.scenario, machine);
  if (refusal === null) return;
  throw new ScenarioError([loaded.problemAt(['network', 'relays'], refusal.message, refusal.hint)]);
}

/** A module that cannot have the size asked for is the scenario's mistake, found when it is built. */
async function asScenarioError(error: unknown, loaded: LoadedScenario): Promise<unknown> {
  const { ModuleSizeError } = await import('../arms/release.ts');
  if (!(error instanceof ModuleSizeError)) return error;
  const index = loaded.scenario.updates.findIndex(({ module }) =>
    error.message.includes(`module ${module} `),
  );
  return new ScenarioError([loaded.problemAt(['updates', Math.max(0, index), 'size'], error.message, null)]);
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
  refuseWhatIsNotThere(options);
  const loaded = loadScenario(file, options);
  const { scenario } = loaded;
  refuseWhatDoesNotFit(loaded, surroundings.machine());
  const directory =
    options.out === undefined
      ? join(resultsHome, 'results', scenario.name, `seed-${scenario.seed}`)
      : resolve(userFolder, options.out);
  const force = options.force === true;
  await rooms.checkTarget(directory, force);

  const isQuiet = options.quiet === true;
  const display = progressDisplay(context.err, isQuiet);
  const watch = surroundings.watch(() => {
    display.stop();
    if (!isQuiet) context.err.line('stopping; once more to exit at once');
  });
  const command = repeatLine(file, scenario.seed, options);
  context.journal.repeatWith = command;
  try {
    const run = await runWithProgress(loaded, rooms, display, watch.signal);
    display.update({
      phase: 'report',
      virtualSeconds: scenario.durationSeconds,
      durationSeconds: scenario.durationSeconds,
    });
    const written = await rooms.writeResults({ directory, force }, run, {
      historical: await rooms.historicalBaselines(scenario.historical),
      resolvedScenario: resolvedYaml(scenario, schemaPathFrom(directory), (path) =>
        relative(directory, path).replaceAll('\\', '/'),
      ),
      startedAtWallMs: 0,
      command,
      signal: watch.signal,
    });
    display.stop();
    if (!isQuiet) for (const warning of run.warnings) context.err.line(`warning: ${warning}`);
    if (options.json === true) context.out.write(await rooms.formatSummary(written.summary));
    else {
      const facts = {
        ...written,
        directory: shownPath(directory, userFolder),
        colour: context.out.colour,
        width: context.out.columns,
      };
      context.out.line(await rooms.renderTerminalReport(written.summary, facts));
    }
    const violations = run.outcome.arms.flatMap(({ arm, violations }) => {
      return violations.map((violation) => `${arm.name}: ${violation}`);
    });
    for (const violation of violations) context.err.line(`violation: ${violation}`);
    if (violations.length > 0) context.err.line(`reproduce with: ${command}`);
    return violations.length > 0 ? EXIT.failed : EXIT.ok;
  } finally {
    display.stop();
    watch.stop();
  }
}

async function runWithProgress(
  loaded: LoadedScenario,
  rooms: SimulateRooms,
  display: ProgressDisplay,
  signal: AbortSignal,
) {
  let isReportPrepared = false;
  try {
    return await rooms.runScenario(loaded.scenario, {
      signal,
      onProgress: (progress) => {
        if (signal.aborted) return;
        display.update(progress);
        if (progress.phase !== 'run' || isReportPrepared) return;
        isReportPrepared = true;
        // What goes wrong here goes wrong again, and is told, when the report is written.
        rooms.prepareReport().catch(() => undefined);
      },
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : await asScenarioError(error, loaded);
  }
}

/** Where editors find the schema for the resolved scenario in a folder of results. */
function schemaPathFrom(directory: string): string {
  const path = relative(directory, join(PACKAGE_FOLDER, 'scenarios', 'schema.json')).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
}
