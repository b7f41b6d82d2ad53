/**
 * Survival without an update under churn, in the figures of summary.json.
 *
 * Watched are the relays that the adoption curve counts (cohort.ts), from the release on. A relay that leaves for good
 * without the update is lost then, one that is still without it at the horizon is lost there; one that is away is
 * watched on, since it is without the update all the same.
 */

import type { Churn } from '../population/churn.ts';
import { ofCohort } from './cohort.ts';
import type { UpdateOutcome } from './outcome.ts';
import { roundFraction, timeOrNull } from './rounding.ts';
import { type Observations, type SurvivalCurve, survivalCurve, timeToSurvival } from './survival.ts';

export interface SurvivalSummary {
  /** Relays that were watched; the sum of the three numbers below. */
  readonly relays: number;
  /** Relays that ran the update, whether or not they do still. */
  readonly events: number;
  readonly lostByDeparture: number;
  readonly lostByHorizon: number;
  /** Seconds since the release until half of the relays run it, if nobody left; with limits of 95 % confidence. */
  readonly t50Seconds: number | null;
  readonly t50LowSeconds: number | null;
  readonly t50HighSeconds: number | null;
  readonly t90Seconds: number | null;
  readonly t99Seconds: number | null;
  /** Share that is without the update after the last event; 1 where nobody ever ran it. */
  readonly endSurvival: number;
  /** Greenwood's, and limits of 95 % confidence; null where survival is 0, or nobody ran it. */
  readonly endStandardError: number | null;
  readonly endLow: number | null;
  readonly endHigh: number | null;
}

export interface WatchedUpdate {
  readonly observations: Observations;
  readonly lostByDeparture: number;
}

/** Up to when each relay of the cohort was watched, in order of their numbers; times are seconds since the release. */
export function watchRelays(
  { goneUs }: Pick<Churn, 'goneUs'>,
  { stages, cohort = null }: UpdateOutcome,
  releasedAtSeconds: number,
  horizonSeconds: number,
): WatchedUpdate {
  const activated = ofCohort(stages.activated, cohort);
  const gone = ofCohort(goneUs, cohort).map((timeUs) => timeUs / 1e6 - releasedAtSeconds);
  const isEvent = new Uint8Array(activated.length);
  let lostByDeparture = 0;
  const seconds = activated.map((at, row) => {
    const end = Math.min(gone[row]!, horizonSeconds);
    if (at <= end) {
      isEvent[row] = 1;
      return Math.max(0, at);
    }
    if (gone[row]! <= horizonSeconds) lostByDeparture++;
    return Math.max(0, end);
  });
  return { observations: { seconds, isEvent }, lostByDeparture };
}

/** The curve of an update under churn. */
export function survivalOf(
  churn: Pick<Churn, 'goneUs'>,
  update: UpdateOutcome,
  releasedAtSeconds: number,
  horizonSeconds: number,
): SurvivalCurve {
  return survivalCurve(watchRelays(churn, update, releasedAtSeconds, horizonSeconds).observations);
}

function figureOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : roundFraction(value);
}

/** Sums up one update. */
export function survivalSummary(
  churn: Pick<Churn, 'goneUs'>,
  update: UpdateOutcome,
  releasedAtSeconds: number,
  horizonSeconds: number,
): SurvivalSummary {
  const watched = watchRelays(churn, update, releasedAtSeconds, horizonSeconds);
  const { observations, lostByDeparture } = watched;
  const curve = survivalCurve(observations);
  const events = observations.isEvent.reduce((sum, one) => sum + one, 0);
  const relays = observations.isEvent.length;
  const median = timeToSurvival(curve, 0.5);
  return {
    relays,
    events,
    lostByDeparture,
    lostByHorizon: relays - events - lostByDeparture,
    t50Seconds: timeOrNull(median.seconds),
    t50LowSeconds: timeOrNull(median.lowSeconds),
    t50HighSeconds: timeOrNull(median.highSeconds),
    t90Seconds: timeOrNull(timeToSurvival(curve, 0.1).seconds),
    t99Seconds: timeOrNull(timeToSurvival(curve, 0.01).seconds),
    endSurvival: roundFraction(curve.survival.at(-1) ?? 1),
    endStandardError: figureOrNull(curve.standardError.at(-1)),
    endLow: figureOrNull(curve.low.at(-1)),
    endHigh: figureOrNull(curve.high.at(-1)),
  };
}
