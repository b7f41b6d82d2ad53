/**
 * The running curve of an update: which share of all relays ran it at each moment.
 *
 * Unlike the adoption curve (curve.ts), which counts relays that ever ran it, this one falls: a relay that
 * rolled the module back, or took a revocation, does not run it any more.
 */

import { type Cohort, ofCohort } from './cohort.ts';
import { sortedTimes } from './time-order.ts';

/** Row i holds from `seconds[i]` on; before the first row nobody runs it. */
export interface RunningCurve {
  /** Distinct moments at which the share changed, ascending; virtual seconds since the release. */
  readonly seconds: Float64Array;
  /** 0 to 1. */
  readonly fractionOfRelays: Float64Array;
}

/** Whether a relay ever ran it, if only for a moment. */
function everRan(activatedSeconds: number): boolean {
  return Number.isFinite(activatedSeconds);
}

/** Builds the curve from two times a relay, NaN for never. A relay that never ran it removes nothing. */
export function runningCurve(
  activations: Float64Array,
  removals: Float64Array,
  cohort: Cohort = null,
): RunningCurve {
  if (removals.length !== activations.length)
    throw new RangeError(`${activations.length} activations for ${removals.length} removals`);
  const activatedSeconds = ofCohort(activations, cohort);
  const removedSeconds = ofCohort(removals, cohort);
  const relays = activatedSeconds.length;
  const ended = removedSeconds.map((removed, relay) => {
    const activated = activatedSeconds[relay] as number;
    return everRan(activated) && Number.isFinite(removed) ? Math.max(activated, removed) : Number.NaN;
  });
  const begins = sortedTimes(activatedSeconds);
  const ends = sortedTimes(ended);
  const seconds: number[] = [];
  const fractions: number[] = [];
  let begun = 0;
  let over = 0;
  while (begun < begins.length || over < ends.length) {
    const at = Math.min(begins[begun] ?? Number.POSITIVE_INFINITY, ends[over] ?? Number.POSITIVE_INFINITY);
    while (begins[begun] === at) begun++;
    while (ends[over] === at) over++;
    const fraction = (begun - over) / relays;
    if (fraction === (fractions.at(-1) ?? 0)) continue;
    seconds.push(at);
    fractions.push(fraction);
  }
  return { seconds: Float64Array.from(seconds), fractionOfRelays: Float64Array.from(fractions) };
}

/** The largest share that ran it at one time, 0 to 1. */
export function highestRunning(curve: RunningCurve): number {
  return curve.fractionOfRelays.reduce((most, fraction) => Math.max(most, fraction), 0);
}

/** The share that runs it in the end, 0 to 1. */
export function runningFraction(curve: RunningCurve): number {
  return curve.fractionOfRelays.at(-1) ?? 0;
}

/**
 * Seconds from a revocation until `fraction` of the relays concerned had taken the module out; null when they
 * never had, or when it concerned nobody.
 *
 * Concerned are relays that ran it at the revocation or began to run it afterwards, before they heard. Those
 * that had rolled it back by themselves are not: no revocation helped them.
 */
export function removalSeconds(
  activatedSeconds: Float64Array,
  removedSeconds: Float64Array,
  revokedSeconds: number,
  fraction: number,
): number | null {
  const sinceRevocation: number[] = [];
  let concerned = 0;
  for (let relay = 0; relay < activatedSeconds.length; relay++) {
    const removed = removedSeconds[relay] as number;
    if (!everRan(activatedSeconds[relay] as number) || removed < revokedSeconds) continue;
    concerned += 1;
    if (!Number.isNaN(removed)) sinceRevocation.push(removed - revokedSeconds);
  }
  if (concerned === 0) return null;
  sinceRevocation.sort((a, b) => a - b);
  return sinceRevocation[Math.ceil(fraction * concerned - 1e-9) - 1] ?? null;
}
