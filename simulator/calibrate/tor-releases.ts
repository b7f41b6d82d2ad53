/**
 * Tor's versions: their numbers, the dates of their releases, and which of them are newer than which.
 *
 * "Newer" is by date, as in the historical curves: a backport that came out after a release counts as newer than
 * it. Versions are numbers and a tag (version-spec): 0.4.8.21, 0.4.9.3-alpha, 0.4.9.3-alpha-dev. Tor Metrics
 * counts by series, the first three numbers.
 */

import { readFileSync } from 'node:fs';
import { utcMs } from '../population/consensus-document.ts';
import { LocatedTable } from '../population/located-table.ts';

export interface Release {
  /** A version such as 0.4.8.21, or a series such as 0.4.8. */
  readonly version: string;
  /** ISO date; day 0 begins at 00:00 UTC. */
  readonly date: string;
}

const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:\.(\d+))?(-[0-9A-Za-z.-]+)?$/;
const SERIES = /^\d+\.\d+\.\d+$/;
/** What a build of the source tree between two releases is called. */
const DEVELOPMENT = /-dev$/;
export const DAY_MS = 86_400_000;

/** Milliseconds at 00:00 UTC of an ISO date; null for what is no day of the calendar. */
export function dateMs(date: string): number | null {
  return utcMs(`${date} 00:00:00`);
}

/** A version's numbers as one number that orders them; null for what is no version of Tor. */
function order(version: string): number | null {
  const match = VERSION.exec(version);
  if (match === null) return null;
  const [a, b, c, d] = match.slice(1, 5).map((part) => Math.min(Number(part ?? 0), 9999)) as number[];
  return ((a! * 10_000 + b!) * 10_000 + c!) * 10_000 + d!;
}

export function isSeries(version: string): boolean {
  return SERIES.test(version);
}

/** The first three numbers; null for what is no version of Tor. */
export function seriesOf(version: string): string | null {
  return VERSION.exec(version)?.slice(1, 4).join('.') ?? null;
}

export class ReleaseTable {
  private readonly dates: ReadonlyMap<string, string>;
  private readonly newest: number;

  constructor(releases: readonly Release[]) {
    this.dates = new Map(releases.map(({ version, date }) => [version, date]));
    this.newest = Math.max(0, ...releases.map(({ version }) => order(version) ?? 0));
  }

  /** The release of this name; a series came out with its first stable version. Undefined if none is known. */
  find(version: string): Release | undefined {
    const date = this.dates.get(version);
    if (date !== undefined) return { version, date };
    if (!isSeries(version)) return undefined;
    const stable = this.stable().find((release) => seriesOf(release.version) === version);
    return stable === undefined ? undefined : { version, date: stable.date };
  }

  /** Stable versions, the first to come out first. */
  private stable(): Release[] {
    const stable = [...this.dates].map(([version, date]) => ({ version, date }));
    return stable
      .filter(({ version }) => /^[\d.]+$/.test(version))
      .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : order(a.version)! - order(b.version)!));
  }

  /** Stable versions that were the newest there was when they came out: no backports. */
  newestOfTheirDay(): Release[] {
    const stable = this.stable();
    let highest = 0;
    return stable.filter(({ version, date }, i) => {
      const own = order(version)!;
      const isNewest = own > highest;
      highest = Math.max(highest, own);
      // Of several on one day, the last in order.
      return isNewest && stable[i + 1]?.date !== date;
    });
  }

  /** Series, dated by their first stable version. */
  series(): Release[] {
    const names = new Set(this.stable().map(({ version }) => seriesOf(version)!));
    return [...names].map((name) => this.find(name)!);
  }

  /**
   * Whether a relay that runs `version` has taken up `release`: its version came out on the same day or later.
   *
   * A build between releases counts as the release that it follows. A version that the table does not know counts
   * if its number is above all that it knows. Of a series, the series decides.
   */
  isTakenUp(version: string, release: Release): boolean {
    const number = order(version);
    if (number === null) return false;
    if (isSeries(release.version)) return order(seriesOf(version)!)! >= order(release.version)!;
    if (isSeries(version)) return number > order(seriesOf(release.version)!)!;
    const date = this.dates.get(version) ?? this.dates.get(version.replace(DEVELOPMENT, ''));
    return date === undefined ? number > this.newest : date >= release.date;
  }
}

/** The releases in a table with the columns version and date. Throws ScenarioError with its mistakes. */
export function parseReleases(text: string, file: string): ReleaseTable {
  const table = new LocatedTable(text, file);
  table.need('version', 'date');
  const releases = table.rows.map((row) => {
    const [version, date] = [table.cell(row, 'version'), table.cell(row, 'date')];
    if (version === '') table.fault(row, 'version', 'is empty', 'as in 0.4.8.21');
    if (dateMs(date) === null) table.fault(row, 'date', 'is no date', 'as in 2025-11-17');
    return { version, date };
  });
  table.check();
  return new ReleaseTable(releases);
}

let shipped: ReleaseTable | undefined;

/** The releases from 2003 to June 2026, read at the first call. */
export function torReleases(): ReleaseTable {
  const file = new URL('./tor-releases.csv', import.meta.url);
  shipped ??= parseReleases(readFileSync(file, 'utf8'), 'tor-releases.csv');
  return shipped;
}
