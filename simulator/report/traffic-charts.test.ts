import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunOutcome } from '../measure/outcome.ts';
import { summarize } from '../measure/summary.ts';
import { MADE_MANUAL_ARM, madeRun } from '../testing/made-run.ts';
import {
  type MadeTrafficOptions,
  madeTraffic,
  madeTrafficPlan,
  withTraffic,
} from '../testing/made-traffic.ts';
import { chartData } from './chart-data.ts';
import { CHARTS, type ChartName } from './charts.ts';
import { openDrawingBoard } from './drawing-board.ts';
import { trafficCsv } from './traffic-csv.ts';
import { traffic, trafficLines } from './traffic-table.ts';

const CLIENTS = { count: 100, circuits: 2 };
const BUSY: MadeTrafficOptions = {
  exchanges: [
    { asked: 20, firstByte: 20.4, lastByte: 21 },
    { asked: 100, firstByte: 100.5, lastByte: 107, interruptions: 1, bytes: 2048 },
    { asked: 101, kind: 1, firstByte: 103, lastByte: 160, bytes: 1e6 },
  ],
  gauges: [
    { at: 10, waitingCells: 50, sentCells: 0, longestWait: 2 },
    {
      at: 100,
      waitingCells: 70,
      sentCells: 9000,
      received: 1e6,
      downShare: 0.125,
      asked: 500,
      answered: 100,
    },
    { at: 300, waitingCells: 80, sentCells: 30_000, received: 3e6, asked: 900, answered: 150 },
  ],
  built: [[15, 0.8]],
  failed: [90],
  broken: [120, 121],
  flood: { asked: 900, answered: 150, refused: 740, overloaded: 10 },
  marks: [
    [20, true],
    [90, false],
  ],
  paths: [0, 5, 1, /**/ 2, 6, 1],
  hostile: [0, 1],
};

function outcomeWith(input: object, options = BUSY): RunOutcome {
  return withTraffic(madeRun({ relays: 20 }), madeTrafficPlan(input), madeTraffic(options));
}

const dataOf = (outcome: RunOutcome) => chartData(outcome, summarize(outcome, []), []);

function drawnNames(outcome: RunOutcome): string[] {
  const data = dataOf(outcome);
  return CHARTS.filter(({ isDrawn }) => isDrawn(data)).map(({ name }) => name);
}

async function textsOf(name: ChartName, outcome: RunOutcome): Promise<string[]> {
  const chart = CHARTS.find((one) => one.name === name) ?? assert.fail();
  const svg = chart.draw(await openDrawingBoard(), dataOf(outcome));
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1] as string);
}

function assertSays(texts: readonly string[], wanted: readonly string[]): void {
  for (const text of wanted) assert.ok(texts.includes(text), `"${text}" is missing in ${texts.join(' | ')}`);
}

