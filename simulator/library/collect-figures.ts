/** What the library keeps of a run: the figures that its scenario's answer names, and the chart that shows it. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { missingFigures, readFigures } from '../measure/answer-figures.ts';
import { readManifest } from '../report/read-run.ts';
import { ResultsError } from '../report/results-error.ts';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import { tellingChart } from '../scenario/measure-plan.ts';
import { ScenarioError } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { decisiveHash, decisiveText, type ScenarioFigures } from './figures-file.ts';

export interface Collected {
  readonly figures: ScenarioFigures;
  /** The telling chart. */
  readonly svg: string;
}

function refuse(directory: string, why: string): never {
  throw new ResultsError('not-results', directory, `${directory} ${why}; run the scenario again`);
}

/** The numbers of a run or of a sweep, whatever their shape. */
async function readNumbers(directory: string): Promise<{ readonly violations?: number }> {
  try {
    return JSON.parse(await readFile(join(directory, 'summary.json'), 'utf8'));
  } catch {
    return refuse(directory, 'has no summary.json that could be read');
  }
}

/** Whether results have the seeds that the scenario says: its own, or as many as its sweep takes. */
function hasSeeds({ seed, sweep }: Scenario, seeds: readonly number[]): boolean {
  const count = sweep === null ? 1 : sweep.runs;
  return seeds.join() === Array.from({ length: count }, (_unused, index) => seed + index).join();
}

/** Where the results of a scenario stand in a folder of results. */
export function resultsOf({ name, seed, sweep }: Scenario, results: string): string {
  return sweep === null ? join(results, name, `seed-${seed}`) : join(results, name, 'sweep', 'all');
}

/**
 * Reads the results of a scenario. Throws ResultsError where they are none, or those of another scenario, and
 * ScenarioError where the answer names what the run does not say.
 */
export async function collectFigures(loaded: LoadedScenario, directory: string): Promise<Collected> {
  const { scenario } = loaded;
  const manifest = await readManifest(directory);
  const summary = await readNumbers(directory);
  const ran = loadScenario(join(directory, 'scenario.resolved.yaml')).scenario;
  if (decisiveText(ran) !== decisiveText(scenario) || !hasSeeds(scenario, manifest.seeds)) {
    refuse(directory, `is the result of another scenario than ${loaded.file}, or of an older one`);
  }
  if (summary.violations !== 0) refuse(directory, 'broke invariants');
  const missing = missingFigures(scenario.answer, summary);
  if (missing.length > 0) {
    throw new ScenarioError(
      missing.map(({ from, to, message, hint }) =>
        loaded.problemWithin(['answer'], [from, to], message, hint),
      ),
    );
  }
  const chart = scenario.sweep === null ? tellingChart(scenario.report) : 'response';
  const svg = await readFile(join(directory, 'charts', `${chart}.svg`), 'utf8').catch(() => {
    throw new ScenarioError([
      loaded.problemAt(['report', 'figure'], `the run drew no chart ${chart}`, 'name one of its charts'),
    ]);
  });
  return {
    figures: {
      date: manifest.writtenAt.slice(0, 10),
      seeds: manifest.seeds,
      version: manifest.versions.relaywave,
      cpuSeconds: Number((manifest.cost.cpuMs / 1000).toPrecision(2)),
      scenarioSha256: decisiveHash(scenario),
      traceHash: manifest.traceHash,
      figures: readFigures(scenario.answer, summary),
    },
    svg,
  };
}
