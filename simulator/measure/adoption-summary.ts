/**
 * How one update came into use in one arm: when, how far, through which stages, and how long it left relays vulnerable.
 *
 * Relays are counted each as one, and by consensus weight. Advertised bandwidth is a third way only where it is not what
 * the weights were taken from: else its figures are those of the weights, digit for digit, and are not stated twice.
 */

import type { Population } from '../population/population.ts';
import { ofCohort } from './cohort.ts';
import { adoptionCurve } from './curve.ts';
import { type Vulnerability, vulnerableRelayHours, vulnerableWeightHours } from './exposure.ts';
import type { Stage, UpdateOutcome } from './outcome.ts';
import { type Percents, type ReachSummary, reach, type StageSummary, stageSummary } from './reach-summary.ts';
import { roundRelayHours, roundWeightHours } from './rounding.ts';
import { stageCurves } from './stage-curves.ts';

/** Activation of one update in one arm. */
export interface AdoptionSummary extends ReachSummary {
  readonly byConsensusWeight: ReachSummary;
  /** Absent where the weights are advertised bandwidth. */
  readonly byAdvertisedBandwidth?: ReachSummary;
  readonly stages: Readonly<Record<Stage, StageSummary>>;
  /** See exposure.ts; counted up to the longest horizon of all arms. */
  readonly vulnerableRelayHours: number;
  readonly vulnerableWeightHours: number;
}

/** Shares that differ by less are those of one column, rounded twice. */
const SHARE_SLACK = 1e-9;

/** Whether consensus weights are anything else than shares of advertised bandwidth, as they are in a consensus file. */
export function weighsOtherwise({
  consensusWeight,
  advertisedBytesPerSecond,
}: Pick<Population, 'consensusWeight' | 'advertisedBytesPerSecond'>): boolean {
  const sum = (column: Float64Array) => column.reduce((total, value) => total + value, 0);
  const [ofWeight, ofBandwidth] = [sum(consensusWeight), sum(advertisedBytesPerSecond)];
  if (ofWeight === 0 || ofBandwidth === 0) return false;
  return consensusWeight.some((weight, relay) => {
    const share = advertisedBytesPerSecond[relay]! / ofBandwidth;
    return Math.abs(weight / ofWeight - share) > SHARE_SLACK;
  });
}

/** Sums up one update of an arm; the horizon is in seconds since its release. */
export function adoptionSummary(
  update: UpdateOutcome,
  population: Population,
  horizonSeconds: number,
  percents: Percents,
): AdoptionSummary {
  const { stages, cohort = null, rejected } = update;
  const { consensusWeight: weight, advertisedBytesPerSecond: bandwidth } = population;
  const curves = stageCurves(update, weight);
  const vulnerability: Vulnerability = {
    activatedSeconds: ofCohort(stages.activated, cohort),
    horizonSeconds,
    rejectedSeconds: rejected === undefined ? undefined : ofCohort(rejected, cohort),
  };
  const byBandwidth = () =>
    // Bandwidth in the place of the weight.
    reach(adoptionCurve(stages.activated, bandwidth, cohort), 'fractionOfConsensusWeight', percents);
  return {
    ...reach(curves.activated, 'fractionOfRelays', percents),
    byConsensusWeight: reach(curves.activated, 'fractionOfConsensusWeight', percents),
    ...(weighsOtherwise(population) && { byAdvertisedBandwidth: byBandwidth() }),
    stages: {
      heard: stageSummary(curves.heard),
      verified: stageSummary(curves.verified),
      staged: stageSummary(curves.staged),
      activated: stageSummary(curves.activated),
    },
    vulnerableRelayHours: roundRelayHours(vulnerableRelayHours(vulnerability)),
    vulnerableWeightHours: roundWeightHours(vulnerableWeightHours(vulnerability, ofCohort(weight, cohort))),
  };
}
