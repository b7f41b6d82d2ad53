/**
 * How many relays there are, how many are up, and how many of those run an update: over time, under churn.
 *
 * The share of relays that are up and run it is what a client of the network meets. Unlike the adoption curve, whose
 * relays are those of the release (cohort.ts), it counts new identities, loses those that have left, and falls when
 * relays come back without the update.
 */

import type { Churn } from '../population/churn.ts';
import { sessionsOf } from '../population/running-relays.ts';
import { indexesByValue } from './digit-sort.ts';

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

const [MEMBERS, ONLINE, RUNNING, HOLDING] = [0, 1, 2, 3] as const;
type Change = typeof MEMBERS | typeof ONLINE | typeof RUNNING | typeof HOLDING;

interface Kept {
  readonly churn: Churn;
  readonly removed: Float64Array;
  readonly releasedAtSeconds: number;
  readonly horizonSeconds: number;
  readonly curve: MembershipCurve;
}

/** By activation times: the summary, membership.csv and the charts all ask for the same curves. */
const keptCurves = new WeakMap<Float64Array, Kept>();

/** The curve of one update from its release to `horizonSeconds` after it. The columns must not change afterwards. */
export function membershipCurve(
  churn: Churn,
  times: UpdateTimes,
  releasedAtSeconds: number,
  horizonSeconds: number,
): MembershipCurve {
  const { activated, removed } = times;
  const kept = keptCurves.get(activated);
  const isTheSame =
    kept?.churn === churn &&
    kept.removed === removed &&
    kept.releasedAtSeconds === releasedAtSeconds &&
    kept.horizonSeconds === horizonSeconds;
  if (isTheSame) return kept.curve;
  const curve = changesOf(churn, times, releasedAtSeconds, horizonSeconds).curve();
  keptCurves.set(activated, { churn, removed, releasedAtSeconds, horizonSeconds, curve });
  return curve;
}

function changesOf(
  churn: Churn,
  { activated, removed }: UpdateTimes,
  releasedAtSeconds: number,
  horizonSeconds: number,
): Changes {
  const changes = new Changes(horizonSeconds);
  const since = (timeUs: number): number => timeUs / 1e6 - releasedAtSeconds;
  for (let relay = 0; relay < activated.length; relay++) {
    const runsFrom = activated[relay]!;
    const runsTo = Number.isNaN(removed[relay]!) ? Number.POSITIVE_INFINITY : removed[relay]!;
    const goneSeconds = since(churn.goneUs[relay]!);
    changes.span(MEMBERS, since(churn.bornUs[relay]!), goneSeconds);
    if (!Number.isNaN(runsFrom)) changes.span(HOLDING, runsFrom, Math.min(runsTo, goneSeconds));
    for (const { fromUs, toUs } of sessionsOf(churn, relay)) {
      const [from, to] = [since(fromUs), since(toUs)];
      changes.span(ONLINE, from, to);
      if (!Number.isNaN(runsFrom)) changes.span(RUNNING, Math.max(from, runsFrom), Math.min(to, runsTo));
    }
  }
  return changes;
}

/** Who becomes what when, and no longer is: over a year a million changes. */
class Changes {
  private readonly horizonSeconds: number;
  private atSeconds = new Float64Array(1024);
  /** Twice the change; one more where it ends. */
  private what = new Uint8Array(1024);
  private count = 0;

  constructor(horizonSeconds: number) {
    this.horizonSeconds = horizonSeconds;
  }

  span(what: Change, from: number, to: number): void {
    const begin = Math.max(0, from);
    if (!(begin < to) || begin > this.horizonSeconds) return;
    this.add(begin, 2 * what);
    if (to <= this.horizonSeconds) this.add(to, 2 * what + 1);
  }

  curve(): MembershipCurve {
    const { atSeconds, what, count } = this;
    const order = indexesByValue(
      atSeconds,
      new Uint32Array(count).map((_unused, index) => index),
    );
    const now = new Int32Array(HOLDING + 1);
    const seconds = new Float64Array(count);
    const members = new Uint32Array(count);
    const online = new Uint32Array(count);
    const running = new Uint32Array(count);
    const holding = new Uint32Array(count);
    let rows = 0;
    for (let index = 0; index < count; index++) {
      const change = order[index]!;
      now[what[change]! >> 1]! += (what[change]! & 1) === 0 ? 1 : -1;
      if (index + 1 < count && atSeconds[order[index + 1]!] === atSeconds[change]) continue;
      seconds[rows] = atSeconds[change]!;
      members[rows] = now[MEMBERS]!;
      online[rows] = now[ONLINE]!;
      running[rows] = now[RUNNING]!;
      holding[rows] = now[HOLDING]!;
      rows++;
    }
    return {
      seconds: seconds.slice(0, rows),
      members: members.slice(0, rows),
      online: online.slice(0, rows),
      running: running.slice(0, rows),
      holding: holding.slice(0, rows),
    };
  }

  private add(atSeconds: number, what: number): void {
    if (this.count === this.what.length) {
      const [times, whats] = [this.atSeconds, this.what];
      this.atSeconds = new Float64Array(2 * this.count);
      this.atSeconds.set(times);
      this.what = new Uint8Array(2 * this.count);
      this.what.set(whats);
    }
    this.atSeconds[this.count] = atSeconds;
    this.what[this.count++] = what;
  }
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
