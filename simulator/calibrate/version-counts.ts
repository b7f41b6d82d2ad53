/**
 * From counts of relays by version to adoption curves, with the definition of the historical curves: the share of
 * running relays whose version came out on the release's day or later, by days since 00:00 UTC of that day.
 */

import type { AdoptionCurve } from './adoption-curve.ts';
import { DAY_MS, dateMs, isSeries, type Release, type ReleaseTable } from './tor-releases.ts';

/** One count of the whole network. */
export interface Snapshot {
  readonly timeMs: number;
  /** How much each version has: relays, or consensus weight. */
  readonly counts: ReadonlyMap<string, number>;
  /** Relays that were counted, whatever the counts are of. */
  readonly relays: number;
}

/** A release is watched from its beginning when it is first seen so soon. */
const FIRST_SEEN_DAYS_MOST = 3;
/** And long enough for a curve when it is followed for so many days. */
const FOLLOWED_DAYS_LEAST = 60;

/** The curve of one release, from the first snapshot after it on; null when there are fewer than three. */
export function adoptionCurve(
  snapshots: readonly Snapshot[],
  release: Release,
  table: ReleaseTable,
): AdoptionCurve | null {
  const start = dateMs(release.date)!;
  const after = snapshots.filter(({ timeMs }) => timeMs >= start);
  if (after.length < 3) return null;
  const takenUp = new Map<string, boolean>();
  const fractions = after.map(({ counts }) => {
    let [all, up] = [0, 0];
    for (const [version, count] of counts) {
      let isUp = takenUp.get(version);
      if (isUp === undefined) takenUp.set(version, (isUp = table.isTakenUp(version, release)));
      all += count;
      if (isUp) up += count;
    }
    return up / all;
  });
  const relays = after.map((snapshot) => snapshot.relays).sort((a, b) => a - b);
  return {
    name: release.version,
    days: after.map(({ timeMs }) => (timeMs - start) / DAY_MS),
    fractions,
    relays: Math.round(relays[Math.floor(relays.length / 2)]!),
  };
}

/**
 * Releases that the snapshots show from their beginning (within 3 days) for 60 days or more, and that were the
 * newest stable version of their day. Where versions are given by series only, series.
 */
export function followedReleases(snapshots: readonly Snapshot[], table: ReleaseTable): Release[] {
  const times = snapshots.map(({ timeMs }) => timeMs);
  const last = times.at(-1) ?? 0;
  const bySeries = snapshots.every(({ counts }) => {
    return [...counts.keys()].every((version) => isSeries(version) || !/^\d/.test(version));
  });
  const candidates = bySeries ? table.series() : table.newestOfTheirDay();
  return candidates.filter(({ date }) => {
    const start = dateMs(date)!;
    const first = times.find((timeMs) => timeMs >= start);
    // What came out before the first snapshot was not watched from its beginning, even if by hours.
    if (first === undefined || start < times[0]! - DAY_MS) return false;
    return first - start <= FIRST_SEEN_DAYS_MOST * DAY_MS && last - start >= FOLLOWED_DAYS_LEAST * DAY_MS;
  });
}
