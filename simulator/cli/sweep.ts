/**
 * `sweep FILE`: the scenario at every point of what it varies.
 *
 * Every point is checked before the first one runs. A run is written to `runs/<id>` as soon as it is finished, under a
 * name that stands for its content, and is never done again; Ctrl-C keeps what is done. What the sweep found stands
 * beside the runs in `all`. A shard does its share of the runs and leaves the rest to others: `merge` puts them together.
 */

import { join, resolve } from 'node:path';
import { ResultsError } from '../report/results-error.ts';
import { infeasibility } from '../scenario/feasibility.ts';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import { ScenarioError } from '../scenario/problem.ts';
import { type LoadedPoint, loadPoints } from '../scenario/sweep-load.ts';
import type { SweepPlan } from '../scenario/sweep-plan.ts';
import { parseRedisAddress } from '../sweep/queue/redis-address.ts';
import { runInputs } from '../sweep/run-id.ts';
import { RunStore } from '../sweep/run-store.ts';
import type { RunTask } from '../sweep/run-task.ts';
import { parseShard, runsOfShard, type Shard, WHOLE } from '../sweep/shard.ts';
import {
  isSameSweep,
  readSweepFile,
  SWEEP_FILE,
  type SweepFile,
  writeSweepFile,
} from '../sweep/sweep-file.ts';
import { attended } from './attended.ts';
import type { CommandContext } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { runFacts } from './run-facts.ts';
import { resultsFolder } from './run-results.ts';
import { type SimulateSurroundings, SURROUNDINGS } from './simulate-options.ts';
import type { SweepOptions } from './sweep-options.ts';
import { sweepWork } from './sweep-points.ts';
import { tellSweep, togetherFolder, writeTogether } from './sweep-report.ts';
import { doRunsHere, doRunsOverQueue } from './sweep-runs.ts';
import { shownPath } from './workplace.ts';

export type { SweepOptions } from './sweep-options.ts';

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

function shardOf({ shard, queue }: SweepOptions): Shard {
  if (shard === undefined) return WHOLE;
  if (queue !== undefined) {
    throw new UsageError('--shard and --queue are two ways to share a sweep', 'choose one of them');
  }
  const parsed = parseShard(shard);
  if (parsed === null) {
    throw new UsageError(`--shard ${shard} is not i/n`, 'the third of eight is --shard 3/8; i counts from 1');
  }
  return parsed;
}

function refuseWhatDoesNotFit(
  base: LoadedScenario,
  points: readonly LoadedPoint[],
  surroundings: SimulateSurroundings,
) {
  const machine = surroundings.machine();
  for (const { scenario } of points) {
    const refusal = infeasibility(scenario, machine);
    if (refusal !== null) throw new ScenarioError([base.problemAt(['sweep'], refusal.message, refusal.hint)]);
  }
}

/** Refuses a folder that holds another sweep, unless it may be replaced. */
async function refuseOtherSweep(home: string, file: SweepFile): Promise<void> {
  const there = await readSweepFile(home);
  if (there === null || isSameSweep(there, file)) return;
  const message =
    `${join(home, SWEEP_FILE)} is of another sweep, or of another version; --resume keeps the runs that both have, ` +
    '--out DIR writes elsewhere';
  throw new ResultsError('exists', home, message);
}

/** The tasks that are not done yet. What is damaged counts as not done, and is told. */
async function openTasks(
  tasks: readonly RunTask[],
  store: RunStore,
  force: boolean,
  tell: (line: string) => void,
): Promise<RunTask[]> {
  if (force) return [...tasks];
  const open: RunTask[] = [];
  for (const task of tasks) {
    const found = await store.find(task.id, task.text);
    if (found.state === 'whole') continue;
    if (found.state === 'damaged') tell(`${store.directoryOf(task.id)}: ${found.why}; it is done again`);
    open.push(task);
  }
  return open;
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
  const shard = shardOf(options);
  const address = options.queue === undefined ? null : parseRedisAddress(options.queue);
  const base = loadScenario(file, options);
  const plan = planOf(file, base, options);
  const points = loadPoints(file, options, base, plan);
  if (address === null) refuseWhatDoesNotFit(base, points, surroundings);
  const home =
    options.out === undefined
      ? join(resultsFolder(base, resultsHome), 'sweep')
      : resolve(userFolder, options.out);
  const work = sweepWork(file, base, plan, points, options);
  const store = new RunStore(home);
  const together = togetherFolder(home);
  const [force, resume, isQuiet] = [options.force === true, options.resume === true, options.quiet === true];
  const isWhole = shard.count === 1;
  const tell = (line: string): void => {
    if (!isQuiet) context.err.line(line);
  };
  if (!force && !resume) await refuseOtherSweep(home, work.file);
  if (isWhole) await rooms.checkTarget(together, force || resume);
  const own = runsOfShard(work.tasks, shard);
  const open = await openTasks(own, store, force, tell);
  const part = isWhole ? '' : `, ${own.length} in shard ${shard.index}/${shard.count}`;
  tell(`${points.length} points, ${work.tasks.length} runs${part}, ${open.length} of them to do`);

  context.journal.repeatWith = work.file.command;
  return attended(context, surroundings, options, async (display, signal) => {
    display.begin?.({ ...runFacts(base.scenario, plan.runs), runs: own.length });
    await writeSweepFile(home, work.file);
    await store.keepInputs(points.flatMap(({ scenario }) => runInputs(scenario)));
    context.journal.left = `finished runs are in ${shownPath(home, userFolder)}, --resume goes on`;
    const doing = { display, signal, surroundings, tell };
    const scenarios = points.map(({ scenario }) => scenario);
    const broken =
      address === null
        ? await doRunsHere(open, work, store, scenarios, doing)
        : await doRunsOverQueue(open, work, store, address, doing);
    for (const line of broken) context.err.line(line);
    if (!isWhole) {
      display.stop();
      context.out.line(
        `${shownPath(home, userFolder)}: ${own.length} runs of shard ${shard.index}/${shard.count}`,
      );
      return broken.length > 0 ? EXIT.failed : EXIT.ok;
    }
    const written = await writeTogether(home, work.file, base, plan, {
      rooms,
      force: force || resume,
      signal,
    });
    display.written?.(together);
    display.stop();
    return tellSweep(written, base, options, context, rooms);
  });
}
