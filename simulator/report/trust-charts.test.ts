import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunOutcome } from '../measure/outcome.ts';
import { summarize } from '../measure/summary.ts';
import { MADE_LIVE_ARM, MADE_MANUAL_ARM, madeRun } from '../testing/made-run.ts';
import { withAttacks, withChannels, withRemoval } from '../testing/made-trust.ts';
import { testLiveArm } from '../testing/test-scenario.ts';
import { chartData } from './chart-data.ts';
import { CHARTS, type ChartName } from './charts.ts';
import { openDrawingBoard } from './drawing-board.ts';

const GOSSIP = testLiveArm('gossip');
const DIRECTORY = testLiveArm('directory', ['directory']);
const CAUGHT_UP = testLiveArm('both', ['gossip', 'catch-up']);

function dataOf(outcome: RunOutcome) {
  return chartData(outcome, summarize(outcome, []), []);
}

async function draw(name: ChartName, outcome: RunOutcome): Promise<string> {
  const chart = CHARTS.find((one) => one.name === name) ?? assert.fail();
  return chart.draw(await openDrawingBoard(), dataOf(outcome));
}

function drawnNames(outcome: RunOutcome): string[] {
  const data = dataOf(outcome);
  return CHARTS.filter(({ isDrawn }) => isDrawn(data)).map(({ name }) => name);
}

function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1] as string);
}

test('charts: an ordinary run has its seven, others come with what they show', () => {
  const costs = ['switches', 'exposure', 'load', 'stages', 'latency'];
  const run = madeRun({ relays: 20 });
  assert.deepEqual(drawnNames(run), ['figure1', 'live-vs-manual', ...costs]);
  const others = (outcome: RunOutcome) => drawnNames(outcome).filter((name) => !costs.includes(name));
  const removed = withRemoval(run, { ranShare: 1, haltedSeconds: null, removedSeconds: 60 });
  assert.deepEqual(others(removed), ['figure1', 'live-vs-manual', 'running']);
  assert.deepEqual(others(withAttacks(run)), ['figure1', 'live-vs-manual', 'attacks']);
  const two = madeRun({ relays: 20, arms: [GOSSIP, DIRECTORY, MADE_MANUAL_ARM] });
  assert.deepEqual(others(two), ['figure1', 'channels', 'live-vs-manual']);
  const liveOnly = madeRun({ relays: 20, arms: [MADE_LIVE_ARM] });
  assert.deepEqual(others(liveOnly), ['figure1'], 'nothing by hand to set beside it');
});

test('channels: seconds and half an hour share a logarithmic axis, and every arm is named with its channels', async () => {
  const run = withChannels(madeRun({ relays: 300, arms: [GOSSIP, DIRECTORY, CAUGHT_UP] }), 5400, 0.1);
  const texts = textsOf(await draw('channels', run));
  for (const text of [
    'gossip',
    'directory',
    'both (gossip+catch-up)',
    'TIME since the release (logarithmic)',
    '1 s',
    '1 h',
  ]) {
    assert.ok(texts.includes(text), `"${text}" is missing in ${texts.join(' | ')}`);
  }
  assert.ok(texts.some((text) => /^half after [\d.]+ min$/.test(text)));
  assert.ok(
    texts.some((text) => /^8\d(\.\d)? % in the end$|^9\d(\.\d)? % in the end$/.test(text)),
    'gossip alone misses the late',
  );
  const figure1 = textsOf(await draw('figure1', run));
  assert.ok(figure1.includes('Simulated propagation: logarithmic time'));
});

test('channels: arms of like speed stay on a linear axis of seconds', async () => {
  const texts = textsOf(await draw('channels', madeRun({ relays: 300, arms: [GOSSIP, CAUGHT_UP] })));
  assert.ok(texts.includes('SECONDS since the release'));
});

test('channels: no label covers another or leaves the chart, with as many arms as a chart can hold', async () => {
  const arms = Array.from({ length: 6 }, (_, index) =>
    testLiveArm(`arm-${index}`, index % 2 ? ['circuit'] : ['gossip']),
  );
  const svg = await draw('channels', withChannels(madeRun({ relays: 300, arms }), 5400, 0.1));
  const places = [
    ...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*font-weight="bold"[^>]*>(arm-[^<]*)</g),
  ].map(([, x, y]) => [Number(x), Number(y)] as const);
  assert.equal(places.length, 6);
  for (const [index, [x, y]] of places.entries()) {
    assert.ok(x > 62 && x < 1240, `label at ${x}`);
    for (const [otherX, otherY] of places.slice(index + 1)) {
      assert.ok(Math.abs(x - otherX) > 60 || Math.abs(y - otherY) > 14, `labels at ${y} and ${otherY}`);
    }
  }
});

