import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adoptionFraction, lastObservedDay } from '../baseline/lag-law.ts';
import type { ArmOutcome } from '../measure/outcome.ts';
import { drawPopulation } from '../population/draw.ts';
import type { Population } from '../population/population.ts';
import type { LagLaw, ManualArm, Scenario } from '../scenario/scenario.ts';
import { madeRun } from '../testing/made-run.ts';
import { testUpdate } from '../testing/test-scenario.ts';
import { type ReleasedModule, runManualArm } from './manual.ts';

const DAY_SECONDS = 86_400;
const OLDER: LagLaw = { law: 'historical', name: 'tor-2016-17' };
const NEWER: LagLaw = { law: 'historical', name: 'tor-2025-26' };
const LOGNORMAL: LagLaw = { law: 'lognormal', medianDays: 10, sigma: 1, never: 0.1 };

function madeScenario(seed: number, releasedAtSeconds: readonly number[] = [60]): Scenario {
  const { scenario } = madeRun({ relays: 10 });
  return {
    ...scenario,
    seed,
    network: { ...scenario.network, relays: 7500 },
    updates: releasedAtSeconds.map((atSeconds, i) => testUpdate({ module: `fix-${i}`, atSeconds })),
  };
}

function arm(lag: LagLaw, changes: Partial<ManualArm> = {}): ManualArm {
  return {
    kind: 'manual',
    name: 'manual',
    lag,
    untilDays: 1000,
    drainSeconds: 0,
    restartSeconds: 30,
    ...changes,
  };
}

function modulesOf(scenario: Scenario): ReleasedModule[] {
  return scenario.updates.map(({ module }, i) => ({
    module,
    moduleBytes: 1000 + i,
    moduleSha256: `hash-${i}`,
  }));
}

const SCENARIO = madeScenario(1);
const POPULATION = drawPopulation(SCENARIO.network, SCENARIO.traffic, SCENARIO.seed);

function run(manual: ManualArm, scenario = SCENARIO, population: Population = POPULATION): ArmOutcome {
  return runManualArm(scenario, manual, population, modulesOf(scenario));
}

function activatedOf(outcome: ArmOutcome, update = 0): Float64Array {
  return outcome.updates[update]!.stages.activated;
}

function latestOf(times: Float64Array): number {
  return Math.max(...times.filter((seconds) => !Number.isNaN(seconds)));
}

/** Relays per operator, squared and summed, over relays squared: the share that one independent draw moves. */
function clustering(population: Population): number {
  const sizes = new Float64Array(population.operators);
  for (const operator of population.operator) sizes[operator]! += 1;
  return sizes.reduce((sum, size) => sum + size * size, 0) / population.relays ** 2;
}

for (const [name, lag] of Object.entries({
  'tor-2016-17': OLDER,
  'tor-2025-26': NEWER,
  lognormal: LOGNORMAL,
})) {
  test(`manual: 7,500 relays follow ${name} as closely as their operators let them`, () => {
    const noise = clustering(POPULATION);
    for (const seed of [1, 2, 3]) {
      const activated = activatedOf(run(arm(lag), madeScenario(seed)));
      for (const days of [0.5, 3, 10, 30, 100, 190]) {
        const expected = adoptionFraction(lag, days);
        const upgraded = activated.filter((seconds) => seconds - 30 <= days * DAY_SECONDS).length / 7500;
        // Four standard deviations of a mean over operators, each with all its relays.
        const slack = 4 * Math.sqrt(expected * (1 - expected) * noise);
        const what = `seed ${seed}, day ${days}: ${upgraded}, expected ${expected} +- ${slack}`;
        assert.ok(Math.abs(upgraded - expected) <= slack, what);
      }
    }
  });
}

test('manual: by operators the draw is closer, as its noise is of 5,153 draws', () => {
  const seconds = new Float64Array(POPULATION.operators);
  activatedOf(run(arm(OLDER))).forEach((time, relay) => {
    seconds[POPULATION.operator[relay]!] = time;
  });
  for (const days of [1, 20, 130, 500]) {
    const expected = adoptionFraction(OLDER, days);
    const upgraded = seconds.filter((time) => time - 30 <= days * DAY_SECONDS).length / seconds.length;
    const slack = 4 * Math.sqrt((expected * (1 - expected)) / seconds.length);
    assert.ok(Math.abs(upgraded - expected) <= slack, `day ${days}: ${upgraded}, expected ${expected}`);
  }
});

