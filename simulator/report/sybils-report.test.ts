import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunOutcome } from '../measure/outcome.ts';
import { summarize } from '../measure/summary.ts';
import { madeRun } from '../testing/made-run.ts';
import { withSybils } from '../testing/made-sybils.ts';
import { testLiveArm } from '../testing/test-scenario.ts';
import { chartData } from './chart-data.ts';
import { gossipAttacks, sybilLines } from './sybil-table.ts';
import { drawSybils, hasSybils } from './sybils-chart.ts';

const PEACE = testLiveArm('peace');
const ATTACKED = testLiveArm('attacked');
const run = madeRun({ relays: 200, arms: [PEACE, ATTACKED] });

/** The run with the heard times of the attacked arm changed, and its cost doubled. */
function slowed(outcome: RunOutcome, change: (seconds: number, relay: number) => number): RunOutcome {
  const arms = outcome.arms.map((arm) => {
    if (arm.arm.name !== 'attacked' || arm.cost === null) return arm;
    const [peace] = outcome.arms;
    const [update, ...rest] = peace!.updates;
    const heard = update!.stages.heard.map(change);
    const updates = [{ ...update!, stages: { ...update!.stages, heard } }, ...rest];
    return { ...arm, updates, cost: { ...peace!.cost!, bytes: peace!.cost!.bytes * 2 } };
  });
  return { ...outcome, arms };
}

function sybilsOf(outcome: RunOutcome) {
  return summarize(outcome, []).arms.attacked?.sybils ?? assert.fail('no sybils');
}

test('sybils: an arm without them says nothing of them', () => {
  assert(!JSON.stringify(summarize(run, [])).includes('sybil'));
  assert.equal(hasSybils(chartData(run, summarize(run, []), [])), false);
  assert.equal(gossipAttacks(summarize(run, [])).markup, '');
  assert.deepEqual(sybilLines(summarize(run, [])), []);
});

test('sybils: delivery and bytes stand beside the arm in peace', () => {
  const attacked = slowed(withSybils(run, 'attacked'), (seconds) => seconds * 3);
  const { againstPeace, ...figures } = sybilsOf(attacked);
  assert.equal(againstPeace?.arm, 'peace');
  assert.equal(againstPeace.heardFraction, 1);
  assert(Math.abs((againstPeace.t99Ratio ?? 0) - 3) < 1e-4, `${againstPeace.t99Ratio}`);
  assert(Math.abs((againstPeace.t50Ratio ?? 0) - 3) < 1e-4);
  assert.equal(againstPeace.bytesRatio, 2);
  assert.equal(figures.heardFraction, 1);
  const bytes = attacked.arms.find(({ arm }) => arm.name === 'attacked')?.cost?.bytes ?? assert.fail();
  assert.equal(figures.honestBytes, bytes - 1_000_000);
});

test('sybils: relays that never hear are missing in the delivery, and the 99 % is never reached', () => {
  const silenced = slowed(withSybils(run, 'attacked', { targets: [0, 1, 199] }), (seconds, relay) =>
    relay < 20 ? Number.NaN : seconds,
  );
  const { heardFraction, heardT99Seconds, targets, targetsHeardFraction, againstPeace } = sybilsOf(silenced);
  assert.equal(heardFraction, 0.9);
  assert.equal(heardT99Seconds, null);
  assert.equal(againstPeace?.t99Ratio, null);
  assert.deepEqual([targets, targetsHeardFraction], [3, 0.333333]);
  assert.match(sybilLines(summarize(silenced, []))[0] ?? '', /90 % heard, 99 % after never/);
});

test('sybils: the mesh that they hold is that of the last sample before the release', () => {
  const { meshShareAtRelease, meshShareMost, meshShareAtEnd, eclipsedRelaysAtRelease } = sybilsOf(
    withSybils(run, 'attacked'),
  );
  const atSeconds = run.scenario.updates[0]?.atSeconds ?? 0;
  assert(atSeconds >= 40 && atSeconds < 80, `${atSeconds}`);
  assert.deepEqual([meshShareAtRelease, meshShareMost, meshShareAtEnd], [0.5, 0.5, 0.25]);
  assert.equal(eclipsedRelaysAtRelease, 2);
});

test('sybils: the chart and the table name each attacked arm with its figures', () => {
  const attacked = withSybils(run, 'attacked');
  const summary = summarize(attacked, []);
  const svg = drawSybils(null, chartData(attacked, summary, []));
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]);
  assert(texts.includes('attacked') && texts.includes('eclipse, 400'), texts.join(' | '));
  assert(!texts.includes('peace'), 'an arm in peace has no row');
  assert(texts.some((text) => text?.includes('in peace (peace) 100 % hear')));
  const page = gossipAttacks(summary).markup;
  for (const text of ['eclipse', '400 on network', '50 %', '31', '977 KiB'])
    assert(page.includes(text), text);
});
