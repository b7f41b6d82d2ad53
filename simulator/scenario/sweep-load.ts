/** The scenarios of a sweep: the text of the file once for each combination, with its values put in. */

import { knownModules } from './known-modules.ts';
import { type LoadedScenario, type ScenarioOverrides, scenarioFromText } from './load.ts';
import { type Problem, ScenarioError } from './problem.ts';
import type { Scenario } from './scenario.ts';
import { readSource } from './source.ts';
import { type SweepPlan, type SweepPoint, sweepPoints } from './sweep-plan.ts';

/** Of a sweep with a mistake in every point, so many are told. */
const PROBLEMS_TOLD = 10;

export interface LoadedPoint {
  /** From 1, in the order of `sweepPoints`. */
  readonly number: number;
  readonly values: SweepPoint;
  /** The changes that make the point of the file, as --set takes them. */
  readonly set: readonly string[];
  /** Without what it was read from, of which a large sweep would hold thousands. */
  readonly scenario: Scenario;
}

/** `network.relays=500`, `updates[0].size="20 KiB"`: strings quoted, so that YAML takes them for nothing else. */
function changes({ axes }: SweepPlan, values: SweepPoint): string[] {
  return axes.map(({ path }, axis) => `${path}=${JSON.stringify(values[axis])}`);
}

/** A mistake of one point, at the axis that it comes from. */
function placed(problem: Problem, base: LoadedScenario, plan: SweepPlan, values: SweepPoint): Problem {
  const axis = plan.axes.findIndex(
    ({ path }) => problem.file.startsWith(`--set ${path}=`) || problem.path === path,
  );
  const { path } = plan.axes[Math.max(0, axis)] ?? { path: '' };
  const where = plan.axes.map((one, index) => `${one.path}=${values[index]}`).join(', ');
  const what = problem.path === '' || problem.path === path ? '' : `${problem.path}: `;
  const isDrawn = plan.axes[axis]?.range !== undefined && /whole number/.test(problem.message);
  const hint = isDrawn ? 'add "whole: true" to the range' : problem.hint;
  return base.problemAt(['sweep', 'vary', path], `at ${where}: ${what}${problem.message}`, hint);
}

/** A mistake of a range shows in nearly every point: it is told once for each key, with the number of points. */
class ProblemsByKey {
  private readonly found = new Map<string, { readonly problem: Problem; points: number }>();

  add(key: string, problem: Problem): void {
    const known = this.found.get(key);
    if (known === undefined) this.found.set(key, { problem, points: 1 });
    else known.points++;
  }

  told(): Problem[] {
    return [...this.found.values()].map(({ problem, points }) => {
      const more = points === 1 ? '' : ` (${points - 1} more of this kind)`;
      return { ...problem, message: `${problem.message}${more}` };
    });
  }
}

/** Reads every point; throws `ScenarioError` with what is wrong with any of them. */
export function loadPoints(
  file: string,
  overrides: ScenarioOverrides,
  base: LoadedScenario,
  plan: SweepPlan,
): LoadedPoint[] {
  const text = readSource(file, 'scenario file');
  const modules = knownModules();
  const problems = new ProblemsByKey();
  const points = sweepPoints(plan).flatMap((values, index): LoadedPoint[] => {
    const set = changes(plan, values);
    try {
      const all = [...(overrides.set ?? []), ...set, 'sweep=null'];
      const { scenario } = scenarioFromText(file, text, { ...overrides, set: all }, { modules });
      return [{ number: index + 1, values, set, scenario }];
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      for (const problem of error.problems) {
        const at = placed(problem, base, plan, values);
        problems.add(`${at.path} ${problem.path}`, at);
      }
      return [];
    }
  });
  const told = problems.told();
  if (told.length > 0) throw new ScenarioError(told.slice(0, PROBLEMS_TOLD));
  return points;
}
