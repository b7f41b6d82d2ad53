import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HistoricalName } from '../scenario/scenario.ts';
import { dayOfFraction } from './derive-curves.ts';
import { historicalBaseline, type MilestoneDays } from './historical.ts';

const NAMES: readonly HistoricalName[] = ['tor-2016-17', 'tor-2025-26'];
const OLDER = historicalBaseline('tor-2016-17');
const NEWER = historicalBaseline('tor-2025-26');

function daysAre(actual: MilestoneDays, expected: (number | null)[]): void {
  assert.deepEqual(
    [actual.t25Days, actual.t50Days, actual.t75Days, actual.t90Days, actual.t99Days],
    expected,
  );
}

test('baseline: in 2016-17 half the relays took over four months and three quarters were never seen', () => {
  daysAre(OLDER.milestones.relays, [21.1, 131.3, null, null, null]);
  daysAre(OLDER.milestones.consensusWeight!, [10.8, 52.1, null, null, null]);
});

test('baseline: in 2025-26 half the relays took six days and three quarters two months', () => {
  daysAre(NEWER.milestones.relays, [2.1, 6.2, 64, null, null]);
  assert.equal(NEWER.milestones.consensusWeight, null);
});

test('baseline: the releases of 2016-17 reach a quarter in 11 to 26 days and half in 116 to 156', () => {
  const followed = OLDER.releases.filter((release) => release.release !== '0.2.7.6');
  const days = (fraction: number) =>
    followed
      .map((release) => dayOfFraction(release.daysSinceRelease, release.fractionOfRelays, fraction))
      .filter((day) => day !== null)
      .sort((a, b) => a - b)
      .map((day) => Number(day.toFixed(1)));
  // The figures that the source states per release, 0.1 day apart at most.
  assert.deepEqual(days(0.25), [11.3, 16.4, 18.8, 22.1, 22.1, 22.3, 25.3, 25.7, 26.4]);
  assert.deepEqual(days(0.5), [116.1, 121.3, 121.9, 122, 128.6, 144.1, 156]);
  assert.deepEqual(days(0.75), []);
});

test('baseline: the pooled milestones are those of the pooled curve', () => {
  for (const { pooled, milestones } of [OLDER, NEWER]) {
    const columns = [
      [pooled.fractionOfRelays, milestones.relays],
      [pooled.fractionOfConsensusWeight, milestones.consensusWeight],
    ] as const;
    for (const [fractions, days] of columns) {
      if (fractions === null || days === null) continue;
      for (const [name, fraction] of Object.entries({
        t25Days: 0.25,
        t50Days: 0.5,
        t75Days: 0.75,
        t90Days: 0.9,
      })) {
        const stated = days[name as keyof MilestoneDays];
        const read = dayOfFraction(pooled.days, fractions, fraction);
        if (stated === null) assert.equal(read, null, name);
        else assert.ok(Math.abs(read! - stated) <= 0.1, `${name}: ${read}, stated ${stated}`);
      }
    }
  }
});

test('baseline: every curve is in order of days, within 0 and 1, and ends by the last observed day', () => {
  for (const name of NAMES) {
    const baseline = historicalBaseline(name);
    assert.equal(baseline.name, name);
    const curves = [
      ...baseline.releases.map((release) => ({ ...release, days: release.daysSinceRelease })),
      { release: 'pooled', ...baseline.pooled },
    ];
    for (const { release, days, fractionOfRelays, fractionOfConsensusWeight } of curves) {
      assert.ok(days.length <= 80 && days.length > 40, release);
      assert.ok(days.at(-1)! <= baseline.lastObservedDay, release);
      for (let i = 1; i < days.length; i++) assert.ok(days[i]! > days[i - 1]!, release);
      for (const fractions of [fractionOfRelays, fractionOfConsensusWeight]) {
        if (fractions === null) continue;
        assert.equal(fractions.length, days.length, release);
        for (const fraction of fractions) assert.ok(fraction >= 0 && fraction <= 1, release);
      }
    }
  }
});
