import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarize } from '../measure/summary.ts';
import { madeRun } from '../testing/made-run.ts';
import { chartData } from './chart-data.ts';
import { dataFiles } from './data-files.ts';
import { OUTCOME_RELAYS_MAX } from './saved-outcome.ts';

test('data files: the outcome is kept of runs of a size that is worth it', () => {
  const run = madeRun({ relays: 20 });
  const data = chartData(run, summarize(run, []), []);
  const namesOf = (relays: number) => {
    const files = dataFiles({ ...data, outcome: { ...run, population: { ...run.population, relays } } });
    return files.map(({ name }) => name);
  };
  assert(namesOf(20).includes('outcome.json'));
  assert(!namesOf(OUTCOME_RELAYS_MAX + 1).includes('outcome.json'));
});
