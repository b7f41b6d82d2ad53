/**
 * `sweep FILE`: the scenario at every combination of the values that it varies.
 *
 * Every point is checked before the first one runs. Each run is written to `point-<n>/seed-<m>` as soon as it is
 * finished; Ctrl-C keeps what is done and `--resume` goes on. What the sweep found stands beside them in `all`.
 */

import { join, resolve } from 'node:path';
import { answeredBy } from '../report/filled-answer.ts';
import { infeasibility } from '../scenario/feasibility.ts';
import { type LoadedScenario, loadScenario, type ScenarioOverrides } from '../scenario/load.ts';
import { ScenarioError } from '../scenario/problem.ts';
import { type LoadedPoint, loadPoints } from '../scenario/sweep-load.ts';
import type { SweepPlan } from '../scenario/sweep-plan.ts';
import { attended } from './attended.ts';
import { type CommandContext, tellProblems } from './command.ts';
import { UsageError } from './exit-code.ts';
import { repeatLine } from './repeat-line.ts';
import { type BatchRun, openRuns, runBatch, seedRuns } from './run-batch.ts';
import { runFacts } from './run-facts.ts';
import { exitCodeOf, missingFromAnswer, resolvedText, resultsFolder } from './run-results.ts';
import { type SimulateSurroundings, SURROUNDINGS } from './simulate-options.ts';
import { shownPath } from './workplace.ts';

export interface SweepOptions extends ScenarioOverrides {
  readonly runs?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly resume?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress?: string;
}

function planOf(file: string, { scenario }: LoadedScenario, { runs }: SweepOptions): SweepPlan {
  const { sweep } = scenario;
  if (sweep === null) {
    throw new UsageError(
      `${file} varies nothing`,
      'add "sweep: { vary: { network.degree: [6, 10, 14] } }" to it',
    );
  }
  if (runs === undefined) return sweep;
  if (!/^[1-9]\d{0,3}$/.test(runs))
    throw new UsageError(`--runs ${runs} is not a whole number from 1 to 9999`, null);
  return { ...sweep, runs: Number(runs) };
}

/** The line that makes one run of a point by itself. */
function commandOf(file: string, seed: number, options: SweepOptions, point: LoadedPoint): string {
  const set = [...(options.set ?? []), ...point.set];
  return repeatLine(file, seed, { ...options, set });
}

function runsOf(
  file: string,
  points: readonly LoadedPoint[],
  plan: SweepPlan,
  options: SweepOptions,
  home: string,
): BatchRun[][] {
  return points.map((point) =>
    seedRuns(point.loaded, plan.runs, join(home, `point-${point.number}`), (seed) =>
      commandOf(file, seed, options, point),
    ),
  );
}

function refuseWhatDoesNotFit(
  base: LoadedScenario,
  points: readonly LoadedPoint[],
  surroundings: SimulateSurroundings,
) {
  const machine = surroundings.machine();
  for (const { loaded } of points) {
    const refusal = infeasibility(loaded.scenario, machine);
    if (refusal !== null) throw new ScenarioError([base.problemAt(['sweep'], refusal.message, refusal.hint)]);
  }
}

/** Runs the verb; the exit code of what was done. */
export async function sweep(
  file: string,
  options: SweepOptions,
  context: CommandContext,
  surroundings: SimulateSurroundings = SURROUNDINGS,
): Promise<number> {
  const { rooms } = surroundings;
  const { userFolder, resultsHome } = context.workplace;
  const base = loadScenario(file, options);
  const plan = planOf(file, base, options);
  const points = loadPoints(file, options, base, plan);
  refuseWhatDoesNotFit(base, points, surroundings);
  const home =
    options.out === undefined
      ? join(resultsFolder(base, resultsHome), 'sweep')
      : resolve(userFolder, options.out);
  const runs = runsOf(file, points, plan, options, home);
  const all = runs.flat();
  const together = join(home, 'all');
  const [force, resume, isQuiet] = [options.force === true, options.resume === true, options.quiet === true];
  const open = await openRuns(all, { rooms, force, resume });
  await rooms.checkTarget(together, force || resume);
  if (!isQuiet) context.err.line(`${points.length} points, ${all.length} runs, ${open.length} of them to do`);

  const command = repeatLine(file, base.scenario.seed, options, { verb: 'sweep', runs: options.runs });
  context.journal.repeatWith = command;
  return attended(context, surroundings, options, async (display, signal) => {
    display.begin?.({ ...runFacts(base.scenario, plan.runs), runs: all.length });
    const violations = await runBatch(open, {
      rooms,
      availableBytes: surroundings.machine().availableBytes,
      force,
      signal,
      display,
      historical: await rooms.historicalBaselines(base.scenario.historical),
      onWritten: (directory) => {
        display.written?.(directory);
        context.journal.left = `finished runs are in ${shownPath(home, userFolder)}, --resume goes on`;
      },
    });
    const written = await rooms.writeSweep(
      { directory: together, force: force || resume },
      await Promise.all(
        runs.map(async (ofPoint) => ({
          directories: ofPoint.map(({ directory }) => directory),
          summaries: await Promise.all(ofPoint.map(({ directory }) => rooms.readSummary(directory))),
        })),
      ),
      {
        scenario: base.scenario,
        plan,
        resolvedScenario: resolvedText(base, base.scenario, together),
        command,
        signal,
      },
    );
    display.written?.(together);
    display.stop();
    if (options.json === true) context.out.write(await rooms.formatSweepSummary(written.summary));
    else {
      const answered = answeredBy(base.scenario, written.summary);
      if (answered !== null) context.out.line(`${answered.question}\n${answered.answer}\n`);
      context.out.line(await rooms.renderSweep(written.summary));
      context.out.line(`\nreport: ${shownPath(together, userFolder)}/report.html`);
    }
    for (const violation of violations) context.err.line(`violation: ${violation}`);
    const missing = missingFromAnswer(base, written.summary);
    if (missing.length > 0) tellProblems(missing, context);
    return exitCodeOf(written.summary.violations, [], missing);
  });
}
