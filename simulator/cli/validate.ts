/** `validate FILE...`: checks scenarios without running them. */

import { engineLabel } from '../scenario/engines.ts';
import { infeasibility } from '../scenario/feasibility.ts';
import { loadScenario } from '../scenario/load.ts';
import { type Problem, ScenarioError } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { loadPoints } from '../scenario/sweep-load.ts';
import { sweepPointCount } from '../scenario/sweep-plan.ts';
import { type CommandContext, tellProblems } from './command.ts';
import { EXIT } from './exit-code.ts';

export interface ValidateOptions {
  readonly set?: readonly string[];
  readonly scale?: string;
}

function portrait(scenario: Scenario): string {
  const { network, updates, arms, sweep } = scenario;
  const modules = updates.map(({ module }) => module).join(', ');
  const armNames = arms.map(({ name }) => name).join(', ');
  const points = sweep === null ? '' : `, sweep of ${sweepPointCount(sweep)} points`;
  return `${network.relays} relays, engine ${engineLabel(scenario)}, module ${modules}, arms ${armNames}${points}`;
}

/** Prints a line for each file that is right and the problems of the others; tells the exit code. */
export function validate(
  files: readonly string[],
  options: ValidateOptions,
  context: CommandContext,
): number {
  const problems: Problem[] = [];
  for (const file of files) {
    try {
      const loaded = loadScenario(file, options);
      const { scenario, scaled } = loaded;
      // A point that cannot be is a mistake of the file, and is better found now than when the sweep starts.
      if (scenario.sweep !== null) loadPoints(file, options, loaded, scenario.sweep);
      context.out.line(`${file}: ok (${portrait(scenario)})${scaled === null ? '' : `, ${scaled.summary}`}`);
      const refusal = infeasibility(scenario);
      if (refusal !== null)
        context.err.line(`warning: ${file} will not run on this machine: ${refusal.message}`);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length === 0) return EXIT.ok;
  tellProblems(problems, context);
  return EXIT.usage;
}
