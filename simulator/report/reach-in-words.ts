/** The words for how fast a curve was, and how far it came. */

import { type AdoptionCurve, reachedFraction, type Weighting } from '../measure/curve.ts';
import { timeToFraction } from '../measure/quantiles.ts';
import { humanDuration, humanPercent } from './human-units.ts';

/** Its half, or how far it came. */
export function halfInWords(curve: AdoptionCurve, weighting: Weighting): string {
  const half = timeToFraction(curve, weighting, 0.5);
  return half === null ? reachedInWords(curve, weighting) : `half after ${humanDuration(half)}`;
}

export function reachedInWords(curve: AdoptionCurve, weighting: Weighting): string {
  return `${humanPercent(reachedFraction(curve, weighting))} in the end`;
}

/** Both; that a curve fell short is not left to the eye. */
export function reachNotes(curve: AdoptionCurve, weighting: Weighting): string[] {
  const isWhole = reachedFraction(curve, weighting) === 1;
  return [
    ...new Set([halfInWords(curve, weighting), ...(isWhole ? [] : [reachedInWords(curve, weighting)])]),
  ];
}
