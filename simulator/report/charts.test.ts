import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historicalBaseline } from '../baseline/historical.ts';
import type { RunOutcome } from '../measure/outcome.ts';
import { summarize } from '../measure/summary.ts';
import { MADE_LIVE_ARM, MADE_MANUAL_ARM, type MadeRunOptions, madeRun } from '../testing/made-run.ts';
import { chartData } from './chart-data.ts';
import { DARK_TWINS } from './chart-style.ts';
import { CHARTS, type ChartName } from './charts.ts';
import { openDrawingBoard } from './drawing-board.ts';
import { renderPng } from './png.ts';

const HISTORY = [historicalBaseline('tor-2016-17'), historicalBaseline('tor-2025-26')];

async function drawAll(outcome: RunOutcome, history = HISTORY): Promise<Record<ChartName, string>> {
  const board = await openDrawingBoard();
  const data = chartData(outcome, summarize(outcome, history), history);
  return Object.fromEntries(CHARTS.map(({ name, draw }) => [name, draw(board, data)])) as Record<
    ChartName,
    string
  >;
}

/** The texts of a chart, in the order they stand in the file. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1] as string);
}

function withNobodyReached(options: MadeRunOptions): RunOutcome {
  const run = madeRun(options);
  const never = new Float64Array(run.population.relays).fill(Number.NaN);
  const stages = { heard: never, verified: never, staged: never, activated: never };
  const arms = run.arms.map((arm) => ({
    ...arm,
    updates: arm.updates.map((update) => ({ ...update, stages })),
  }));
  return { ...run, arms };
}

/** A path's points, and the largest x among them. */
function pathsNamed(svg: string, name: string): { points: number; endX: number }[] {
  const group = new RegExp(
    `<g aria-label="line" aria-description="${name}"[^>]*><path[^>]* d="([^"]*)"`,
    'g',
  );
  return [...svg.matchAll(group)].map((match) => {
    const xs = [...(match[1] as string).matchAll(/[MLH](-?[\d.]+)/g)].map((point) => Number(point[1]));
    return { points: xs.length, endX: Math.max(...xs) };
  });
}

test('charts: the same run gives the same bytes, however often and in whatever order they are drawn', async () => {
  const first = await drawAll(madeRun({ relays: 300 }));
  const second = await drawAll(madeRun({ relays: 300 }));
  assert.deepEqual(first, second);
});

test('charts: figure 1 says seconds on the left and days on the right, on titles, axes and every tick', async () => {
  const { figure1 } = await drawAll(madeRun({ relays: 300 }));
  const texts = textsOf(figure1);
  for (const text of [
    'Simulated propagation: seconds',
    'SECONDS since the release',
    'Tor&#39;s situation: days',
    'DAYS since the release',
    '100 %',
  ]) {
    assert.ok(texts.includes(text), `"${text}" is missing`);
  }
  assert.ok(texts.some((text) => /^[\d.]+ s$/.test(text)) && texts.some((text) => /^\d+ d$/.test(text)));
});

test('charts: figure 1 names every line, and states its source, seed and the date of its data', async () => {
  const run = madeRun({ relays: 300 });
  const texts = textsOf((await drawAll(run)).figure1);
  for (const name of ['by relay count', 'by consensus weight', 'Tor 2016-17', 'Tor 2025-26', 'manual arm']) {
    assert.ok(texts.includes(name), `"${name}" is missing`);
  }
  const caption = texts.slice(-2).join(' ');
  for (const part of ['Scenario made', 'engine gossipsub', '300 relays', 'seed 1', 'one run']) {
    assert.ok(caption.includes(part), `"${part}" is missing in ${caption}`);
  }
  assert.match(caption, /2015-12-10 to 2017-03-01.*2025-11-17/);
});

