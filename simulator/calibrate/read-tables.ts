/** Reads the two tables that a calibration takes: curves of day and fraction, and counts of relays by version. */

import type { LocatedTable } from '../population/located-table.ts';
import type { AdoptionCurve } from './adoption-curve.ts';
import { dateMs } from './tor-releases.ts';
import type { Snapshot } from './version-counts.ts';

const DAYS_MAX = 36_500;
const RELAYS_MAX = 1e9;
const POINTS_LEAST = 3;

export function isCurveTable(table: LocatedTable): boolean {
  return table.has('day') && table.has('fraction');
}

export function isVersionTable(table: LocatedTable): boolean {
  return table.has('date') && table.has('version');
}

/**
 * Curves of the columns day and fraction; with a column release, one for each. A column relays says how many
 * were counted. Throws ScenarioError with every mistake.
 */
export function readCurves(table: LocatedTable, name: string): AdoptionCurve[] {
  table.need('day', 'fraction');
  const curves = new Map<string, { days: number[]; fractions: number[]; relays: number | null }>();
  for (const row of table.rows) {
    const day = table.number(row, 'day', 0, DAYS_MAX);
    const fraction = table.number(row, 'fraction', 0, 1);
    const relays = table.number(row, 'relays', 1, RELAYS_MAX);
    for (const column of ['day', 'fraction']) {
      if (table.has(column) && table.cell(row, column) === '') {
        table.fault(row, column, 'is empty', 'write a row such as 7,0.25');
      }
    }
    if (day === null || fraction === null) continue;
    const release = table.has('release') ? table.cell(row, 'release') : name;
    if (release === '') table.fault(row, 'release', 'is empty', 'name the release, or leave the column out');
    const curve = curves.get(release) ?? { days: [], fractions: [], relays };
    const before = curve.days.at(-1);
    if (before !== undefined && day <= before) {
      table.fault(row, 'day', `day ${day} does not come after day ${before}`, 'sort the rows by day');
    }
    curve.days.push(day);
    curve.fractions.push(fraction);
    curves.set(release, curve);
  }
  // What a row has wrong may be all that a curve lacks.
  for (const [release, { days, fractions }] of table.isSound ? curves : []) {
    if (days.length < POINTS_LEAST) {
      table.fault(
        null,
        null,
        `${release} has fewer than ${POINTS_LEAST} points`,
        'a law needs more to be fitted',
      );
    } else if (Math.max(...fractions) === 0) {
      table.fault(null, null, `${release} never rises above 0`, 'there is nothing to fit');
    }
  }
  if (curves.size === 0) table.fault(null, null, 'has no rows', 'write rows such as 7,0.25');
  table.check();
  return [...curves].map(([release, curve]) => ({ name: release, ...curve }));
}

/**
 * Counts of the columns date, version and relays, as Tor Metrics publishes versions.csv; columns are found by
 * name, and others are left alone. Throws ScenarioError with every mistake.
 */
export function readVersionCounts(table: LocatedTable): Snapshot[] {
  table.need('date', 'version', 'relays');
  const days = new Map<number, Map<string, number>>();
  for (const row of table.rows) {
    const timeMs = dateMs(table.cell(row, 'date'));
    if (timeMs === null) table.fault(row, 'date', 'is no date', 'as in 2017-05-03');
    const relays = table.number(row, 'relays', 0, RELAYS_MAX);
    if (relays === null && table.cell(row, 'relays') === '') {
      table.fault(row, 'relays', 'is empty', 'a number of relays');
    }
    const version = table.cell(row, 'version');
    if (timeMs === null || relays === null) continue;
    const counts = days.get(timeMs) ?? new Map<string, number>();
    if (counts.has(version)) {
      table.fault(row, 'version', 'stands twice on this day', 'one row for each day and version');
    }
    counts.set(version, relays);
    days.set(timeMs, counts);
  }
  const snapshots = [...days].map(([timeMs, counts]) => {
    return { timeMs, counts, relays: [...counts.values()].reduce((sum, count) => sum + count, 0) };
  });
  if (table.rows.length === 0)
    table.fault(null, null, 'has no rows', 'write rows such as 2017-05-03,0.2.9.10,2433');
  for (const { timeMs, relays } of table.isSound ? snapshots : []) {
    const date = new Date(timeMs).toISOString().slice(0, 10);
    if (relays === 0) table.fault(null, null, `counts no relay on ${date}`, 'leave the day out');
  }
  table.check();
  return snapshots.sort((a, b) => a.timeMs - b.timeMs);
}
