/**
 * Versions alive at once: how many relays run which updates, at every moment.
 *
 * A version is the set of updates that a relay runs, one at most of each hook; the core with its defaults is the empty
 * one. Where relays are upgraded by hand an update is a release of the whole program, and holds those before it.
 */

import type { Churn } from '../population/churn.ts';
import type { ArmOutcome, UpdateOutcome } from './outcome.ts';
import { orderOfTimes } from './time-order.ts';

/** Numbers of the updates that are run, rising, with commas between them: '' for the core alone, '0,2'. */
export type VersionKey = string;
export const CORE: VersionKey = '';
/** Where there is one update only, a relay runs the core or this. */
const SOLE: VersionKey = '0';

/** Row i holds from `seconds[i]` on; the first row is at the first release. */
export interface VersionsCurve {
  /** Distinct moments, ascending; virtual seconds since the first release. */
  readonly seconds: Float64Array;
  /** In the order in which they first appear, the core first. */
  readonly versions: readonly VersionKey[];
  /** For each of them, the relays that run it, by row. Under churn, members: up, or away and with it when they return. */
  readonly relays: readonly Uint32Array[];
}

/** What the versions of an arm are told from. */
export interface VersionsInput {
  readonly arm: Pick<ArmOutcome, 'updates' | 'operators' | 'horizonSeconds'> & {
    readonly arm: Pick<ArmOutcome['arm'], 'kind'>;
  };
  /** When each update came out, virtual seconds from the start of the run; the first first. */
  readonly releasedAtSeconds: readonly number[];
  readonly churn: Churn | null;
}

interface Tenure {
  readonly update: number;
  readonly hook: string;
  readonly from: number;
  /** Infinity where it was never taken out. */
  readonly to: number;
}

/** Which of two that a relay has of one hook it runs: by hand the later release, else the one that came in last. */
function outranks(one: Tenure, other: Tenure, isByHand: boolean): boolean {
  if (isByHand || one.from === other.from) return one.update > other.update;
  return one.from > other.from;
}

function versionAt(tenures: readonly Tenure[], at: number, isByHand: boolean): VersionKey {
  if (tenures.length === 0) return CORE;
  const running = new Map<string, Tenure>();
  for (const tenure of tenures) {
    if (tenure.from > at || tenure.to <= at) continue;
    const before = running.get(tenure.hook);
    if (before === undefined || outranks(tenure, before, isByHand)) running.set(tenure.hook, tenure);
  }
  return [...running.values()]
    .map(({ update }) => update)
    .sort((a, b) => a - b)
    .join();
}

function tenuresOf(
  updates: readonly UpdateOutcome[],
  offsets: readonly number[],
  relay: number,
  isManual: boolean,
): Tenure[] {
  return updates.flatMap(({ stages, removed, hook }, update): Tenure[] => {
    const from = stages.activated[relay]!;
    if (Number.isNaN(from)) return [];
    const out = removed[relay]!;
    const to = Number.isNaN(out) ? Number.POSITIVE_INFINITY : out + offsets[update]!;
    return [{ update, hook: isManual ? '' : (hook ?? ''), from: from + offsets[update]!, to }];
  });
}

/** What relays run at the first release, and every change after it, in columns: there are millions among a million relays. */
class Changes {
  /** Relays by the number of their version. */
  private readonly atFirst = new Map<number, number>();
  private count = 0;
  private at = new Float64Array(1024);
  /** The numbers of the versions that a relay leaves and takes up, from 1 on; 0 where it is no member. */
  private left = new Uint32Array(1024);
  private taken = new Uint32Array(1024);
  private readonly numbers = new Map<VersionKey, number>([[CORE, 1]]);
  private readonly until: number;

  constructor(until: number) {
    this.until = until;
  }

  /** A relay is a member from `at` on, and runs a version. */
  begin(at: number, version: VersionKey): void {
    if (at > 0) this.add(at, 0, this.numberOf(version));
    else if (this.until >= 0) {
      const number = this.numberOf(version);
      this.atFirst.set(number, (this.atFirst.get(number) ?? 0) + 1);
    }
  }

  switch(at: number, from: VersionKey, to: VersionKey): void {
    this.add(at, this.numberOf(from), this.numberOf(to));
  }

  end(at: number, version: VersionKey): void {
    this.add(at, this.numberOf(version), 0);
  }

  private add(at: number, left: number, taken: number): void {
    if (at > this.until) return;
    if (this.count === this.at.length) this.grow();
    this.at[this.count] = at;
    this.left[this.count] = left;
    this.taken[this.count] = taken;
    this.count++;
  }

  private numberOf(version: VersionKey): number {
    let number = this.numbers.get(version);
    if (number === undefined) {
      number = this.numbers.size + 1;
      this.numbers.set(version, number);
    }
    return number;
  }

  private grow(): void {
    const length = 2 * this.count;
    const { at, left, taken } = this;
    this.at = new Float64Array(length);
    this.at.set(at);
    this.left = new Uint32Array(length);
    this.left.set(left);
    this.taken = new Uint32Array(length);
    this.taken.set(taken);
  }

