/**
 * Which relays of an arm run the scenario's first update by now.
 *
 * It is a view, read whenever somebody wants to know: of the memory that the simulation's threads write to, or of an
 * outcome. So watching costs the simulation nothing, and can change nothing in it.
 */

import { type Cohort, cohortAt } from '../measure/cohort.ts';
import type { ArmOutcome } from '../measure/outcome.ts';
import type { Churn } from '../population/churn.ts';

export interface ArmProgress {
  readonly name: string;
  /** How many relays there are, those that the curve does not count included. */
  readonly relays: number;
  /** Whom the curve counts; null for all. */
  readonly cohort: Cohort;
  /** Seconds from the release until the relay first ran the update; not finite while it has not. */
  readonly activatedSeconds: (relay: number) => number;
  /** Whether the relay has taken the update out again, and not back. */
  readonly isRemoved: (relay: number) => boolean;
}

/** An arm while it is simulated: columns of virtual microseconds since the run began, NaN where not reached. */
export function progressOfColumns(
  name: string,
  {
    activatedUs,
    removedUs,
    releasedAtUs,
    churn,
  }: {
    readonly activatedUs: Float64Array;
    readonly removedUs: Float64Array;
    readonly releasedAtUs: number;
    readonly churn: Churn | null;
  },
): ArmProgress {
  return {
    name,
    relays: activatedUs.length,
    cohort: cohortAt(churn, releasedAtUs / 1e6),
    activatedSeconds: (relay) => ((activatedUs[relay] as number) - releasedAtUs) / 1e6,
    isRemoved: (relay) => !Number.isNaN(removedUs[relay] as number),
  };
}

/** An arm that has ended. */
export function progressOfOutcome({ arm, updates }: ArmOutcome): ArmProgress {
  const first = updates[0];
  if (first === undefined) throw new RangeError(`arm ${arm.name} has no update`);
  const { activated } = first.stages;
  return {
    name: arm.name,
    relays: activated.length,
    cohort: first.cohort ?? null,
    activatedSeconds: (relay) => activated[relay] as number,
    isRemoved: (relay) => !Number.isNaN(first.removed[relay] as number),
  };
}
