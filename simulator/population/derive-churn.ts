/**
 * Derives `tor-churn-2025-11.json`: `npx tsx simulator/population/derive-churn.ts DATA_DIR`.
 *
 * Nobody published sessions by uptime class, so they are fitted: in each class sessions and absences are lognormal,
 * their means in the ratio that gives the class its measured uptime, and the classes together must reproduce what
 * was measured of all relays. The same tables give the same file, up to the last digit of a logarithm.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { randomStream } from '../engine/random.ts';
import type { ChurnAggregates, MeasuredCdf } from './churn-aggregates.ts';
import { rounded, UPTIME_CLASS_BOUNDS } from './derive-relays.ts';
import { minimize } from './nelder-mead.ts';
import { UPTIME_CLASSES } from './population.ts';
import { readSourceTable, type SourceTable } from './source-table.ts';

/** The quarter in which relays were listed hourly: a cycle of session and absence longer than it was never seen. */
const QUARTER_HOURS = 92 * 24;
/** From the first day of that quarter to the snapshot of relays. */
const AGE_OF_QUARTER_DAYS = 131;
/** Of the time that a class is away, so much may fall into absences longer than the quarter, which nobody saw end. */
const UNSEEN_SHARE = 0.1;
/** Wider laws have most of their spells below the hour that can be seen. */
const SIGMA_MAX = 2.2;
const STARTS = 60;
const EVALUATIONS = 8000;
/** Lists are hourly: between the hours a distribution is known for certain. */
const SESSION_HOURS = [
  1.5, 2.5, 3.5, 5.5, 8.5, 12.5, 18.5, 24.5, 36.5, 48.5, 72.5, 120.5, 240.5, 480.5, 720.5, 1000.5, 1500.5,
];
const ABSENCE_HOURS = [
  1.5, 2.5, 3.5, 5.5, 8.5, 12.5, 18.5, 24.5, 48.5, 72.5, 120.5, 240.5, 480.5, 720.5, 1000.5,
];
const NEXT_HOURS = [1, 2, 4, 8, 12, 24, 48, 72, 100, 150, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1080];
/** Running relays of 2025-11-09 and the new ones of half a year before, when the rate was steady. */
const ARRIVALS_FROM = '2025-05-13';
const ARRIVALS_TO = '2025-11-09';
/** Sightings begin two days after the day that counts as zero. */
const SEEN_FROM_DAY = 2;
const SEEN_TO_DAY = 30;

/** Share of events no longer than each of `hours`, by a step function. */
function stepsAt(table: SourceTable, hours: readonly number[]): number[] {
  return hours.map((hour) => {
    let fraction = 0;
    for (let row = 0; row < table.rows && table.number(row, 'hours')! <= hour; row++) {
      fraction = table.number(row, 'cumulative_fraction_km')!;
    }
    return fraction;
  });
}

interface ClassMoments {
  readonly running: number;
  readonly uptime: number;
}

/**
 * Share of the running relays, and mean uptime, of each class.
 *
 * The rows are relays that were up at one moment, which finds a relay in proportion to its uptime. So the mean is
 * taken over all relays that such a row stands for, one over its uptime of them: the harmonic mean of the rows.
 * Relays that came in the quarter or after it have no uptime of a whole one.
 */
function classMoments(relays: SourceTable): ClassMoments[] {
  const sums = UPTIME_CLASSES.map(() => ({ running: 0, rows: 0, members: 0 }));
  let known = 0;
  for (let row = 0; row < relays.rows; row++) {
    const uptime = relays.number(row, 'uptime_fraction_2025q3');
    if (uptime === null) continue;
    const found = UPTIME_CLASS_BOUNDS.findIndex((bound) => uptime >= bound);
    const sum = sums[found < 0 ? UPTIME_CLASS_BOUNDS.length : found]!;
    sum.running++;
    known++;
    const ageDays = relays.number(row, 'first_seen_age_days');
    if (ageDays === null || ageDays < AGE_OF_QUARTER_DAYS) continue;
    sum.rows++;
    sum.members += 1 / uptime;
  }
  return sums.map(({ running, rows, members }) => ({ running: running / known, uptime: rows / members }));
}

interface Lognormal {
  readonly mean: number;
  readonly mu: number;
  readonly sigma: number;
}

