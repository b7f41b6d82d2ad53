/**
 * Whom an update's adoption curve counts.
 *
 * Without churn: all relays. With it, the curve of an update is that of the relays that were members when it was
 * released: born by then, and not gone for good, whether up or away at that moment. Their number does not change,
 * so the curve never falls, and arms and seeds can be compared. A relay of them that leaves for good before it runs
 * the update counts as one that never does; new identities, which come after the release, are left out. Who runs the
 * update among those that are up at a later moment is another question (membership.ts).
 */

import type { Churn } from '../population/churn.ts';

/** 1 for each relay that the curve counts; null stands for all. */
export type Cohort = Uint8Array | null;

export function cohortAt(churn: Churn | null, releasedAtSeconds: number): Cohort {
  if (churn === null) return null;
  const atUs = releasedAtSeconds * 1e6;
  return Uint8Array.from(churn.bornUs, (bornUs, relay) =>
    bornUs <= atUs && churn.goneUs[relay]! > atUs ? 1 : 0,
  );
}

/** The column's values of the relays that the cohort counts. */
export function ofCohort(column: Float64Array, cohort: Cohort): Float64Array {
  return cohort === null ? column : column.filter((_value, relay) => cohort[relay] === 1);
}
