/** What relays refused and what an adversary achieved, as summary.json states it. */

import type { TrustOutcome } from './outcome.ts';
import { roundRelayHours } from './rounding.ts';

export interface TrustSummary {
  /** Updates, metadata and modules that honest relays refused, by reason. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Hostile messages and answers sent, by attack. */
  readonly attempts: Readonly<Record<string, number>>;
  /** Honest relays that ever ran a module which no honest publisher released. */
  readonly wrongActivations: number;
  /** Hours that such modules ran, summed over relays. */
  readonly hostileRelayHours: number;
  /** Honest relays that noticed at least once that nothing fresh arrived. */
  readonly staleRelays: number;
  /** Pairs of an honest relay and a peer that it shut out for its score. */
  readonly graylistings: number;
}

/** Counts by name, the names in order, so that the same counts are the same bytes. */
function sorted(counts: Readonly<Record<string, number | undefined>>): Record<string, number> {
  const entries = Object.entries(counts).flatMap(([name, count]) =>
    count === undefined ? [] : [[name, count] as const],
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Null for an arm that verifies nothing. */
export function trustSummary(trust: TrustOutcome | null): TrustSummary | null {
  if (trust === null) return null;
  return {
    refusals: sorted(trust.refusals),
    attempts: sorted(trust.attempts),
    wrongActivations: trust.wrongActivations,
    hostileRelayHours: roundRelayHours(trust.hostileRelayHours),
    staleRelays: trust.staleRelays,
    graylistings: trust.graylistings,
  };
}

/** All counts together. */
export function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
