/**
 * How many relays there are, how many are up, and how many of those run an update: over time, under churn.
 *
 * The share of relays that are up and run it is what a client of the network meets. Unlike the adoption curve, whose
 * relays are those of the release (cohort.ts), it counts new identities, loses those that have left, and falls when
 * relays come back without the update.
 */

import type { Churn } from '../population/churn.ts';
import { eachSession } from '../population/running-relays.ts';
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
  let [runsFrom, runsTo] = [Number.NaN, Number.NaN];
  const addSession = (fromUs: number, toUs: number): void => {
    const [from, to] = [since(fromUs), since(toUs)];
    changes.span(ONLINE, from, to);
    if (!Number.isNaN(runsFrom)) changes.span(RUNNING, Math.max(from, runsFrom), Math.min(to, runsTo));
  };
  for (let relay = 0; relay < activated.length; relay++) {
    runsFrom = activated[relay]!;
    runsTo = Number.isNaN(removed[relay]!) ? Number.POSITIVE_INFINITY : removed[relay]!;
    const goneSeconds = since(churn.goneUs[relay]!);
    changes.span(MEMBERS, since(churn.bornUs[relay]!), goneSeconds);
    if (!Number.isNaN(runsFrom)) changes.span(HOLDING, runsFrom, Math.min(runsTo, goneSeconds));
    eachSession(churn, relay, addSession);
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
    const all = new Uint32Array(count);
    for (let index = 0; index < count; index++) all[index] = index;
    const order = indexesByValue(atSeconds, all);
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

const NAMES = {
  onlineOfMembers: ['online', 'members'],
  runningOfOnline: ['running', 'online'],
  holdingOfMembers: ['holding', 'members'],
} as const;

function columnsOf(curve: MembershipCurve, of: ShareOf): { part: Uint32Array; whole: Uint32Array } {
  const [part, whole] = NAMES[of];
  return { part: curve[part], whole: curve[whole] };
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

export function shareAt(curve: MembershipCurve, row: number, of: ShareOf): number {
  const { part, whole } = columnsOf(curve, of);
  return shareOf(part[row]!, whole[row]!);
}

/** The share by row: over a year there are a million. */
export function sharesOf(curve: MembershipCurve, of: ShareOf): Float64Array {
  const { part, whole } = columnsOf(curve, of);
  const shares = new Float64Array(part.length);
  for (let row = 0; row < shares.length; row++) shares[row] = shareOf(part[row]!, whole[row]!);
  return shares;
}

/** When the share first reaches `fraction`, seconds since the release; null when it never does. */
export function firstReached(curve: MembershipCurve, of: ShareOf, fraction: number): number | null {
  const { part, whole } = columnsOf(curve, of);
  for (let row = 0; row < part.length; row++)
    if (shareOf(part[row]!, whole[row]!) >= fraction - 1e-9) return curve.seconds[row]!;
  return null;
}

/** The share's mean over the time from the release to the horizon. */
export function meanShare(curve: MembershipCurve, of: ShareOf, horizonSeconds: number): number {
  const { part, whole } = columnsOf(curve, of);
  let sum = 0;
  for (let row = 0; row < part.length; row++) {
    const until = Math.min(horizonSeconds, curve.seconds[row + 1] ?? horizonSeconds);
    sum += shareOf(part[row]!, whole[row]!) * Math.max(0, until - curve.seconds[row]!);
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
