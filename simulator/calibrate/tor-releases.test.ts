import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScenarioError } from '../scenario/problem.ts';
import { dateMs, parseReleases, ReleaseTable, seriesOf, torReleases } from './tor-releases.ts';
import { adoptionCurve, followedReleases, type Snapshot } from './version-counts.ts';

const TABLE = new ReleaseTable([
  { version: '0.4.7.1', date: '2024-01-10' },
  { version: '0.4.8.1-alpha', date: '2024-02-01' },
  { version: '0.4.8.2', date: '2024-03-01' },
  { version: '0.4.7.2', date: '2024-03-01' },
  { version: '0.4.7.3', date: '2024-05-01' },
  { version: '0.4.8.3', date: '2024-06-01' },
]);
const RELEASE = { version: '0.4.8.2', date: '2024-03-01' };

test('releases: newer is what came out on the day or later, backports and builds between releases too', () => {
  const isTakenUp = (version: string) => TABLE.isTakenUp(version, RELEASE);
  for (const version of ['0.4.8.2', '0.4.7.2', '0.4.7.3', '0.4.8.3', '0.4.8.3-dev']) {
    assert.ok(isTakenUp(version), version);
  }
  for (const version of ['0.4.7.1', '0.4.8.1-alpha', '0.4.8.1-alpha-dev', '0.4.8.1-rc', '', 'NULL']) {
    assert.ok(!isTakenUp(version), version);
  }
  assert.ok(isTakenUp('0.4.9.1-alpha'), 'above all that the table knows');
  assert.ok(!isTakenUp('0.4.7.9'), 'unknown, and no newer than the newest');
});

test('releases: a series counts from its first stable version, by number', () => {
  const series = TABLE.find('0.4.8')!;
  assert.deepEqual(series, { version: '0.4.8', date: '2024-03-01' });
  assert.ok(TABLE.isTakenUp('0.4.8', series));
  assert.ok(TABLE.isTakenUp('0.4.10', series));
  assert.ok(TABLE.isTakenUp('0.4.8.1-alpha', series));
  assert.ok(!TABLE.isTakenUp('0.4.7', series));
  assert.ok(!TABLE.isTakenUp('Other', series));
  assert.ok(!TABLE.isTakenUp('0.4.8', RELEASE), 'of a series alone no version is known');
  assert.equal(TABLE.find('0.5.0'), undefined);
  assert.equal(seriesOf('0.4.8.21-dev'), '0.4.8');
});

/** A snapshot at noon, `days` after the first of January 2024. */
function snapshot(days: number, counts: Record<string, number>): Snapshot {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    timeMs: dateMs('2024-01-01')! + (days + 0.5) * 86_400_000,
    counts: new Map(Object.entries(counts)),
    relays: all,
  };
}

test('releases: a curve is the share of all relays that have taken the release up, from its day on', () => {
  const snapshots = [
    snapshot(10, { '0.4.7.1': 100 }),
    snapshot(60, { '0.4.7.1': 90, '0.4.8.2': 8, NULL: 2 }),
    snapshot(70, { '0.4.7.1': 50, '0.4.8.2': 40, '0.4.7.2': 10, NULL: 100 }),
    snapshot(130, { '0.4.7.3': 50, '0.4.7.1': 50 }),
  ];
  assert.deepEqual(adoptionCurve(snapshots, RELEASE, TABLE), {
    name: '0.4.8.2',
    // 1 March 2024 is day 60 of a leap year.
    days: [0.5, 10.5, 70.5],
    fractions: [0.08, 0.25, 0.5],
    relays: 100,
  });
  assert.equal(adoptionCurve(snapshots.slice(0, 3), RELEASE, TABLE), null);
});

test('releases: followed are those seen within three days and for sixty, newest of their day', () => {
  const daily = Array.from({ length: 150 }, (_, day) => snapshot(day, { '0.4.7.1': 1 }));
  const followed = (snapshots: readonly Snapshot[]) =>
    followedReleases(snapshots, TABLE).map(({ version }) => version);
  // 0.4.7.2 and 0.4.7.3 are backports, 0.4.8.3 comes after the last day.
  assert.deepEqual(followed(daily), ['0.4.7.1', '0.4.8.2']);
  assert.deepEqual(followed(daily.slice(0, 119)), ['0.4.7.1']);
  assert.deepEqual(followed(daily.filter((_, day) => day < 59 || day > 64)), ['0.4.7.1']);
  const bySeries = Array.from({ length: 150 }, (_, day) => snapshot(day, { '0.4.7': 5, Other: 1 }));
  assert.deepEqual(followed(bySeries), ['0.4.7', '0.4.8']);
});

test('releases: the shipped table has the nine releases of 2016-17, and its order of dates', () => {
  const table = torReleases();
  const newest = table.newestOfTheirDay().filter(({ date }) => date >= '2016-08-01' && date <= '2017-03-03');
  assert.deepEqual(
    newest.map(({ version }) => version),
    ['0.2.8.6', '0.2.8.7', '0.2.8.8', '0.2.8.9', '0.2.8.10', '0.2.8.11', '0.2.9.8', '0.2.9.9', '0.2.9.10'],
  );
  assert.deepEqual(table.find('0.4.8.21'), { version: '0.4.8.21', date: '2025-11-17' });
});

test('releases: mistakes of a table are told with their lines', () => {
  const text = 'version,date\n0.1.2.3,2024-02-30\n,2024-01-01\n';
  assert.throws(
    () => parseReleases(text, 'r.csv'),
    (error) => error instanceof ScenarioError && error.problems.map(({ line }) => line).join() === '2,3',
  );
});
