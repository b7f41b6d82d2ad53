/**
 * How many relays there are, how many are up, and how many of those run an update: over time, under churn.
 *
 * The share of relays that are up and run it is what a client of the network meets. Unlike the adoption curve, whose
 * relays are those of the release (cohort.ts), it counts new identities, loses those that have left, and falls when
 * relays come back without the update.
 */

import type { Churn } from '../population/churn.ts';
import { sessionsOf } from '../population/running-relays.ts';

/** Row i holds from `seconds[i]` on until the next; the first row is at the release. */
export interface MembershipCurve {
  /** Distinct moments, ascending; virtual seconds since the release. */
  readonly seconds: Float64Array;
  /** Relays that are born and not gone. */
  readonly members: Uint32Array;
  /** Of them, those that are up. */
  readonly online: Uint32Array;
  /** Of those that are up, those that run the update. */
  readonly running: Uint32Array;
  /** Of all members, those that run it or will when they come back. */
  readonly holding: Uint32Array;
}

export interface UpdateTimes {
  /** Since the release, NaN where never. */
  readonly activated: Float64Array;
  readonly removed: Float64Array;
}

const CHANGES = ['members', 'online', 'running', 'holding'] as const;
type Change = (typeof CHANGES)[number];

/** The curve of one update from its release to `horizonSeconds` after it. */
export function membershipCurve(
  churn: Churn,
  { activated, removed }: UpdateTimes,
  releasedAtSeconds: number,
  horizonSeconds: number,
): MembershipCurve {
  const changes: { readonly at: number; readonly what: Change; readonly by: number }[] = [];
  const span = (what: Change, from: number, to: number): void => {
    const [begin, end] = [Math.max(0, from), Math.min(to, Number.POSITIVE_INFINITY)];
    if (!(begin < end) || begin > horizonSeconds) return;
    changes.push({ at: begin, what, by: 1 });
    if (end <= horizonSeconds) changes.push({ at: end, what, by: -1 });
  };
  const since = (timeUs: number): number => timeUs / 1e6 - releasedAtSeconds;
  for (let relay = 0; relay < activated.length; relay++) {
    const runsFrom = activated[relay]!;
    const runsTo = Number.isNaN(removed[relay]!) ? Number.POSITIVE_INFINITY : removed[relay]!;
    const goneSeconds = since(churn.goneUs[relay]!);
    span('members', since(churn.bornUs[relay]!), goneSeconds);
    if (!Number.isNaN(runsFrom)) span('holding', runsFrom, Math.min(runsTo, goneSeconds));
    for (const { fromUs, toUs } of sessionsOf(churn, relay)) {
      const [from, to] = [since(fromUs), since(toUs)];
      span('online', from, to);
      if (!Number.isNaN(runsFrom)) span('running', Math.max(from, runsFrom), Math.min(to, runsTo));
    }
  }
  changes.sort((a, b) => a.at - b.at);
  const now: Record<Change, number> = { members: 0, online: 0, running: 0, holding: 0 };
  const seconds: number[] = [];
  const rows: Record<Change, number[]> = { members: [], online: [], running: [], holding: [] };
  changes.forEach(({ at, what, by }, index) => {
    now[what] += by;
    if (changes[index + 1]?.at === at) return;
    seconds.push(at);
    for (const each of CHANGES) rows[each].push(now[each]);
  });
  return {
    seconds: Float64Array.from(seconds),
    members: Uint32Array.from(rows.members),
    online: Uint32Array.from(rows.online),
    running: Uint32Array.from(rows.running),
    holding: Uint32Array.from(rows.holding),
  };
}

/** Which part of which whole. */
export type ShareOf = 'onlineOfMembers' | 'runningOfOnline' | 'holdingOfMembers';

export function shareAt(curve: MembershipCurve, row: number, of: ShareOf): number {
  const [part, whole] =
    of === 'onlineOfMembers'
      ? [curve.online, curve.members]
      : of === 'runningOfOnline'
        ? [curve.running, curve.online]
        : [curve.holding, curve.members];
  return whole[row]! === 0 ? 0 : part[row]! / whole[row]!;
}

/** When the share first reaches `fraction`, seconds since the release; null when it never does. */
export function firstReached(curve: MembershipCurve, of: ShareOf, fraction: number): number | null {
  for (let row = 0; row < curve.seconds.length; row++) {
    if (shareAt(curve, row, of) >= fraction - 1e-9) return curve.seconds[row]!;
  }
  return null;
}

/** The share's mean over the time from the release to the horizon. */
export function meanShare(curve: MembershipCurve, of: ShareOf, horizonSeconds: number): number {
  let sum = 0;
  for (let row = 0; row < curve.seconds.length; row++) {
    const until = Math.min(horizonSeconds, curve.seconds[row + 1] ?? horizonSeconds);
    sum += shareAt(curve, row, of) * Math.max(0, until - curve.seconds[row]!);
  }
  return horizonSeconds > 0 ? sum / horizonSeconds : 0;
}

/** Hours that relays were up without running the update, summed over all, from the release to the horizon. */
export function vulnerableOnlineHours(curve: MembershipCurve, horizonSeconds: number): number {
  let seconds = 0;
  for (let row = 0; row < curve.seconds.length; row++) {
    const until = Math.min(horizonSeconds, curve.seconds[row + 1] ?? horizonSeconds);
    seconds += (curve.online[row]! - curve.running[row]!) * Math.max(0, until - curve.seconds[row]!);
  }
  return seconds / 3600;
}
