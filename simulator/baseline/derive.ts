/**
 * Derives `historical.json` and `lag-parameters.json`: `npx tsx simulator/baseline/derive.ts DATA_DIR`.
 *
 * Every curve is held against the milestones that the source states for it before anything is written: a
 * difference of more than 0.1 day stops the derivation.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSourceTable, type SourceTable } from '../population/source-table.ts';
import type { HistoricalName } from '../scenario/scenario.ts';
import { type Curve, dayOfFraction, pooledCurve, thinned } from './derive-curves.ts';
import type { HistoricalBaseline, MilestoneDays, ReleaseCurve } from './historical.ts';

/** Stable releases of 2016-17 that were watched from their first day for 60 days or more. */
const FOLLOWED_2016 = [
  '0.2.8.6',
  '0.2.8.7',
  '0.2.8.8',
  '0.2.8.9',
  '0.2.8.10',
  '0.2.8.11',
  '0.2.9.8',
  '0.2.9.9',
  '0.2.9.10',
];
/** Watched only from its 106th day on; what is known of 2016-17 beyond the 275th day. */
const TAIL_2016 = '0.2.7.6';
const RELEASE_2025 = '0.4.8.21';
/** The pooled curve of 2016-17 ends where fewer releases than this are observed. */
const LEAST_POOLED_RELEASES = 3;
const POOLED_STEP_DAYS = 0.25;

interface DatedCurve extends Curve {
  readonly release: string;
  readonly releaseDate: string;
}

function fileOf(dataDir: string, name: string): string {
  return join(dataDir, 'historical', name);
}

/** The column of a release's rows, which stand in order of time. */
function releaseCurve(table: SourceTable, release: string, columns: readonly string[]): DatedCurve {
  const rows = Array.from({ length: table.rows }, (_, row) => row).filter(
    (row) => table.text(row, 'release') === release,
  );
  if (rows.length === 0) throw new Error(`${table.path}: no row for release ${release}`);
  return {
    release,
    releaseDate: table.text(rows[0]!, 'release_date'),
    days: numbers(table, rows, 'days_since_release'),
    columns: columns.map((column) => numbers(table, rows, column)),
  };
}

function numbers(table: SourceTable, rows: readonly number[], column: string): number[] {
  return rows.map((row) => {
    const value = table.number(row, column);
    if (value === null) throw new Error(`${table.path}:${row + 2}: ${column} is empty`);
    return value;
  });
}

function cohortCurve(table: SourceTable): Curve {
  const rows = Array.from({ length: table.rows }, (_, row) => row);
  return {
    days: numbers(table, rows, 'days_since_release'),
    columns: [numbers(table, rows, 'cumulative_fraction_upgraded_km')],
  };
}

/** Throws where a curve reaches a fraction at another time than the source states. */
function checkMilestones(
  table: SourceTable,
  release: string,
  weighting: string,
  { days }: Curve,
  fractions: readonly number[],
): void {
  const row = Array.from({ length: table.rows }, (_, i) => i).find(
    (i) => table.text(i, 'release') === release && table.text(i, 'weighting').startsWith(weighting),
  );
  if (row === undefined) throw new Error(`${table.path}: no milestones of ${release} by ${weighting}`);
  for (const percent of [10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 85, 90]) {
    const stated = table.text(row, `days_to_${percent}_pct`);
    const derived = dayOfFraction(days, fractions, percent / 100);
    const agrees = stated.startsWith('<=')
      ? derived === days[0]
      : stated === ''
        ? derived === null
        : derived !== null && Math.abs(derived - Number(stated)) <= 0.1;
    if (!agrees) throw new Error(`${release} by ${weighting}, ${percent} %: ${derived}, stated ${stated}`);
  }
}

function rounded(values: readonly number[], digits: number): number[] {
  return values.map((value) => Number(value.toFixed(digits)));
}

function milestonesOf(days: readonly number[], fractions: readonly number[]): MilestoneDays {
  const day = (fraction: number) => {
    const reached = dayOfFraction(days, fractions, fraction);
    return reached === null ? null : Number(reached.toFixed(1));
  };
  return { t25Days: day(0.25), t50Days: day(0.5), t75Days: day(0.75), t90Days: day(0.9), t99Days: day(0.99) };
}

function committedRelease({ release, releaseDate, ...curve }: DatedCurve): ReleaseCurve {
  const { days, columns } = thinned(curve);
  const [relays, weight] = columns;
  return {
    release,
    releaseDate,
    daysSinceRelease: rounded(days, 3),
    fractionOfRelays: rounded(relays!, 4),
    fractionOfConsensusWeight: weight === undefined ? null : rounded(weight, 4),
  };
}