test('charts: a thin line for every release, a thick one for each era, none past its last observation', async () => {
  const { figure1 } = await drawAll(madeRun({ relays: 300 }));
  for (const era of HISTORY) {
    for (const release of era.releases) {
      const lines = pathsNamed(figure1, `${era.label}, release ${release.release}`);
      assert.equal(lines.length, 1, release.release);
    }
    assert.equal(pathsNamed(figure1, `${era.label}, pooled, by relay count`).length, 1);
  }
  const [tail] = pathsNamed(figure1, 'Tor 2016-17, release 0.2.7.6');
  const [modern] = pathsNamed(figure1, 'Tor 2025-26, pooled, by relay count');
  const perDay = (tail?.endX as number) - 62;
  // The axis ends with the last observed day of all, 510.708; the other era ends at 197.125.
  const expected = 62 + (perDay * 197.125) / 510.708;
  assert.ok(Math.abs((modern?.endX as number) - expected) < 1, `${modern?.endX} is not ${expected}`);
});

test('charts: the manual arm ends with its own horizon, where that is shorter than history', async () => {
  const run = madeRun({ relays: 300 });
  const arms = run.arms.map((arm) => (arm.engine === 'lag' ? { ...arm, horizonSeconds: 100 * 86_400 } : arm));
  const { figure1 } = await drawAll({ ...run, arms });
  const [tail] = pathsNamed(figure1, 'Tor 2016-17, release 0.2.7.6');
  const [manual] = pathsNamed(figure1, 'manual arm, by relay count');
  const expected = 62 + (((tail?.endX as number) - 62) * 100) / 510.708;
  assert.ok(Math.abs((manual?.endX as number) - expected) < 1, `${manual?.endX} is not ${expected}`);
});

test('charts: no line has more than 1,300 points, so that 7,500 relays fit a page', async () => {
  const charts = await drawAll(madeRun());
  for (const [name, svg] of Object.entries(charts)) {
    assert.ok(svg.length < 120_000, `${name} has ${svg.length} bytes`);
  }
  // A step is two points of the path.
  const [line] = pathsNamed(charts.figure1, 'live, fractionOfRelays');
  assert.ok((line?.points ?? 0) > 200 && (line?.points ?? 0) < 1300, `${line?.points} points`);
});

test('charts: what is not there is said', async () => {
  const nobody = await drawAll(withNobodyReached({ relays: 20 }));
  assert.ok(textsOf(nobody.figure1).includes('no relay was reached'));
  assert.ok(textsOf(nobody.stages).includes('no relay was reached'));

  const manualOnly = await drawAll(madeRun({ relays: 20, arms: [MADE_MANUAL_ARM] }));
  assert.ok(textsOf(manualOnly.figure1).includes('the scenario has no live arm'));
  assert.ok(textsOf(manualOnly.stages).includes('the scenario has no live arm'));

  const liveOnly = await drawAll(madeRun({ relays: 20, arms: [MADE_LIVE_ARM] }), []);
  assert.ok(textsOf(liveOnly.figure1).includes('the scenario has neither history nor a manual arm'));

  const run = madeRun({ relays: 20 });
  const topology = { ...run.topology, links: 0, latencyUs: new Uint32Array(0) };
  assert.ok(textsOf((await drawAll({ ...run, topology })).latency).includes('the run had no links'));

  const nothing = withNobodyReached({ relays: 20, arms: [MADE_LIVE_ARM] });
  const unreached = await drawAll(nothing, []);
  assert.ok(textsOf(unreached['live-vs-manual']).includes('no data'));
});

test('charts: a few late relays do not squeeze the curve, and are told of', async () => {
  const run = madeRun({ relays: 300, arms: [MADE_LIVE_ARM] });
  const [arm] = run.arms;
  const update = arm?.updates[0] ?? assert.fail();
  const activated = update.stages.activated.map((at, relay) => (relay === 7 ? 300 : at));
  const late = { ...arm, updates: [{ ...update, stages: { ...update.stages, activated } }] } as typeof arm;
  const texts = textsOf((await drawAll({ ...run, arms: [late as NonNullable<typeof arm>] })).figure1);
  assert.ok(texts.includes('the last relay follows after 5 min'));
  assert.ok(texts.includes('0.5 s'), 'the axis still shows tenths of seconds');
});

