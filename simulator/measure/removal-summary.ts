/** What became of an update after its release: who ran it, who runs it still, how fast it was taken back. */

import type { UpdatePlan } from '../scenario/scenario.ts';
import { type Cohort, ofCohort } from './cohort.ts';
import type { UpdateOutcome } from './outcome.ts';
import { roundFraction, timeOrNull } from './rounding.ts';
import { removalSeconds, runningCurve, runningFraction } from './running.ts';

export interface RemovalSummary {
  /** Share of all relays that ever ran it, whether or not they still do; the `reachedFraction` of the update. */
  readonly everRanFraction: number;
  /** Share of all relays that run it in the end. */
  readonly runningFraction: number;
  /** When its rollout was halted, virtual seconds since the release; null when it was not. */
  readonly haltedSeconds: number | null;
  /** When it was revoked, by a halt or by its publisher, virtual seconds since the release; null when it was not. */
  readonly revokedSeconds: number | null;
  /** Virtual seconds since the revocation until half of the relays that it concerned had removed it (running.ts). */
  readonly t50RemovedSeconds: number | null;
  readonly t99RemovedSeconds: number | null;
}

/**
 * When an update was revoked, seconds since its release: halted, or by the plan, whichever came first. Null
 * when it was not, or not in an arm that ends before.
 */
export function revokedSeconds(
  update: UpdateOutcome,
  plan: UpdatePlan | undefined,
  isLive: boolean,
): number | null {
  const planned =
    !isLive || plan === undefined || plan.revokeAtSeconds === null
      ? Number.POSITIVE_INFINITY
      : plan.revokeAtSeconds - plan.atSeconds;
  const first = Math.min(planned, update.haltedSeconds ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(first) ? first : null;
}

/** Sums up one update in one arm; a manual arm knows no revocation. */
export function removalSummary(
  update: UpdateOutcome,
  plan: UpdatePlan | undefined,
  isLive: boolean,
  cohort: Cohort = null,
): RemovalSummary {
  const activated = ofCohort(update.stages.activated, cohort);
  const removed = ofCohort(update.removed, cohort);
  const revoked = revokedSeconds(update, plan, isLive);
  const removedBy = (fraction: number): number | null =>
    revoked === null ? null : timeOrNull(removalSeconds(activated, removed, revoked, fraction));
  const ran = activated.reduce((count, at) => (Number.isNaN(at) ? count : count + 1), 0);
  return {
    everRanFraction: roundFraction(ran / activated.length),
    runningFraction: roundFraction(runningFraction(runningCurve(activated, removed))),
    haltedSeconds: timeOrNull(update.haltedSeconds),
    revokedSeconds: timeOrNull(revoked),
    t50RemovedSeconds: removedBy(0.5),
    t99RemovedSeconds: removedBy(0.99),
  };
}
