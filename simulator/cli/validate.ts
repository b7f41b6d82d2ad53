/** `validate FILE...`: checks scenarios without running them. */

import { infeasibility } from '../scenario/feasibility.ts';
import { loadScenario } from '../scenario/load.ts';
import { type Problem, ScenarioError } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type CommandContext, tellProblems } from './command.ts';
import { EXIT } from './exit-code.ts';

export interface ValidateOptions {
  readonly set?: readonly string[];
  readonly scale?: string;
}

function portrait({ network, engine, updates, arms }: Scenario): string {
  const modules = updates.map(({ module }) => module).join(', ');
  const armNames = arms.map(({ name }) => name).join(', ');
  return `${network.relays} relays, engine ${engine}, module ${modules}, arms ${armNames}`;
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
      const { scenario, scaled } = loadScenario(file, options);
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
