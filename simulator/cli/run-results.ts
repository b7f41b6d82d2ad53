/** What is said of a run once it has ended, and of one that could not be. */

import { join, relative } from 'node:path';
import type { FinishedRun } from '../arms/run-contract.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { ScenarioError } from '../scenario/problem.ts';
import { PACKAGE_FOLDER } from './workplace.ts';

/** A module that cannot have the size asked for is the scenario's mistake, found when it is built. */
export async function asScenarioError(error: unknown, loaded: LoadedScenario): Promise<unknown> {
  const { ModuleSizeError } = await import('../arms/release.ts');
  if (!(error instanceof ModuleSizeError)) return error;
  const index = loaded.scenario.updates.findIndex(({ module }) =>
    error.message.includes(`module ${module} `),
  );
  return new ScenarioError([loaded.problemAt(['updates', Math.max(0, index), 'size'], error.message, null)]);
}

/** Broken invariants of a run, one line each. */
export function tellViolations(run: FinishedRun, prefix = ''): string[] {
  return run.outcome.arms.flatMap(({ arm, violations }) =>
    violations.map((violation) => `${prefix}${arm.name}: ${violation}`),
  );
}

/** Where editors find the schema for the resolved scenario in a folder of results. */
export function schemaPathFrom(directory: string): string {
  const path = relative(directory, join(PACKAGE_FOLDER, 'scenarios', 'schema.json')).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
}