  /** Counts them up in the order of time. */
  curve(): VersionsCurve {
    const { at, left, taken, numbers, atFirst } = this;
    const order = orderOfTimes(at.subarray(0, this.count));
    // In the order in which versions first appear in time.
    const seen = new Set([1, ...atFirst.keys()]);
    for (const i of order) {
      if (seen.size === numbers.size) break;
      if (left[i] !== 0) seen.add(left[i]!);
      if (taken[i] !== 0) seen.add(taken[i]!);
    }
    const keys = [...numbers.keys()];
    const now = new Uint32Array(numbers.size + 1);
    for (const [number, relays] of atFirst) now[number] = relays;
    const seconds = new Float64Array(order.length + 1);
    const shown = [...seen];
    const relays = shown.map((number) => {
      const counts = new Uint32Array(order.length + 1);
      counts[0] = now[number]!;
      return counts;
    });
    let row = 0;
    for (let rank = 0; rank < order.length; rank++) {
      const i = order[rank]!;
      const moment = at[i]!;
      now[left[i]!]! -= 1;
      now[taken[i]!]! += 1;
      if (rank + 1 < order.length && at[order[rank + 1]!] === moment) continue;
      row++;
      seconds[row] = moment;
      for (let index = 0; index < shown.length; index++) relays[index]![row] = now[shown[index]!]!;
    }
    return {
      seconds: seconds.slice(0, row + 1),
      versions: shown.map((number) => keys[number - 1]!),
      relays: relays.map((counts) => counts.slice(0, row + 1)),
    };
  }
}

/** What a relay adds to the counts, from when it is a member to when it is none. */
function addRelay(
  changes: Changes,
  tenures: readonly Tenure[],
  isByHand: boolean,
  from: number,
  to: number,
): void {
  if (!(from < to)) return;
  const moments = tenures
    .flatMap((tenure) => [tenure.from, tenure.to])
    .filter((at) => at > from && at < to)
    .sort((a, b) => a - b);
  let version = versionAt(tenures, from, isByHand);
  changes.begin(from, version);
  for (const at of moments) {
    const next = versionAt(tenures, at, isByHand);
    if (next === version) continue;
    changes.switch(at, version, next);
    version = next;
  }
  if (to < Number.POSITIVE_INFINITY) changes.end(to, version);
}

/** The same for a relay that is always a member, where there is one update only. */
function addTenure(changes: Changes, activated: number, removed: number): void {
  const runs = activated < removed || (Number.isNaN(removed) && !Number.isNaN(activated));
  if (!runs) {
    changes.begin(0, CORE);
    return;
  }
  changes.begin(0, activated <= 0 && !(removed <= 0) ? SOLE : CORE);
  if (activated > 0) changes.switch(activated, CORE, SOLE);
  if (removed > 0) changes.switch(removed, SOLE, CORE);
}

/** The versions of an arm from the first release to its horizon. */
export function versionsCurve({ arm, releasedAtSeconds, churn }: VersionsInput): VersionsCurve {
  const { updates, operators, horizonSeconds } = arm;
  const firstAtSeconds = releasedAtSeconds[0] ?? 0;
  const offsets = releasedAtSeconds.map((at) => at - firstAtSeconds);
  const isManual = arm.arm.kind === 'manual';
  const relays = updates[0]?.removed.length ?? 0;
  const changes = new Changes(horizonSeconds);
  const since = (timeUs: number): number => timeUs / 1e6 - firstAtSeconds;
  if (updates.length === 1 && churn === null) {
    const { stages, removed } = updates[0]!;
    for (let relay = 0; relay < relays; relay++)
      addTenure(changes, stages.activated[relay]!, removed[relay]!);
    return changes.curve();
  }
  for (let relay = 0; relay < relays; relay++) {
    const isByHand = isManual || operators?.embeds?.[relay] === 0;
    const from = churn === null ? 0 : Math.max(0, since(churn.bornUs[relay]!));
    const to = churn === null ? Number.POSITIVE_INFINITY : since(churn.goneUs[relay]!);
    addRelay(changes, tenuresOf(updates, offsets, relay, isManual), isByHand, from, to);
  }
  return changes.curve();
}

/** How many versions are run by anybody, by row. */
export function versionsAlive({ seconds, relays }: VersionsCurve): Uint32Array {
  return Uint32Array.from(seconds, (_at, row) =>
    relays.reduce((alive, column) => alive + (column[row]! > 0 ? 1 : 0), 0),
  );
}

function allAt({ relays }: VersionsCurve, row: number): number {
  return relays.reduce((sum, column) => sum + column[row]!, 0);
}

function shareOf(relays: number, all: number): number {
  return all === 0 ? 0 : relays / all;
}

/** The share of all relays that run each version, by row; 0 where there are no relays. */
export function sharesOf(curve: VersionsCurve): Float64Array[] {
  const all = curve.seconds.map((_at, row) => allAt(curve, row));
  return curve.relays.map((column) =>
    new Float64Array(column).map((relays, row) => shareOf(relays, all[row]!)),
  );
}

/** The same in the end alone. */
export function sharesInTheEnd(curve: VersionsCurve): number[] {
  const row = curve.seconds.length - 1;
  const all = allAt(curve, row);
  return curve.relays.map((column) => shareOf(column[row]!, all));
}

/** A version in words: "core", "strict-cells", "strict-cells + token-bucket". */
export function versionName(version: VersionKey, updateNames: readonly string[]): string {
  if (version === CORE) return 'core';
  return version
    .split(',')
    .map((update) => updateNames[Number(update)])
    .join(' + ');
}