test('manual: all relays of an operator move together, and operators do not', () => {
  const activated = activatedOf(run(arm(LOGNORMAL)));
  const timeOf = new Map<number, number>();
  activated.forEach((seconds, relay) => {
    const operator = POPULATION.operator[relay]!;
    if (!timeOf.has(operator)) timeOf.set(operator, seconds);
    assert.ok(Object.is(timeOf.get(operator), seconds), `relay ${relay} of operator ${operator}`);
  });
  const times = [...timeOf.values()].filter((seconds) => !Number.isNaN(seconds));
  assert.equal(new Set(times).size, times.length);
});

test('manual: two laws compare on the same operators', () => {
  const older = activatedOf(run(arm(OLDER)));
  const newer = activatedOf(run(arm(NEWER, { name: 'today' })));
  const both = [...older.keys()].filter((relay) => older[relay]! > 0 && newer[relay]! > 0);
  both.sort((a, b) => older[a]! - older[b]!);
  assert.ok(both.length > 3000);
  for (let i = 1; i < both.length; i++) assert.ok(newer[both[i]!]! >= newer[both[i - 1]!]!);
});

test('manual: the curve ends with the law, or earlier where the scenario says so', () => {
  const whole = run(arm(NEWER));
  assert.equal(whole.horizonSeconds, lastObservedDay(NEWER) * DAY_SECONDS);
  const latest = latestOf(activatedOf(whole));
  assert.ok(latest <= whole.horizonSeconds && latest > 0.95 * whole.horizonSeconds);
  const month = run(arm(NEWER, { untilDays: 30 }));
  assert.equal(month.horizonSeconds, 30 * DAY_SECONDS);
  activatedOf(whole).forEach((seconds, relay) => {
    const expected = seconds <= 30 * DAY_SECONDS ? seconds : Number.NaN;
    assert.ok(Object.is(activatedOf(month)[relay], expected));
  });
  assert.equal(run(arm(LOGNORMAL, { untilDays: 400 })).horizonSeconds, 400 * DAY_SECONDS);
});

test('manual: a relay drains, and is back after its restart', () => {
  const quick = activatedOf(run(arm(LOGNORMAL, { drainSeconds: 0, restartSeconds: 0 })));
  const slow = activatedOf(run(arm(LOGNORMAL, { drainSeconds: 64, restartSeconds: 600 })));
  const reached = [...slow.keys()].filter((relay) => slow[relay]! > 0);
  assert.ok(reached.length > 6000);
  for (const relay of reached) assert.equal(slow[relay], quick[relay]! + 64 + 600);
});

test('manual: every update is installed with a lag of its own, known for as long as the run is', () => {
  const scenario = madeScenario(1, [60, 60 + 5 * DAY_SECONDS]);
  const outcome = run(arm(LOGNORMAL, { untilDays: 20 }), scenario);
  assert.deepEqual(
    outcome.updates.map(({ module, moduleBytes, moduleSha256 }) => [module, moduleBytes, moduleSha256]),
    [
      ['fix-0', 1000, 'hash-0'],
      ['fix-1', 1001, 'hash-1'],
    ],
  );
  const [first, second] = [activatedOf(outcome, 0), activatedOf(outcome, 1)];
  assert.ok(latestOf(first) > 19 * DAY_SECONDS && latestOf(first) <= 20 * DAY_SECONDS);
  assert.ok(latestOf(second) > 14 * DAY_SECONDS && latestOf(second) <= 15 * DAY_SECONDS);
  const same = first.filter((seconds, relay) => seconds === second[relay]).length;
  assert.equal(same, 0);
});

test('manual: only activation is timed, and nothing is sent', () => {
  const outcome = run(arm(OLDER));
  const { heard, verified, staged } = outcome.updates[0]!.stages;
  for (const times of [heard, verified, staged]) {
    assert.equal(times.length, 7500);
    assert.ok(times.every((seconds) => Number.isNaN(seconds)));
  }
  assert.equal(outcome.engine, 'lag');
  assert.equal(outcome.cost, null);
  assert.equal(outcome.circuitsBroken, null);
  assert.equal(outcome.rolledBack, 0);
  assert.deepEqual(outcome.violations, []);
});

test('manual: one seed always draws the same lags, another seed others', () => {
  const first = run(arm(OLDER)).traceHash;
  assert.equal(first, '5123d139b7811521');
  assert.equal(run(arm(OLDER, { name: 'again' })).traceHash, first);
  assert.notEqual(run(arm(OLDER), madeScenario(2)).traceHash, first);
});

test('manual: an update without its module is a bug', () => {
  assert.throws(() => runManualArm(SCENARIO, arm(OLDER), POPULATION, []), /one module per update/);
});