function lognormal(mean: number, sigma: number): Lognormal {
  return { mean, mu: Math.log(mean) - sigma ** 2 / 2, sigma };
}

function cdf({ mu, sigma }: Lognormal, hours: number): number {
  return normalCdf((Math.log(hours) - mu) / sigma, 0, 1);
}

/** What is left of a session that is met at a random moment of it: its length is met in proportion to itself. */
function residualCdf(law: Lognormal, hours: number): number {
  const { mean, mu, sigma } = law;
  const partial = mean * normalCdf((Math.log(hours) - mu - sigma ** 2) / sigma, 0, 1);
  return (hours * (1 - cdf(law, hours)) + partial) / mean;
}

/** Share of all time away that falls into absences longer than `hours`. */
function shareBeyond({ mu, sigma }: Lognormal, hours: number): number {
  return 1 - normalCdf((Math.log(hours) - mu - sigma ** 2) / sigma, 0, 1);
}

/** Four means of sessions, four spreads of sessions, four of absences: all as logarithms. */
function lawsOf(point: readonly number[], moments: readonly ClassMoments[]) {
  return moments.map(({ running, uptime }, index) => {
    const mean = Math.exp(point[index]!);
    const session = lognormal(mean, Math.exp(point[4 + index]!));
    const absence = lognormal((mean * (1 - uptime)) / uptime, Math.exp(point[8 + index]!));
    return { running, session, absence };
  });
}

function predictions(laws: ReturnType<typeof lawsOf>) {
  const leaves = laws.map(({ running, session }) => running / session.mean);
  const rate = leaves.reduce((sum, value) => sum + value, 0);
  const byEvent = (hours: readonly number[], of: 'session' | 'absence') =>
    hours.map((hour) => laws.reduce((sum, law, i) => sum + (leaves[i]! / rate) * cdf(law[of], hour), 0));
  return {
    rate,
    sessions: byEvent(SESSION_HOURS, 'session'),
    absences: byEvent(ABSENCE_HOURS, 'absence'),
    next: NEXT_HOURS.map((hour) =>
      laws.reduce((sum, { running, session }) => sum + running * residualCdf(session, hour), 0),
    ),
  };
}

function meanSquare(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length;
}

interface Targets {
  readonly rate: number;
  readonly sessions: readonly number[];
  readonly absences: readonly number[];
  readonly next: readonly number[];
}

function fit(targets: Targets, moments: readonly ClassMoments[]): number[] {
  const loss = (point: readonly number[]): number => {
    const laws = lawsOf(point, moments);
    const found = predictions(laws);
    const tooLong = laws.reduce((sum, { session, absence }, index) => {
      if (UPTIME_CLASSES[index] === 'steady') return sum;
      return sum + Math.max(0, Math.log((session.mean + absence.mean) / QUARTER_HOURS)) ** 2;
    }, 0);
    const unseen = laws.reduce(
      (sum, { absence }) => sum + Math.max(0, shareBeyond(absence, QUARTER_HOURS) - UNSEEN_SHARE) ** 2,
      0,
    );
    const spread = point.slice(4).reduce((sum, value) => sum + value ** 2, 0);
    const tooWide = point
      .slice(4)
      .reduce((sum, value) => sum + Math.max(0, value - Math.log(SIGMA_MAX)) ** 2, 0);
    return (
      meanSquare(found.sessions, targets.sessions) +
      meanSquare(found.absences, targets.absences) +
      2 * meanSquare(found.next, targets.next) +
      0.5 * Math.log(found.rate / targets.rate) ** 2 +
      tooLong +
      unseen +
      tooWide +
      1e-4 * spread
    );
  };
  const stream = randomStream(1, 'starts of the fit of churn');
  let best: { point: number[]; value: number } | null = null;
  for (let start = 0; start < STARTS; start++) {
    const first = [1500, 300, 500, 15].map((hours) => Math.log(hours) + 0.7 * stream.normal());
    const spreads = Array.from({ length: 8 }, () => Math.log(1.5) + 0.3 * stream.normal());
    const found = minimize(loss, [...first, ...spreads], EVALUATIONS);
    if (best === null || found.value < best.value) best = found;
  }
  return best!.point;
}

