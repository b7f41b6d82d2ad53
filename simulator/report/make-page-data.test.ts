import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, stringify } from 'devalue';
import { historicalBaseline } from '../baseline/historical.ts';
import type { RunOutcome } from '../measure/outcome.ts';
import { summarize } from '../measure/summary.ts';
import { testFault } from '../testing/fault-runs.ts';
import { restlessRun } from '../testing/made-churn.ts';
import { MADE_LIVE_ARM, MADE_MANUAL_ARM, madeRun } from '../testing/made-run.ts';
import { madeTraffic, madeTrafficPlan, withTraffic } from '../testing/made-traffic.ts';
import { withRemoval } from '../testing/made-trust.ts';
import { testClass } from '../testing/test-operators.ts';
import { testLiveArm } from '../testing/test-scenario.ts';
import { chartData } from './chart-data.ts';
import { CHARTS } from './charts.ts';
import { runPageData, runsPageData } from './make-page-data.ts';
import { SEEDS_MAX } from './page-curve-figures.ts';
import type { PageData } from './page-data.ts';

const historical = [historicalBaseline('tor-2016-17'), historicalBaseline('tor-2025-26')];
/** Charts of distributions and of sums stay as they are. */
const STATIC_CHARTS = ['attacks', 'sybils', 'switches', 'verdicts', 'exposure', 'load', 'latency'];

function dataOf(outcome: RunOutcome) {
  return chartData(outcome, summarize(outcome, historical), historical);
}

function withFault(run: RunOutcome): RunOutcome {
  const plan = testFault({ kind: 'partition', fromSeconds: 50, forSeconds: 70 });
  const hits = new Uint8Array(run.population.relays).fill(1, 0, 20);
  const arms = run.arms.map((arm) =>
    arm.arm.kind === 'manual' ? arm : { ...arm, faults: [{ plan, effects: 7, hits }] },
  );
  return { ...run, scenario: { ...run.scenario, faults: [plan] }, arms };
}

function withClasses(run: RunOutcome): RunOutcome {
  const relays = run.population.relays;
  const classOf = Uint8Array.from({ length: relays }, (_unused, relay) => relay % 2);
  const operators = { classes: [testClass('quick', 0.5), testClass('slow', 0.5)], classOf, embeds: null };
  return { ...run, arms: run.arms.map((arm) => ({ ...arm, operators })) };
}

const plain = madeRun({ relays: 300 });
const RUNS: Readonly<Record<string, RunOutcome>> = {
  plain,
  'three arms': madeRun({ relays: 300, arms: [testLiveArm('one'), MADE_LIVE_ARM, MADE_MANUAL_ARM] }),
  'without a live arm': madeRun({ relays: 300, arms: [MADE_MANUAL_ARM] }),
  'taken back': withRemoval(plain, { ranShare: 0.5, haltedSeconds: 90, removedSeconds: 92 }),
  faults: withFault(plain),
  churn: restlessRun(),
  'several updates': madeRun({ relays: 300, modules: ['fix', 'fix', 'other'] }),
  classes: withClasses(plain),
  traffic: withTraffic(
    plain,
    madeTrafficPlan({
      clients: { count: 100, circuits: 2 },
      marking: { mark: 'relay-early', share: 0.25 },
      flood: { from: '30s', circuitsPerSecond: 5000 },
    }),
    madeTraffic({
      exchanges: [{ asked: 20, firstByte: 20.4, lastByte: 21 }],
      gauges: [
        { at: 10, waitingCells: 50, sentCells: 0, longestWait: 2 },
        { at: 100, waitingCells: 70, sentCells: 9000, received: 1e6, downShare: 0.125, asked: 500 },
        { at: 300, waitingCells: 80, sentCells: 30_000, received: 3e6, asked: 900, answered: 150 },
      ],
      flood: { asked: 900, answered: 150, refused: 740, overloaded: 10 },
      marks: [[20, true]],
      paths: [0, 5, 1],
      hostile: [0, 1],
    }),
  ),
};

