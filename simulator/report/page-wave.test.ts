import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historicalBaseline } from '../baseline/historical.ts';
import { summarize } from '../measure/summary.ts';
import { madeRun } from '../testing/made-run.ts';
import { withRemoval } from '../testing/made-trust.ts';
import { chartData } from './chart-data.ts';
import { mapRelays, pageWave } from './page-wave.ts';
import { codeSeconds, NEVER_CODE } from './time-codes.ts';

const historical = [historicalBaseline('tor-2016-17')];
const run = madeRun({ relays: 200 });
const waveOf = (outcome = run) => pageWave(chartData(outcome, summarize(outcome, historical), historical));

test('page wave: every relay has its moments, to the eye the same as in the results', () => {
  const wave = waveOf();
  assert.equal(wave.places.longitude.length, 200);
  for (const [index, arm] of wave.arms.entries()) {
    const { activated } = run.arms[index]!.updates[0]!.stages;
    for (let relay = 0; relay < 200; relay++) {
      const seconds = codeSeconds(arm.times.running![relay]!);
      if (Number.isNaN(activated[relay])) assert.equal(seconds, Number.POSITIVE_INFINITY);
      else assert.ok(Math.abs(seconds / activated[relay]! - 1) < 3e-4, `${arm.name}, relay ${relay}`);
    }
  }
  assert.equal(wave.born, undefined);
});

test('page wave: what was taken out again shows, and what nobody did takes no room', () => {
  const [live] = waveOf().arms;
  assert.equal(live!.times.removed, undefined);
  const [removed] = waveOf(withRemoval(run, { ranShare: 0.5, haltedSeconds: 90, removedSeconds: 92 })).arms;
  assert.ok(removed!.times.removed!.some((code) => code !== NEVER_CODE));
});

test('page wave: says of which run it is, and that places are made up', () => {
  const { notes } = waveOf();
  assert.match(notes.join(' '), /one run: no confidence band.*places within a country are made up/);
});

test('page wave: of a large network every nth relay is on the map', () => {
  assert.deepEqual([...mapRelays(5, 2)], [0, 1, 2, 3, 4]);
  assert.equal(mapRelays(7500, 3).length, 7500);
  const million = mapRelays(1_000_000, 2);
  assert.equal(million.length, 20_000);
  assert.equal(million.at(-1), 999_950);
  assert.ok(mapRelays(1_000_000, 12).length * 12 <= 120_000);
});