function compared(
  hours: readonly number[],
  measured: readonly number[],
  fitted: readonly number[],
): MeasuredCdf {
  const digits = (values: readonly number[]) => values.map((value) => rounded(value, 4));
  return {
    hours,
    measured: digits(measured),
    fitted: digits(fitted),
    rmse: rounded(Math.sqrt(meanSquare(measured, fitted)), 2),
  };
}

/** New identities a day and running relay, in half a year before the snapshot. */
function arrivalRate(counts: SourceTable): number {
  let running = 0;
  let arrived = 0;
  for (let row = 0; row < counts.rows; row++) {
    const date = counts.text(row, 'date');
    if (date < ARRIVALS_FROM || date > ARRIVALS_TO) continue;
    running += counts.number(row, 'relays_running')!;
    arrived += counts.number(row, 'new_identities_first_seen')!;
  }
  return arrived / running;
}

/** Of the relays of the snapshot, the share that was last seen in the four weeks from its first sighting, a day. */
function departureRate(relays: SourceTable): number {
  let known = 0;
  let gone = 0;
  for (let row = 0; row < relays.rows; row++) {
    const lastSeen = relays.number(row, 'last_seen_days');
    if (lastSeen === null) continue;
    known++;
    if (lastSeen < SEEN_TO_DAY) gone++;
  }
  return -Math.log(1 - gone / known) / (SEEN_TO_DAY - SEEN_FROM_DAY);
}

function aggregate(dataDir: string): ChurnAggregates {
  const path = (file: string) => join(dataDir, 'network', file);
  const table = (file: string) => readSourceTable(path(file));
  const measured = JSON.parse(readFileSync(path('churn-summary.json'), 'utf8'));
  const relays = table('relays-2025-11-09.csv');
  const moments = classMoments(relays);
  // Absences that never ended are departures, which have a rate of their own.
  const absenceTable = table('downtime-length-cdf-2025q3.csv');
  const ended = absenceTable.number(absenceTable.rows - 1, 'cumulative_fraction_km')!;
  const targets: Targets = {
    rate: measured.leave_rate_per_relay_hour,
    sessions: stepsAt(table('session-length-cdf-2025q3.csv'), SESSION_HOURS),
    absences: stepsAt(absenceTable, ABSENCE_HOURS).map((fraction) => fraction / ended),
    next: stepsAt(table('time-to-next-absence-cdf-2025q3.csv'), NEXT_HOURS),
  };
  const laws = lawsOf(fit(targets, moments), moments);
  const found = predictions(laws);
  const spell = ({ mu, sigma }: Lognormal) => ({
    medianHours: rounded(Math.exp(mu), 4),
    sigma: rounded(sigma, 4),
  });
  return {
    name: 'tor-2025-11',
    classes: laws.map(({ session, absence }, index) => ({
      name: UPTIME_CLASSES[index]!,
      uptime: rounded(moments[index]!.uptime, 5),
      session: spell(session),
      absence: spell(absence),
    })),
    arrivalsPerRunningRelayDay: rounded(arrivalRate(table('relay-count-2023-2026.csv')), 4),
    departuresPerRelayDay: rounded(departureRate(relays), 4),
    newcomerSurvival: Object.entries(measured.new_relay_survival_days_2023_2026 as Record<string, number>)
      .map(([days, share]) => [Number(days), share] as const)
      .sort((a, b) => a[0] - b[0]),
    source: {
      leavesPerRunningRelayHour: { measured: targets.rate, fitted: rounded(found.rate, 4) },
      sessions: compared(SESSION_HOURS, targets.sessions, found.sessions),
      absences: compared(ABSENCE_HOURS, targets.absences, found.absences),
      nextAbsence: compared(NEXT_HOURS, targets.next, found.next),
      establishedUptime: measured.uptime_fraction_established_mean,
    },
  };
}

const dataDir = process.argv[2];
if (dataDir === undefined) {
  process.stderr.write('usage: npx tsx simulator/population/derive-churn.ts DATA_DIR\n');
  process.exit(2);
}
const target = fileURLToPath(new URL('./tor-churn-2025-11.json', import.meta.url));
writeFileSync(target, `${JSON.stringify(aggregate(dataDir))}\n`);
execFileSync('npx', ['biome', 'format', '--write', target], { stdio: 'inherit' });