test('charts: the stages table and the latency quantiles are those of the run', async () => {
  const run = madeRun({ relays: 300 });
  const charts = await drawAll(run);
  const { heard } = summarize(run, []).arms.live?.stages ?? assert.fail();
  assert.ok(textsOf(charts.stages).includes(`${Number((heard.t90Seconds ?? 0).toPrecision(3))} s`));
  const sorted = run.topology.latencyUs.slice().sort();
  const medianMs = (sorted[Math.ceil(sorted.length / 2) - 1] as number) / 1000;
  assert.ok(textsOf(charts.latency).includes(`50 % within ${Number(medianMs.toPrecision(3))} ms`));
});

test('charts: several arms each get a line and a label of their own', async () => {
  const arms = ['one', 'two', 'three'].map((name) => ({ ...MADE_LIVE_ARM, name }));
  const slow = { ...MADE_MANUAL_ARM, name: 'slow' };
  const charts = await drawAll(madeRun({ relays: 100, arms: [...arms, MADE_MANUAL_ARM, slow] }));
  const texts = textsOf(charts.figure1);
  for (const name of ['one', 'two', 'three', '3 live arms', 'manual arm', 'slow arm']) {
    assert.ok(texts.includes(name), `"${name}" is missing`);
  }
  assert.equal(
    textsOf(charts.stages).filter((text) => /^Stages of the (one|two|three) arm$/.test(text)).length,
    3,
  );
});

test('charts: a hostile name stays text', async () => {
  const name = '"><script>alert(1)</script>&\u0000';
  const charts = await drawAll(madeRun({ relays: 20, arms: [{ ...MADE_LIVE_ARM, name }, MADE_MANUAL_ARM] }));
  for (const [name, svg] of Object.entries(charts)) {
    assert.equal(svg.includes('<script'), false, name);
    assert.equal(svg.includes('\u0000'), false, name);
    await renderPng(svg);
  }
});

test('charts: every colour has a twin for the dark page', async () => {
  const arms = [MADE_LIVE_ARM, ...['b', 'c', 'd'].map((name) => ({ ...MADE_LIVE_ARM, name }))];
  const manual = ['e', 'f', 'g', 'h'].map((name) => ({ ...MADE_MANUAL_ARM, name }));
  const charts = await drawAll(madeRun({ relays: 20, arms: [...arms, ...manual] }));
  for (const [name, svg] of Object.entries(charts)) {
    for (const [, colour] of svg.matchAll(/(?:fill|stroke)="(#[^"]+)"/g)) {
      assert.ok(DARK_TWINS[colour as string] !== undefined, `${colour} in ${name}`);
    }
  }
});

test('charts: the PNG has twice the pixels and its text is drawn', async () => {
  const { latency } = await drawAll(madeRun({ relays: 20 }));
  const png = await renderPng(latency);
  assert.deepEqual([...png.subarray(1, 4)].map((code) => String.fromCharCode(code)).join(''), 'PNG');
  assert.equal(png.readUInt32BE(16), 2 * Number(/ width="(\d+)"/.exec(latency)?.[1]));
  const withoutText = await renderPng(latency.replace(/<text[^>]*>[^<]*<\/text>/g, ''));
  assert.ok(png.length > withoutText.length * 1.3, 'text adds to the picture only if a font was found');
});

test('charts: the labels of the stages keep their words whole, however late the last relays are', async () => {
  const run = madeRun({ relays: 300, arms: [MADE_LIVE_ARM] });
  const [arm] = run.arms;
  const update = arm?.updates[0] ?? assert.fail();
  for (const share of [0, 0.3, 0.6, 0.9]) {
    const isLate = (relay: number) => relay < share * 300;
    const late = (times: Float64Array) =>
      times.map((at, relay) => (isLate(relay) ? 100 + at + relay / 10 : at));
    const { heard, verified, staged, activated } = update.stages;
    const stages = {
      heard: late(heard),
      verified: late(verified),
      staged: late(staged),
      activated: late(activated),
    };
    const outcome = {
      ...run,
      arms: [{ ...arm, updates: [{ ...update, stages }] } as NonNullable<typeof arm>],
    };
    const { stages: chart } = await drawAll(outcome, []);
    const texts = textsOf(chart);
    for (const stage of ['heard', 'verified', 'staged', 'activated']) {
      const named = texts.filter((text) => text === stage).length;
      assert(named >= (stage === 'heard' ? 2 : 3), `${stage}, with ${share * 100} % late: ${named}`);
    }
  }
});
