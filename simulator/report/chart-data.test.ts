import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historicalBaseline } from '../baseline/historical.ts';
import { summarize } from '../measure/summary.ts';
import type { Arm } from '../scenario/scenario.ts';
import { MADE_MANUAL_ARM, madeRun } from '../testing/made-run.ts';
import { chartData, dateOfData } from './chart-data.ts';

const ERA = historicalBaseline('tor-2016-17');

function horizonDays(arm: Arm, untilDays: number): number {
  const run = madeRun({ relays: 5, arms: [arm] });
  const outcome = { ...run, arms: run.arms.map((made) => ({ ...made, horizonSeconds: untilDays * 86_400 })) };
  const [drawn] = chartData(outcome, summarize(outcome, [ERA]), [ERA]).arms;
  return (drawn?.horizonSeconds ?? 0) / 86_400;
}

test('chart data: an arm with a historical lag is never drawn past the last day that was observed', () => {
  assert.equal(horizonDays(MADE_MANUAL_ARM, 2000), ERA.lastObservedDay);
  assert.equal(horizonDays(MADE_MANUAL_ARM, 100), 100);
});

test('chart data: an arm with a lag of its own is drawn as far as it goes', () => {
  const lag = { law: 'lognormal', medianDays: 30, sigma: 1, never: 0 } as const;
  assert.equal(horizonDays({ ...MADE_MANUAL_ARM, lag } as Arm, 2000), 2000);
});

test('chart data: the source line names scenario, engine, relays, seed and that it is one run', () => {
  const outcome = madeRun({ relays: 5, seed: 3, modules: ['one', 'two'] });
  const { source } = chartData(outcome, summarize(outcome, []), []);
  assert.equal(
    source,
    'Scenario made · engine gossipsub · 5 relays · seed 3 · one run: no confidence band · first of 2 updates (one).',
  );
});

test('chart data: the date of the data is from the first release to the last observation', () => {
  assert.equal(
    dateOfData(ERA),
    'Tor 2016-17: 10 releases, 2015-12-10 to 2017-03-01, observed until 2017-05-03.',
  );
  assert.equal(dateOfData({ ...ERA, releases: [] }), 'Tor 2016-17: no data.');
});
