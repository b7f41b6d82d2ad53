/** The runs that a sweep consists of, each as a task and with the place where its mistakes are told. */

import type { LoadedScenario } from '../scenario/load.ts';
import { type Problem, ScenarioError } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { LoadedPoint } from '../scenario/sweep-load.ts';
import type { SweepPlan } from '../scenario/sweep-plan.ts';
import { codeVersion } from '../sweep/code-version.ts';
import { runInputs, storedText } from '../sweep/run-id.ts';
import { seededScenarios } from '../sweep/run-seeds.ts';
import { type RunTask, runTask } from '../sweep/run-task.ts';
import type { SweepFile } from '../sweep/sweep-file.ts';
import { repeatLine } from './repeat-line.ts';
import type { SweepOptions } from './sweep-options.ts';

const SEED_MAX = 0xffffffff;

export interface SweepWork {
  readonly file: SweepFile;
  /** Every run once, in the order of the points. */
  readonly tasks: readonly RunTask[];
  /** "at network.degree=6, seed 2". */
  readonly nameOf: (task: RunTask) => string;
  /** A mistake that a run met, told at the sweep of the scenario's file. */
  readonly problemOf: (task: RunTask, message: string) => Problem;
}

/** Throws ScenarioError where seeds would run out. */
function refuseSeedsBeyond({ scenario, problemAt }: LoadedScenario, { runs }: SweepPlan): void {
  if (scenario.seed + runs - 1 <= SEED_MAX) return;
  const message = `${runs} runs from seed ${scenario.seed} go beyond ${SEED_MAX}, the last seed`;
  throw new ScenarioError([problemAt(['seed'], message, 'start from a lower seed')]);
}

function pointName({ axes }: SweepPlan, { values }: LoadedPoint): string {
  return axes.map(({ path }, axis) => `${path}=${values[axis]}`).join(', ');
}

/** The scenario with its sweep as it stands in the folder `all`. */
function sweepText(scenario: Scenario, scaled: string | null): string {
  const text = storedText(scenario, '../inputs');
  return scaled === null ? text : `# ${scaled}\n${text}`;
}

/** The work of a sweep. Throws ScenarioError. */
export function sweepWork(
  file: string,
  base: LoadedScenario,
  plan: SweepPlan,
  points: readonly LoadedPoint[],
  options: SweepOptions,
): SweepWork {
  refuseSeedsBeyond(base, plan);
  const scaled = base.scaled?.summary ?? null;
  const tasks = new Map<string, RunTask>();
  const nameOf = new Map<string, string>();
  const filePoints = points.map((point) => {
    const set = [...(options.set ?? []), ...point.set];
    const inputs = runInputs(point.scenario).map(({ name }) => name);
    const runs = seededScenarios(point.scenario, plan.runs).map((seeded) => {
      const command = repeatLine(file, seeded.seed, { ...options, set });
      const task = runTask(seeded, inputs, { command, notes: scaled === null ? [] : [scaled] });
      if (!tasks.has(task.id)) tasks.set(task.id, task);
      nameOf.set(task.id, `at ${pointName(plan, point)}, seed ${seeded.seed}`);
      return task.id;
    });
    const values = Object.fromEntries(plan.axes.map(({ path }, axis) => [path, point.values[axis] ?? '']));
    return { values, runs };
  });
  const scenario = { ...base.scenario, sweep: plan };
  return {
    file: {
      format: 1,
      version: codeVersion(),
      command: repeatLine(file, base.scenario.seed, options, { verb: 'sweep', runs: options.runs }),
      scaled,
      scenario: sweepText(scenario, scaled),
      points: filePoints,
    },
    tasks: [...tasks.values()],
    nameOf: ({ id }) => nameOf.get(id) ?? id,
    problemOf: ({ id }, message) => base.problemAt(['sweep'], `${nameOf.get(id)}: ${message}`, null),
  };
}