describe('charts of traffic', () => {
  it('each is drawn where there is something to show in it', () => {
    const of = (input: object, options = BUSY) =>
      drawnNames(outcomeWith(input, options)).filter((name) =>
        ['marks', 'restart-vs-swap', 'flood', 'queues'].includes(name),
      );
    const plain: readonly string[] = drawnNames(madeRun({ relays: 20 }));
    for (const name of ['marks', 'restart-vs-swap', 'flood', 'queues'])
      assert.ok(!plain.includes(name), `an ordinary run has no ${name}`);
    assert.deepEqual(of({ clients: CLIENTS }), ['restart-vs-swap', 'queues']);
    assert.deepEqual(of({ clients: CLIENTS }, { ...BUSY, gauges: [{ at: 10 }, { at: 20 }] }), []);
    assert.deepEqual(of({ clients: CLIENTS, marking: { mark: 'drop', share: 0.1 } }), [
      'marks',
      'restart-vs-swap',
      'queues',
    ]);
    assert.ok(of({ clients: CLIENTS, flood: { from: '1min', circuitsPerSecond: 5 } }).includes('flood'));
  });

  it('restart-vs-swap: says how many circuits broke, and when the update came', async () => {
    const texts = await textsOf('restart-vs-swap', outcomeWith({ clients: CLIENTS }));
    assertSays(texts, ['strict-cells released', '12.5 % at most', '2 in all', 'MINUTES since the release']);
    assert.ok(texts.some((text) => text.includes('manual broke 2 circuits and delayed 2 KiB')));
  });

  it('marks: says how many circuit-hours, and how many marks were read', async () => {
    const plan = { clients: CLIENTS, marking: { mark: 'relay-early', share: 0.25 } };
    const texts = await textsOf('marks', outcomeWith(plan));
    assertSays(texts, ['live arm', 'manual arm', '0 of 1 marks read in the run', '1 y']);
    assert.ok(
      texts.some((text) => text.startsWith('25 % of consensus weight marks circuits (relay-early); 50 %')),
    );
  });

  it('flood: says what relays answered, and when it begins', async () => {
    const plan = { clients: CLIENTS, flood: { from: '30s', to: '2min', circuitsPerSecond: 5000 } };
    const texts = await textsOf('flood', outcomeWith(plan));
    assertSays(texts, ['150 of 900', '740 of 900', 'flood begins', 'flood ends', '1 of 1 after']);
  });

  it('a panel without a value says that there is no data', async () => {
    const texts = await textsOf('queues', outcomeWith({ clients: CLIENTS }, { ...BUSY, exchanges: [] }));
    assert.equal(texts.filter((text) => text === 'no data').length, 2, 'small and large streams');
  });

  it('markup in the name of an arm is text', async () => {
    const run = madeRun({ relays: 20, arms: [{ ...MADE_MANUAL_ARM, name: '<b>&' }] });
    const outcome = withTraffic(run, madeTrafficPlan({ clients: CLIENTS }), madeTraffic(BUSY));
    assert.ok((await textsOf('queues', outcome)).includes('&lt;b&gt;&amp;'));
  });
});

describe('traffic in tables', () => {
  it('traffic.csv is long: a row for each arm, moment and series, none without cells', () => {
    assert.equal(trafficCsv(dataOf(madeRun({ relays: 20 }))), null);
    const text = trafficCsv(dataOf(outcomeWith({ clients: CLIENTS })))?.text ?? '';
    const rows = text.split('\n');
    assert.equal(rows[0], 'arm,seed,seconds,series,value');
    for (const row of ['live,1,40,down_share,0.125', 'live,1,-50,received_bytes_per_second,11111.111111']) {
      assert.ok(rows.includes(row), `${row} is missing`);
    }
    assert.ok(!text.includes('NaN') && !text.includes('flood') && !text.includes('mark_works'));
    assert.ok(rows.some((row) => row.startsWith('manual,1,')));
  });

  it('the page and the terminal say what clients noticed, and nothing without cells', () => {
    const plain = summarize(madeRun({ relays: 20 }), []);
    assert.equal(traffic(plain).markup, '');
    assert.deepEqual(trafficLines(plain), []);
    const input = {
      clients: CLIENTS,
      marking: { mark: 'relay-early', share: 0.25 },
      flood: { from: '30s', circuitsPerSecond: 5000 },
    };
    const summary = summarize(outcomeWith(input), []);
    const [line = ''] = trafficLines(summary);
    for (const words of [
      'live: web first byte p50 0.4 s before, 0.5 s after',
      '2 circuits broken, 2 KiB delayed, 12.5 % of relays down at most',
      'marks read: 1 of 1 before, 0 of 1 after',
      'flood: 150 of 900 answered; honest circuits that failed: 0 before, 1 after',
    ]) {
      assert.ok(line.includes(words), `"${words}" is missing in ${line}`);
    }
    const page = traffic(summary).markup;
    for (const words of ['What clients noticed', 'vulnerable circuit-hours', 'hostile circuits', '12.5 %']) {
      assert.ok(page.includes(words), words);
    }
  });
});