function baseline(
  name: HistoricalName,
  label: string,
  releases: readonly DatedCurve[],
  pooled: Curve,
  lastObservedDay: number,
): HistoricalBaseline {
  const { days, columns } = thinned(pooled);
  const [relays, weight] = columns;
  return {
    name,
    label,
    releases: releases.map(committedRelease),
    pooled: {
      days: rounded(days, 3),
      fractionOfRelays: rounded(relays!, 4),
      fractionOfConsensusWeight: weight === undefined ? null : rounded(weight, 4),
    },
    lastObservedDay,
    milestones: {
      relays: milestonesOf(pooled.days, pooled.columns[0]!),
      consensusWeight: weight === undefined ? null : milestonesOf(pooled.days, pooled.columns[1]!),
    },
  };
}

function baseline2016(adoption: SourceTable, milestones: SourceTable): HistoricalBaseline {
  const columns = ['fraction_of_relays_on_this_or_newer', 'fraction_by_consensus_weight'];
  const followed = FOLLOWED_2016.map((release) => releaseCurve(adoption, release, columns));
  for (const curve of followed) {
    checkMilestones(milestones, curve.release, 'relays', curve, curve.columns[0]!);
    checkMilestones(milestones, curve.release, 'consensus_weight', curve, curve.columns[1]!);
  }
  const tail = releaseCurve(adoption, TAIL_2016, columns);
  checkMilestones(milestones, TAIL_2016, 'relays', tail, tail.columns[0]!);
  const pooled = pooledCurve(followed, LEAST_POOLED_RELEASES, POOLED_STEP_DAYS);
  return baseline('tor-2016-17', 'Tor 2016-17', [...followed, tail], pooled, tail.days.at(-1)!);
}

function baseline2025(adoption: SourceTable, cohort: Curve, milestones: SourceTable): HistoricalBaseline {
  const crossSection = releaseCurve(adoption, RELEASE_2025, ['fraction_alt']);
  checkMilestones(milestones, RELEASE_2025, 'relays (cross', crossSection, crossSection.columns[0]!);
  checkMilestones(milestones, RELEASE_2025, 'relays (Kaplan', cohort, cohort.columns[0]!);
  const lastDay = cohort.days.at(-1)!;
  const until = crossSection.days.filter((day) => day <= lastDay).length;
  const release = {
    ...crossSection,
    days: crossSection.days.slice(0, until),
    columns: crossSection.columns.map((column) => column.slice(0, until)),
  };
  return baseline('tor-2025-26', 'Tor 2025-26', [release], cohort, lastDay);
}

function write(file: string, content: unknown): void {
  const target = fileURLToPath(new URL(file, import.meta.url));
  writeFileSync(target, `${JSON.stringify(content)}\n`);
  execFileSync('npx', ['biome', 'format', '--write', target], { stdio: 'inherit' });
}

interface RecommendedModel {
  readonly scenario_2016_17: { p_updates: number; mu: number; sigma: number; rmse: number };
  readonly scenario_2025_26: {
    p_auto: number;
    weibull_scale: number;
    weibull_shape: number;
    p_manual: number;
    mu: number;
    sigma: number;
    p_never: number;
    rmse: number;
  };
}

const dataDir = process.argv[2];
if (dataDir === undefined) {
  process.stderr.write('usage: npx tsx simulator/baseline/derive.ts DATA_DIR\n');
  process.exit(2);
}
const adoption = readSourceTable(fileOf(dataDir, 'version-adoption.csv'));
const milestones = readSourceTable(fileOf(dataDir, 'adoption-milestones.csv'));
const cohort = cohortCurve(readSourceTable(fileOf(dataDir, 'upgrade-lag-cohort-0.4.8.21.csv')));
const eras = {
  'tor-2016-17': baseline2016(adoption, milestones),
  'tor-2025-26': baseline2025(adoption, cohort, milestones),
} satisfies Record<HistoricalName, HistoricalBaseline>;
write('./historical.json', eras);

const model = JSON.parse(
  readFileSync(fileOf(dataDir, 'lag-model-recommended.json'), 'utf8'),
) as RecommendedModel;
const [older, newer] = [model.scenario_2016_17, model.scenario_2025_26];
write('./lag-parameters.json', {
  source:
    'least squares on a logarithmic grid of days, see README.md; mu is the logarithm of a median in days',
  'tor-2016-17': {
    lastObservedDay: eras['tor-2016-17'].lastObservedDay,
    rmse: older.rmse,
    never: Number((1 - older.p_updates).toFixed(6)),
    parts: [{ law: 'lognormal', share: older.p_updates, mu: older.mu, sigma: older.sigma }],
  },
  'tor-2025-26': {
    lastObservedDay: eras['tor-2025-26'].lastObservedDay,
    rmse: newer.rmse,
    never: newer.p_never,
    parts: [
      { law: 'weibull', share: newer.p_auto, scaleDays: newer.weibull_scale, shape: newer.weibull_shape },
      { law: 'lognormal', share: newer.p_manual, mu: newer.mu, sigma: newer.sigma },
    ],
  },
});
