/** What the library keeps of a run: the figures that its scenario's answer names, and the chart that shows it. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { missingFigures, readFigures } from '../measure/answer-figures.ts';
import { readManifest, readSummary } from '../report/read-run.ts';
import { ResultsError } from '../report/results-error.ts';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import { tellingChart } from '../scenario/measure-plan.ts';
import { ScenarioError } from '../scenario/problem.ts';
import { decisiveHash, decisiveText, type ScenarioFigures } from './figures-file.ts';

export interface Collected {
  readonly figures: ScenarioFigures;
  /** The telling chart. */
  readonly svg: string;
}

function refuse(directory: string, why: string): never {
  throw new ResultsError('not-results', directory, `${directory} ${why}; run the scenario again`);
}

/**
 * Reads the results of a scenario. Throws ResultsError where they are none, or those of another scenario, and
 * ScenarioError where the answer names what the run does not say.
 */
export async function collectFigures(loaded: LoadedScenario, directory: string): Promise<Collected> {
  const { scenario } = loaded;
  const [summary, manifest] = await Promise.all([readSummary(directory), readManifest(directory)]);
  const ran = loadScenario(join(directory, 'scenario.resolved.yaml')).scenario;
  if (decisiveText(ran) !== decisiveText(scenario) || summary.seeds.join() !== String(scenario.seed)) {
    refuse(directory, `is the result of another scenario than ${loaded.file}, or of an older one`);
  }
  if (summary.violations > 0) refuse(directory, 'broke invariants');
  const missing = missingFigures(scenario.answer, summary);
  if (missing.length > 0) {
    throw new ScenarioError(
      missing.map(({ from, to, message, hint }) =>
        loaded.problemWithin(['answer'], [from, to], message, hint),
      ),
    );
  }
  const chart = tellingChart(scenario.report);
  const svg = await readFile(join(directory, 'charts', `${chart}.svg`), 'utf8').catch(() => {
    throw new ScenarioError([
      loaded.problemAt(['report', 'figure'], `the run drew no chart ${chart}`, 'name one of its charts'),
    ]);
  });
  return {
    figures: {
      date: manifest.writtenAt.slice(0, 10),
      seed: scenario.seed,
      version: manifest.versions.relaywave,
      cpuSeconds: Number((manifest.cost.cpuMs / 1000).toPrecision(2)),
      scenarioSha256: decisiveHash(scenario),
      traceHash: summary.traceHash,
      figures: readFigures(scenario.answer, summary),
    },
    svg,
  };
}
