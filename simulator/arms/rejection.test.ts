import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vulnerableRelayHours } from '../measure/exposure.ts';
import { rejectionSummary } from '../measure/rejection-summary.ts';
import { drawPopulation } from '../population/draw.ts';
import type { ManualArm } from '../scenario/scenario.ts';
import { testScenario } from '../testing/test-scenario.ts';
import { runManualArm } from './manual.ts';
import { rejectOutdated } from './rejection.ts';

const DAY = 86_400;

test('rejection: who has not upgraded in time is taken out, and is back only where that is allowed', () => {
  const times = () => Float64Array.of(3 * DAY, 9 * DAY, 10 * DAY, Number.NaN);
  const kept = times();
  const out = rejectOutdated({ afterDays: 9, readmits: true }, kept, 100 * DAY);
  assert.deepEqual([...out], [Number.NaN, Number.NaN, 9 * DAY, 9 * DAY]);
  assert.deepEqual(kept, times());
  const lost = times();
  rejectOutdated({ afterDays: 9, readmits: false }, lost, 100 * DAY);
  assert.deepEqual([...lost], [3 * DAY, 9 * DAY, Number.NaN, Number.NaN]);
  assert.ok(rejectOutdated({ afterDays: 9, readmits: true }, times(), 8 * DAY).every(Number.isNaN));
});

test('rejection: a relay that was taken out puts nobody at risk from then on', () => {
  const activatedSeconds = Float64Array.of(3600, Number.NaN, 7200 * 10);
  const rejected = Float64Array.of(Number.NaN, 7200, 7200);
  const vulnerability = { activatedSeconds, horizonSeconds: 36_000 };
  assert.equal(vulnerableRelayHours(vulnerability), 1 + 10 + 10);
  assert.equal(vulnerableRelayHours({ ...vulnerability, rejectedSeconds: rejected }), 1 + 2 + 2);
});

test('rejection: counted by relays and by weight, and how many came back', () => {
  const rejected = Float64Array.of(Number.NaN, 50, 50, Number.NaN);
  const summary = rejectionSummary(
    rejected,
    Float64Array.of(1, 60, Number.NaN, 2),
    Float64Array.of(4, 1, 2, 1),
  );
  assert.deepEqual(summary, {
    afterSeconds: 50,
    relays: 2,
    rejectedFraction: 0.5,
    rejectedWeightFraction: 0.375,
    readmittedFraction: 0.25,
  });
});

test('rejection: a manual arm draws the same operators with it and without, up to the day', () => {
  const scenario = testScenario();
  const population = drawPopulation(scenario.network, scenario.traffic, scenario.seed);
  const modules = [{ module: 'strict-cells', moduleBytes: 1, moduleSha256: '' }];
  const plain: ManualArm = {
    kind: 'manual',
    name: 'manual',
    lag: { law: 'lognormal', medianDays: 9, sigma: 1, never: 0.1 },
    untilDays: 100,
    drainSeconds: 30,
    restartSeconds: 60,
  };
  const of = (arm: ManualArm) => runManualArm(scenario, arm, population, modules).updates[0]!;
  const free = of(plain).stages.activated;
  const strict = of({ ...plain, reject: { afterDays: 9, readmits: false } });
  let out = 0;
  for (const [relay, at] of free.entries()) {
    const isOut = !(at <= 9 * DAY);
    out += isOut ? 1 : 0;
    assert.equal(strict.rejected![relay], isOut ? 9 * DAY : Number.NaN);
    assert.equal(strict.stages.activated[relay], isOut ? Number.NaN : at);
  }
  assert.ok(out > 0.3 * free.length && out < 0.7 * free.length, `${out} of ${free.length}`);
});
