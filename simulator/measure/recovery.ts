/**
 * How long the network takes to recover from a fault: until those that it hit have the newest update as the others do.
 *
 * The clock starts when the fault ends. What counts is that a relay runs the update and does not lose it again in the
 * run; the newest update is the last one due before the fault's end. Losing the publisher or an authority hits
 * everybody; of a cut either side may be behind, and both must come to the same.
 */

import type { FaultKind } from '../scenario/fault-plan.ts';
import type { UpdatePlan } from '../scenario/scenario.ts';
import type { FaultOutcome } from './fault-outcome.ts';
import type { UpdateOutcome } from './outcome.ts';
import { roundFraction, roundTime } from './rounding.ts';

/** As the others: so much of their share. A few relays hardly carry traffic, and switch late for that alone. */
export const AS_THE_OTHERS = 0.99;

const HITS_EVERYBODY: readonly FaultKind[] = ['publisher-lost', 'authority-lost'];

export interface FaultSummary {
  readonly kind: FaultKind;
  /** Virtual seconds from the start of the run. */
  readonly fromSeconds: number;
  /** Null for a fault that does not end in the run, or ends for each relay at a time of its own. */
  readonly endSeconds: number | null;
  /** Honest relays that it was aimed at, or all of them where it hits everybody. */
  readonly relays: number;
  /** How often it had an effect; 0: it came to nothing. */
  readonly effects: number;
  /** The newest update that was due before the end; null when there was none. */
  readonly module: string | null;
  /** Shares of those that it hit, and of the others, that ran this update when the fault ended. */
  readonly hitFraction: number | null;
  readonly othersFraction: number | null;
  /** From the end until those that it hit were where the others were; null when that never was. */
  readonly recoverySeconds: number | null;
}

/** Virtual seconds from the start of the run at which each relay had an update for good; infinite for never. */
export function keptSince(update: UpdateOutcome, releasedAtSeconds: number): Float64Array {
  const { removed, stages } = update;
  const gained = update.gained ?? stages.activated;
  return gained.map((seconds, relay) =>
    Number.isNaN(seconds) || !Number.isNaN(removed[relay])
      ? Number.POSITIVE_INFINITY
      : releasedAtSeconds + seconds,
  );
}

/** The newest update that was due by then: its place in the scenario, -1 for none. */
export function newestBy(plans: readonly Pick<UpdatePlan, 'atSeconds'>[], seconds: number): number {
  let newest = -1;
  for (const [index, { atSeconds }] of plans.entries()) {
    if (atSeconds <= seconds && (newest < 0 || atSeconds >= plans[newest]!.atSeconds)) newest = index;
  }
  return newest;
}

/** Sums up one fault of one arm. */
export function faultSummary(
  fault: FaultOutcome,
  updates: readonly UpdateOutcome[],
  plans: readonly Pick<UpdatePlan, 'atSeconds' | 'module'>[],
  durationSeconds: number,
): FaultSummary {
  const { plan, effects, hits } = fault;
  const relays = updates[0]?.stages.activated.length ?? 0;
  const isHit = (relay: number): boolean => HITS_EVERYBODY.includes(plan.kind) || hits[relay] === 1;
  const end = plan.fromSeconds + plan.forSeconds;
  const ends = plan.step === null && end < durationSeconds;
  const newest = ends ? newestBy(plans, end) : -1;
  const hitRelays = Array.from({ length: relays }, (_unused, relay) => relay).filter(isHit);
  const facts = {
    kind: plan.kind,
    fromSeconds: roundTime(plan.fromSeconds),
    endSeconds: ends ? roundTime(end) : null,
    relays: hitRelays.length,
    effects,
  };
  if (newest < 0) {
    return { ...facts, module: null, hitFraction: null, othersFraction: null, recoverySeconds: null };
  }
  const kept = keptSince(updates[newest]!, plans[newest]!.atSeconds);
  const hit = sorted(hitRelays.map((relay) => kept[relay]!));
  const others = sorted([...kept].filter((_seconds, relay) => !isHit(relay)));
  const recovered = recoveredAt(hit, others, end, plan.kind === 'partition');
  return {
    ...facts,
    module: updates[newest]!.module,
    hitFraction: hit.length === 0 ? null : roundFraction(shareBy(hit, end)),
    othersFraction: others.length === 0 ? null : roundFraction(shareBy(others, end)),
    recoverySeconds: recovered === null ? null : roundTime(recovered - end),
  };
}

/**
 * The first moment from the end on at which the hit are where the others are, or nearly all where there are none. Of
 * a cut either side may be the one that is behind.
 */
function recoveredAt(
  hit: readonly number[],
  others: readonly number[],
  end: number,
  eitherWay: boolean,
): number | null {
  if (hit.length === 0) return null;
  const isThere = (seconds: number): boolean => {
    const goal = others.length === 0 ? 1 : shareBy(others, seconds);
    const share = shareBy(hit, seconds);
    const isBehind = share < AS_THE_OTHERS * goal || (eitherWay && goal < AS_THE_OTHERS * share);
    return share > 0 && !isBehind;
  };
  if (isThere(end)) return end;
  const moments = eitherWay ? sorted([...hit, ...others]) : hit;
  for (const seconds of moments) {
    if (seconds > end && Number.isFinite(seconds) && isThere(seconds)) return seconds;
  }
  return null;
}

function sorted(times: readonly number[]): number[] {
  return [...times].sort((a, b) => a - b);
}

/** Share of ascending times up to a moment. */
function shareBy(times: readonly number[], seconds: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= seconds) low = middle + 1;
    else high = middle;
  }
  return low / times.length;
}