function assertSound({ figures }: PageData, of: string): void {
  for (const { name, panels, source } of figures) {
    assert.ok(panels.length > 0 && source.includes('one run: no confidence band'), `${of}: ${name}`);
    for (const { title, span, lines, unit } of panels) {
      const where = `${of}: ${name}, ${title}`;
      assert.ok(span.logFromSeconds > 0 && span.toSeconds > span.logFromSeconds, where);
      assert.ok(span.toSeconds > span.fromSeconds, where);
      assert.equal(new Set(lines.map((line) => line.name)).size, lines.length, `${where}: names differ`);
      for (const line of lines) {
        const [seconds, values] = [Array.from(line.seconds), Array.from(line.values)];
        assert.equal(values.length, seconds.length);
        assert.ok(
          seconds.every((at, row) => row === 0 || at >= seconds[row - 1]!),
          `${where}: ${line.name}`,
        );
        assert.ok(values.every(Number.isFinite), `${where}: ${line.name}`);
        assert.ok(unit !== 'share' || values.every((share) => share >= 0 && share <= 1), where);
      }
    }
  }
}

for (const [what, outcome] of Object.entries(RUNS)) {
  test(`page data: ${what}: has a figure for each chart of curves, and sound lines in it`, () => {
    const data = dataOf(outcome);
    const page = runPageData(data);
    const drawn = CHARTS.filter(({ name, isDrawn }) => isDrawn(data) && !STATIC_CHARTS.includes(name));
    const hasLive = outcome.arms.some(({ arm }) => arm.kind !== 'manual');
    const wanted = drawn.map(({ name }) => name).filter((name) => name !== 'stages' || hasLive);
    assert.deepEqual(page.figures.map(({ name }) => name).sort(), [...wanted].sort());
    assertSound(page, what);
    assert.deepEqual(parse(stringify(page)), page, 'it comes to the page as it was');
  });
}

test('page data: a run with traffic, marks and a flood has all figures of them', () => {
  const names = runPageData(dataOf(RUNS.traffic!)).figures.map(({ name }) => name);
  for (const name of ['marks', 'restart-vs-swap', 'flood', 'queues']) assert.ok(names.includes(name), name);
});

test('page data: survival begins with all relays at the release, and has its limits as a band', () => {
  const data = dataOf(restlessRun());
  const figure = runPageData(data).figures.find(({ name }) => name === 'survival') ?? assert.fail();
  for (const { name, seconds, values, band } of figure.panels.flatMap(({ lines }) => lines)) {
    assert.deepEqual([seconds[0], values[0], band?.low[0], band?.high[0]], [0, 1, 1, 1]);
    for (let row = 0; row < values.length; row++) {
      const [low, high] = [band?.low[row] as number, band?.high[row] as number];
      assert.ok(low <= values[row]! && values[row]! <= high, `${name}, row ${row}`);
    }
  }
  const ends = data.summary.arms.manual?.updates[0]?.churn?.survival.endSurvival ?? assert.fail();
  const last = Array.from(figure.panels[0]!.lines.find(({ name }) => name.includes('manual'))!.values).at(-1);
  assert.ok(Math.abs((last as number) - ends) < 1e-6, 'the end is that of the table');
});

test('page data: what several charts show is there once', () => {
  const page = runPageData(dataOf(plain));
  const lines = (name: string) =>
    page.figures.find((figure) => figure.name === name)!.panels.flatMap((panel) => panel.lines);
  const manual = (name: string) => lines(name).find((line) => line.name === 'manual');
  assert.ok(manual('figure1') !== undefined && manual('figure1') === manual('live-vs-manual'));
});

test('page data: 7,500 relays and three arms take less than 2 MB', () => {
  const arms = [MADE_LIVE_ARM, testLiveArm('other'), MADE_MANUAL_ARM];
  const bytes = Buffer.byteLength(stringify(runPageData(dataOf(madeRun({ relays: 7500, arms })))));
  assert.ok(bytes < 2e6, `${bytes} bytes`);
});

test('page data: seeds of several runs are thin lines that follow their arm, up to a number', () => {
  const data = dataOf(plain);
  const curves = new Map(data.arms.map((arm) => [arm.name, arm.stages.activated]));
  const seeds = Array.from({ length: SEEDS_MAX + 5 }, (_unused, seed) => ({ seed, curves }));
  const [figure] = runsPageData(data, seeds).figures;
  const single = figure!.panels[0]!.lines.filter(({ seed }) => seed !== null);
  assert.equal(new Set(single.map(({ seed }) => seed)).size, SEEDS_MAX);
  assert.match(figure!.source, /Lines of single runs: the first 100\./, 'who looks for the others is told');
  assert.doesNotMatch(runsPageData(data, seeds.slice(0, 2)).figures[0]!.source, /the first/);
  assert.ok(single.every(({ follows, isInLegend }) => follows?.startsWith('live') && isInLegend === false));
});