test('running: the axis ends just above a halted rollout, which is marked and told in figures', async () => {
  const run = withRemoval(madeRun({ relays: 1000, arms: [MADE_LIVE_ARM] }), {
    ranShare: 0.009,
    haltedSeconds: 130,
    removedSeconds: 131,
  });
  const texts = textsOf(await draw('running', run));
  const ran = run.arms[0]?.updates[0]?.stages.activated.filter((at) => !Number.isNaN(at)).length ?? 0;
  for (const text of ['1 %', 'halted after 2.17 min', `${ran / 10} % ever ran it`, '0 % in the end']) {
    assert.ok(texts.includes(text), `"${text}" is missing in ${texts.join(' | ')}`);
  }
  assert.ok(!texts.includes('100 %'));
});

test('running: a module that every relay took out at once still shows, as high as it was', async () => {
  const made = madeRun({ relays: 100, arms: [MADE_LIVE_ARM] });
  const arms = made.arms.map((arm) => ({
    ...arm,
    updates: arm.updates.map((update) => {
      const activated = update.stages.activated.map((_, relay) => (relay < 10 ? 20 + relay : Number.NaN));
      return {
        ...update,
        stages: { ...update.stages, activated },
        removed: activated.map((at) => at + 0.001),
      };
    }),
  }));
  const svg = await draw('running', { ...made, arms });
  const path = /aria-description="strict-cells, running"[^>]*><path[^>]* d="([^"]*)"/.exec(svg)?.[1] ?? '';
  // Ten peaks of one relay each: up and down again.
  const heights = [...path.matchAll(/V([\d.]+)|,([\d.]+)/g)].map((match) => Number(match[1] ?? match[2]));
  const ground = heights[0] as number;
  assert.equal(heights.filter((height) => height < ground - 5).length >= 10, true, path);
});

test('running: only updates that were taken back are drawn, each arm with its own line', async () => {
  const made = madeRun({ relays: 100, arms: [GOSSIP, DIRECTORY], modules: ['kept', 'bad'] });
  const run = withRemoval(made, { ranShare: 1, haltedSeconds: null, removedSeconds: 300 });
  const svg = await draw('running', run);
  const names = [...svg.matchAll(/aria-description="([^"]*), running"/g)].map((match) => match[1]);
  assert.deepEqual(names, ['gossip, bad', 'directory, bad']);
});

test('running: a planned revocation is marked, even where nobody heard of it', async () => {
  const made = madeRun({ relays: 50, arms: [MADE_LIVE_ARM] });
  const updates = made.scenario.updates.map((update) => ({
    ...update,
    revokeAtSeconds: update.atSeconds + 240,
  }));
  const run = { ...made, scenario: { ...made.scenario, updates } };
  const texts = textsOf(await draw('running', run));
  assert.ok(texts.includes('revoked after 4 min'));
  assert.ok(texts.includes('100 % in the end'));
});

test('attacks: every count stands at its bar, the largest first, and the outcome in words', async () => {
  const texts = textsOf(
    await draw('attacks', withAttacks(madeRun({ relays: 50, arms: [GOSSIP, DIRECTORY] }))),
  );
  for (const text of [
    'malformed',
    '23,914',
    '47,828',
    'stolen-keys',
    '312',
    '5 % of the relays are the adversary&#39;s: 45,870 attempts, 150,321 refusals',
  ]) {
    assert.ok(texts.includes(text), `"${text}" is missing`);
  }
  assert.ok(texts.indexOf('malformed') < texts.indexOf('rollback'));
  assert.ok(texts.some((text) => text.startsWith('gossip: no relay ran a hostile module')));
  const stolen = withAttacks(madeRun({ relays: 50, arms: [GOSSIP] }), {
    wrongActivations: 40,
    hostileRelayHours: 2.5,
  });
  assert.ok(
    textsOf(await draw('attacks', stolen)).some((text) =>
      /40 relays ran a hostile module, for 2.5 relay-hours in all/.test(text),
    ),
  );
});

test('charts: the adversary stands in the small print, the first of several updates only where it is meant', async () => {
  const made = madeRun({ relays: 50, arms: [MADE_LIVE_ARM], modules: ['one', 'two'] });
  const run = withAttacks(withRemoval(made, { ranShare: 1, haltedSeconds: null, removedSeconds: 60 }));
  const captionOf = async (name: ChartName) =>
    textsOf(await draw(name, run))
      .slice(-2)
      .join(' ');
  for (const name of ['figure1', 'running', 'attacks'] as const) {
    assert.match(await captionOf(name), /5 % of the relays are the adversary&#39;s and count as not reached/);
  }
  assert.match(await captionOf('figure1'), /first of 2 updates \(one\)/);
  assert.doesNotMatch(await captionOf('running'), /first of 2/);
  assert.doesNotMatch(await captionOf('attacks'), /first of 2/);
});

test('attacks: what was not tried and not refused is said', async () => {
  const run = withAttacks(madeRun({ relays: 50, arms: [GOSSIP] }));
  const arms = run.arms.map((arm) =>
    arm.trust === null ? arm : { ...arm, trust: { ...arm.trust, refusals: {}, attempts: {} } },
  );
  const texts = textsOf(await draw('attacks', { ...run, arms }));
  assert.ok(texts.includes('nothing was tried') && texts.includes('nothing was refused'));
});
