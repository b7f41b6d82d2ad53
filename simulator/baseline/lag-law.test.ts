import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { HistoricalName, LagLaw, LagPart } from '../scenario/scenario.ts';
import { fractionAt } from './derive-curves.ts';
import { historicalBaseline } from './historical.ts';
import { adoptionFraction, fittedLaw, lagQuantileDays, lastObservedDay } from './lag-law.ts';

const OLDER: LagLaw = { law: 'historical', name: 'tor-2016-17' };
const NEWER: LagLaw = { law: 'historical', name: 'tor-2025-26' };

function near(actual: number, expected: number, tolerance: number, what = ''): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${what} ${actual}, expected ${expected} +- ${tolerance}`,
  );
}

const DAYS = fc.double({ min: 0.01, max: 1000, noNaN: true });
const SIGMA = fc.double({ min: 0.1, max: 4, noNaN: true });
const SHAPE = fc.double({ min: 0.3, max: 5, noNaN: true });
const NEVER = fc.double({ min: 0, max: 0.9, noNaN: true });
const LAWS: fc.Arbitrary<LagLaw> = fc.oneof(
  fc.record({ law: fc.constant('lognormal' as const), medianDays: DAYS, sigma: SIGMA, never: NEVER }),
  fc.record({ law: fc.constant('weibull' as const), scaleDays: DAYS, shape: SHAPE, never: NEVER }),
  fc
    .record({ medianDays: DAYS, sigma: SIGMA, scaleDays: DAYS, shape: SHAPE, never: NEVER, first: NEVER })
    .map(({ medianDays, sigma, scaleDays, shape, never, first }): LagLaw => {
      const share = (1 - never) * first;
      const parts: LagPart[] = [
        { law: 'lognormal', share, medianDays, sigma },
        { law: 'weibull', share: 1 - never - share, scaleDays, shape },
      ];
      return { law: 'mixture', parts, never };
    }),
  fc.constantFrom<LagLaw>(OLDER, NEWER),
);
const UNIFORM = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });

/** The law's share that never updates. */
function neverOf(law: LagLaw): number {
  if (law.law === 'historical') return fittedLaw(law.name).never;
  return law.law === 'empirical' ? 1 - law.fractions.at(-1)! : law.never;
}

test('lag: the fraction on the day of a quantile is the quantile, and the rest never updates', () => {
  fc.assert(
    fc.property(LAWS, UNIFORM, (law, u) => {
      const never = neverOf(law);
      fc.pre(Math.abs(u - (1 - never)) > 1e-9);
      const days = lagQuantileDays(law, u);
      if (u > 1 - never) {
        assert.equal(days, Number.POSITIVE_INFINITY);
        return;
      }
      assert.ok(days >= 0 && Number.isFinite(days));
      if (days <= lastObservedDay(law)) near(adoptionFraction(law, days), u, 1e-7);
    }),
    { numRuns: 500 },
  );
});

test('lag: a larger share of operators never takes less time', () => {
  fc.assert(
    fc.property(LAWS, UNIFORM, UNIFORM, (law, a, b) => {
      assert.ok(lagQuantileDays(law, Math.min(a, b)) <= lagQuantileDays(law, Math.max(a, b)));
    }),
    { numRuns: 500 },
  );
});

test('lag: known values of the formulas', () => {
  const lognormal: LagLaw = { law: 'lognormal', medianDays: 20, sigma: 1.5, never: 0.2 };
  near(lagQuantileDays(lognormal, 0.4), 20, 1e-12);
  // The standard normal is below 1.2815515655446004 with probability 0.9.
  near(lagQuantileDays(lognormal, 0.72), 20 * 6.836_9, 0.01);
  near(adoptionFraction(lognormal, 20), 0.4, 1e-12);
  const weibull: LagLaw = { law: 'weibull', scaleDays: 10, shape: 2, never: 0 };
  near(adoptionFraction(weibull, 10), 0.632_120_558_828_557_7, 1e-12);
  near(lagQuantileDays(weibull, 0.5), 8.325_546_111_576_978, 1e-9);
  near(lagQuantileDays(OLDER, 0.751 / 2), 51.883_4, 0.001);
});

test('lag: the fitted laws pass where Tor was seen', () => {
  near(lagQuantileDays(OLDER, 0.25), 20.5, 0.5);
  near(lagQuantileDays(OLDER, 0.5), 130, 3);
  near(lagQuantileDays(NEWER, 0.5), 5.9, 0.5);
  near(lagQuantileDays(NEWER, 0.75), 61, 4);
  assert.equal(lagQuantileDays(OLDER, 0.752), Number.POSITIVE_INFINITY);
  assert.equal(lagQuantileDays(NEWER, 0.953), Number.POSITIVE_INFINITY);
});

/** Days evenly spaced on a logarithmic scale, both ends included. */
function logGrid(from: number, to: number, points: number): number[] {
  return Array.from({ length: points }, (_, i) => from * (to / from) ** (i / (points - 1)));
}

function rootMeanSquare(errors: readonly number[]): number {
  return Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
}

test('lag: the fit of 2016-17 misses its releases by as much as its author says', () => {
  const { releases, lastObservedDay: lastDay } = historicalBaseline('tor-2016-17');
  const errors = logGrid(1, lastDay, 200).flatMap((day) =>
    releases
      .filter(({ daysSinceRelease: days }) => day >= days[0]! && day <= days.at(-1)!)
      .map((release) => {
        const observed = fractionAt(release.daysSinceRelease, release.fractionOfRelays, day);
        return observed - adoptionFraction(OLDER, day);
      }),
  );
  near(rootMeanSquare(errors), fittedLaw('tor-2016-17').rmse, 0.0005);
});

test('lag: the fit of 2025-26 misses the cohort by as much as its author says', () => {
  const { pooled } = historicalBaseline('tor-2025-26');
  const errors = logGrid(pooled.days[0]!, pooled.days.at(-1)!, 200).map((day) => {
    // A Kaplan-Meier curve is a step function: it holds until the next event.
    const step = pooled.days.findLastIndex((observed) => observed <= day);
    return pooled.fractionOfRelays[step]! - adoptionFraction(NEWER, day);
  });
  near(rootMeanSquare(errors), fittedLaw('tor-2025-26').rmse, 0.0015);
});

test('lag: nothing is said past the last observed day', () => {
  for (const name of ['tor-2016-17', 'tor-2025-26'] as const satisfies readonly HistoricalName[]) {
    const law: LagLaw = { law: 'historical', name };
    const last = lastObservedDay(law);
    assert.equal(last, historicalBaseline(name).lastObservedDay);
    assert.ok(adoptionFraction(law, last) > 0.5);
    assert.throws(() => adoptionFraction(law, last + 0.01), RangeError);
  }
  const formula: LagLaw = { law: 'weibull', scaleDays: 3, shape: 1, never: 0 };
  assert.equal(lastObservedDay(formula), Number.POSITIVE_INFINITY);
  near(adoptionFraction(formula, 1e6), 1, 1e-12);
});

test('lag: a table is read between its points, from no one on day 0, and ends', () => {
  const table: LagLaw = { law: 'empirical', days: [2, 4, 4, 10], fractions: [0.1, 0.3, 0.5, 0.5] };
  assert.equal(adoptionFraction(table, 0), 0);
  near(adoptionFraction(table, 1), 0.05, 1e-12);
  near(adoptionFraction(table, 3), 0.2, 1e-12);
  assert.equal(adoptionFraction(table, 4), 0.5);
  assert.equal(adoptionFraction(table, 10), 0.5);
  assert.throws(() => adoptionFraction(table, 10.1), RangeError);
  near(lagQuantileDays(table, 0.2), 3, 1e-12);
  assert.equal(lagQuantileDays(table, 0.4), 4);
  assert.equal(lagQuantileDays(table, 0.5), 4);
  assert.equal(lagQuantileDays(table, 0.51), Number.POSITIVE_INFINITY);
  assert.equal(lastObservedDay(table), 10);
  const atOnce: LagLaw = { law: 'empirical', days: [0, 1], fractions: [0.3, 1] };
  assert.equal(lagQuantileDays(atOnce, 0.2), 0);
  assert.equal(adoptionFraction(atOnce, 0), 0.3);
});

test('lag: what is no day, no share of operators and no whole mixture is refused', () => {
  assert.throws(() => adoptionFraction(OLDER, -1), RangeError);
  assert.throws(() => adoptionFraction(OLDER, Number.NaN), RangeError);
  for (const u of [0, 1, -0.1, Number.NaN]) assert.throws(() => lagQuantileDays(OLDER, u), RangeError);
  const half: LagLaw = {
    law: 'mixture',
    parts: [{ law: 'weibull', share: 0.5, scaleDays: 1, shape: 1 }],
    never: 0.1,
  };
  assert.throws(() => lagQuantileDays(half, 0.5), /add up to 0.6/);
});
