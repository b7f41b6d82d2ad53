/** What is said of a run once it has ended, and of one that could not be. */

import { join, relative } from 'node:path';
import type { FinishedRun } from '../arms/run-contract.ts';
import { missingFigures } from '../measure/answer-figures.ts';
import type { Summary } from '../measure/summary.ts';
import type { SweepSummary } from '../measure/sweep-summary.ts';
import { foundInWords } from '../report/assertion-words.ts';
import type { RunCost } from '../report/manifest.ts';
import type { TerminalFacts } from '../report/terminal.ts';
import { infeasibility, type Machine } from '../scenario/feasibility.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { type Problem, ScenarioError } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { resolvedYaml } from '../scenario/scenario-yaml.ts';
import type { CommandContext } from './command.ts';
import { EXIT } from './exit-code.ts';
import type { SimulateOptions } from './simulate-options.ts';
import type { SimulateRooms } from './simulate-rooms.ts';
import { PACKAGE_FOLDER, shownPath } from './workplace.ts';

/** Throws ScenarioError for a scenario that this machine cannot hold. */
export function refuseWhatDoesNotFit(loaded: LoadedScenario, machine: Machine): void {
  const refusal = infeasibility(loaded.scenario, machine);
  if (refusal === null) return;
  throw new ScenarioError([loaded.problemAt(['network', 'relays'], refusal.message, refusal.hint)]);
}

/** What only the run shows to be the scenario's mistake: a size that a module cannot have, an engine that cannot follow. */
export async function asScenarioError(error: unknown, loaded: LoadedScenario): Promise<unknown> {
  const { ModuleSizeError } = await import('../arms/release.ts');
  const { FailingModuleError } = await import('../engine/model/failing-module.ts');
  const { WireError } = await import('../engine/wire/wire-error.ts');
  if (error instanceof WireError && error.path !== null)
    return new ScenarioError([loaded.problemAt(error.path, error.message, error.hint)]);
  if (!(error instanceof ModuleSizeError || error instanceof FailingModuleError)) return error;
  const index = loaded.scenario.updates.findIndex(({ module }) =>
    error.message.includes(`module ${module} `),
  );
  const key = error instanceof ModuleSizeError ? 'size' : 'module';
  return new ScenarioError([loaded.problemAt(['updates', Math.max(0, index), key], error.message, null)]);
}

/** Broken invariants of a run, one line each. */
export function tellViolations(run: FinishedRun, prefix = ''): string[] {
  return run.outcome.arms.flatMap(({ arm, violations }) =>
    violations.map((violation) => `${prefix}${arm.name}: ${violation}`),
  );
}

/** Prints what was written: the summary alone with --json, otherwise the report for a terminal. */
export async function printReport(
  written: Written,
  { json }: Pick<SimulateOptions, 'json'>,
  { out, workplace }: CommandContext,
  rooms: SimulateRooms,
): Promise<void> {
  if (json === true) {
    out.write(await rooms.formatSummary(written.summary));
    return;
  }
  const facts = {
    ...written,
    directory: shownPath(written.directory, workplace.userFolder),
    colour: out.colour,
    width: out.columns,
  };
  out.line(await rooms.renderTerminalReport(written.summary, facts));
}

type Written = RunCost &
  Pick<TerminalFacts, 'directory' | 'curves' | 'answered'> & { readonly summary: Summary };

/** What the scenario asserts and the run is not, each at its line of the file. */
export function unmetAssertions(loaded: LoadedScenario, { assertions = [] }: Summary): Problem[] {
  return assertions.flatMap((result, index) => {
    if (result.holds) return [];
    const message = `${result.assert} does not hold: ${result.found === null ? '' : 'found '}${foundInWords(result)}`;
    return [loaded.problemAt(['assert', index], message, null)];
  });
}

/**
 * Figures that the scenario's answer names and the summary has not, each at its place in the file. One run of a scenario
 * that varies something does not answer it.
 */
export function missingFromAnswer(loaded: LoadedScenario, summary: Summary | SweepSummary): Problem[] {
  if (loaded.scenario.sweep !== null && !('points' in summary)) return [];
  return missingFigures(loaded.scenario.answer, summary).map(({ from, to, message, hint }) =>
    loaded.problemWithin(['answer'], [from, to], message, hint),
  );
}

/** The exit code of a run that was written, by what is wrong with it. */
export function exitCodeOf(
  violations: number,
  unmet: readonly Problem[],
  missing: readonly Problem[],
): number {
  if (violations > 0) return EXIT.failed;
  if (missing.length > 0) return EXIT.usage;
  return unmet.length > 0 ? EXIT.assertion : EXIT.ok;
}

/** Where results go without --out; those of a scaled scenario stand apart. */
export function resultsFolder({ scenario, scaled }: LoadedScenario, resultsHome: string): string {
  const own = join(resultsHome, 'results', scenario.name);
  return scaled === null ? own : join(own, `scale-${scaled.scale}`);
}

/** A run of a scaled scenario says in its manifest and its report that it is one. */
export function withScaleNote(run: FinishedRun, { scaled }: LoadedScenario): FinishedRun {
  return scaled === null ? run : { ...run, warnings: [scaled.summary, ...run.warnings] };
}

/**
 * The text of scenario.resolved.yaml in a folder: what it names is reached from there, and it says so where the
 * scenario was scaled.
 */
export function resolvedText({ scaled }: LoadedScenario, scenario: Scenario, directory: string): string {
  const pathOf = (file: string) => relative(directory, file).replaceAll('\\', '/');
  const schema = pathOf(join(PACKAGE_FOLDER, 'scenarios', 'schema.json'));
  const text = resolvedYaml(scenario, schema.startsWith('.') ? schema : `./${schema}`, pathOf);
  return scaled === null ? text : `# ${scaled.summary}\n${text}`;
}
