import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSummary, summarize } from '../measure/summary.ts';
import { restlessRun } from '../testing/made-churn.ts';
import { madeRun } from '../testing/made-run.ts';
import { chartData } from './chart-data.ts';
import { CHARTS } from './charts.ts';
import { openDrawingBoard } from './drawing-board.ts';
import { membershipCsv } from './membership-csv.ts';

const restless = restlessRun();

test('membership.csv: begins at the release, and no part is ever larger than its whole', () => {
  const lines = membershipCsv(restless)!.text.trimEnd().split('\n');
  assert.equal(lines[0], 'arm,seed,update,seconds,members,online,running,holding');
  const rows = lines.slice(1).map((line) => line.split(','));
  const first = rows[0]!;
  assert.equal(first[0], 'live');
  assert.equal(first[3], '0');
  const online = Number(first[5]) / Number(first[4]);
  assert(Math.abs(online - 2 / 3) < 0.08, `${online} are up`);
  for (const [, , , , members, up, running, holding] of rows) {
    assert(Number(up) <= Number(members) && Number(members) <= 400);
    assert(Number(running) <= Number(up) && Number(running) <= Number(holding));
  }
  assert(rows.some(([arm]) => arm === 'manual'));
  assert.equal(membershipCsv(madeRun({ relays: 50 })), null);
});

test('membership chart: is drawn where relays come and go, with a line for each arm and one for who is up', async () => {
  const chart = CHARTS.find(({ name }) => name === 'membership') ?? assert.fail();
  const plain = madeRun({ relays: 50 });
  assert(!chart.isDrawn(chartData(plain, summarize(plain, []), [])));
  const data = chartData(restless, summarize(restless, []), []);
  assert(chart.isDrawn(data));
  const svg = chart.draw(await openDrawingBoard(), data);
  for (const name of ['live', 'manual', 'relays that are up']) assert(svg.includes(name), name);
  assert(!svg.includes('NaN'));
});

test('summary: churn is summed up for each update, and absent without it', () => {
  const { arms, relays } = summarize(restless, []);
  assert.equal(relays, 400);
  const figures = arms.manual!.updates[0]!.churn!;
  assert(figures.cohort <= 400 && figures.departed > 10 && figures.departedWithout > 0);
  assert.equal(arms.manual!.horizonSeconds, 10 * 86_400 - restless.scenario.updates[0]!.atSeconds);
  assert(figures.runningOfOnline.endFraction < 1 && figures.runningOfOnline.endFraction > 0);
  const plain = formatSummary(summarize(madeRun({ relays: 50 }), []));
  assert(!plain.includes('"churn"') && !plain.includes('"meanDegreeInTheEnd"'));
});
