/**
 * Survival without an update: the share of relays that do not run it yet, where some leave before it is known when
 * they would have.
 *
 * The product-limit estimate (Kaplan and Meier, "Nonparametric estimation from incomplete observations", JASA 53,
 * 1958). A relay that leaves counts among those at risk up to that moment and says nothing of what comes later, so the
 * estimate is of a network in which nobody leaves. Limits are pointwise and treat relays as independent of each other,
 * which they are only roughly: an operator upgrades many at once. Intervals over seeds know of that, these do not.
 */

import exp from '@stdlib/math-base-special-exp';
import ln from '@stdlib/math-base-special-ln';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { CONFIDENCE } from './bootstrap.ts';
import { orderOfTimes } from './time-order.ts';

/** How a relay was watched: up to when, and whether it then ran the update (1) or was lost from sight (0). */
export interface Observations {
  /** Since the release, at least 0. */
  readonly seconds: Float64Array;
  readonly isEvent: Uint8Array;
}

/** Row i holds from `seconds[i]` on; before the first row survival is 1. */
export interface SurvivalCurve {
  /** Distinct moments at which relays began to run the update, ascending. */
  readonly seconds: Float64Array;
  /** Relays that were watched, and without the update, just before. */
  readonly atRisk: Uint32Array;
  /** Relays that began to run it then. */
  readonly events: Uint32Array;
  /** 0 to 1, falling. */
  readonly survival: Float64Array;
  /** By Greenwood's formula; NaN where survival is 0. */
  readonly standardError: Float64Array;
  /** Limits of confidence `CONFIDENCE`, 0 to 1; NaN where survival is 0. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Share of relays whose update was not reached is estimated down to here; null is for never. */
export interface SurvivalQuantile {
  readonly seconds: number | null;
  readonly lowSeconds: number | null;
  readonly highSeconds: number | null;
}

const Z = normalQuantile((1 + CONFIDENCE) / 2, 0, 1);
/** Far below a relay among a million: sums of shares may miss 0.5 by their last bits. */
const SHARE_SLACK = 1e-9;

/**
 * Limits of survival that stay within 0 and 1: plain ones of ln(-ln S), carried back (Kalbfleisch and Prentice, "The
 * Statistical Analysis of Failure Time Data", 1980). `relativeError` is the standard error over S; S in (0, 1).
 */
function limits(survival: number, relativeError: number): readonly [low: number, high: number] {
  const hazard = -ln(survival);
  const spread = (Z * relativeError) / hazard;
  return [exp(-hazard * exp(spread)), exp(-hazard * exp(-spread))];
}

/**
 * The estimate from one observation a relay. Of equal times events come before losses, so that who leaves at the moment
 * of an event was at risk of it. Throws RangeError when the columns differ in length, or a time is no time.
 */
export function survivalCurve({ seconds, isEvent }: Observations): SurvivalCurve {
  if (seconds.length !== isEvent.length)
    throw new RangeError(`${seconds.length} times for ${isEvent.length} marks of events`);
  if (seconds.some((at) => !(at >= 0 && at < Number.POSITIVE_INFINITY)))
    throw new RangeError('an observation ends at a time of at least 0');
  const order = orderOfTimes(seconds);
  const rows: {
    seconds: number;
    atRisk: number;
    events: number;
    survival: number;
    error: number;
    low: number;
    high: number;
  }[] = [];
  let survival = 1;
  /** Greenwood's sum of d / (n (n - d)). */
  let sum = 0;
  for (let first = 0; first < order.length; ) {
    const at = seconds[order[first]!]!;
    let [next, events] = [first, 0];
    for (; next < order.length && seconds[order[next]!] === at; next++) events += isEvent[order[next]!]!;
    const atRisk = order.length - first;
    first = next;
    if (events === 0) continue;
    survival *= 1 - events / atRisk;
    sum += events / (atRisk * (atRisk - events));
    const relativeError = Math.sqrt(sum);
    const isOver = events === atRisk;
    const [low, high] = isOver ? [Number.NaN, Number.NaN] : limits(survival, relativeError);
    const error = isOver ? Number.NaN : survival * relativeError;
    rows.push({ seconds: at, atRisk, events, survival: isOver ? 0 : survival, error, low, high });
  }
  return {
    seconds: Float64Array.from(rows, (row) => row.seconds),
    atRisk: Uint32Array.from(rows, (row) => row.atRisk),
    events: Uint32Array.from(rows, (row) => row.events),
    survival: Float64Array.from(rows, (row) => row.survival),
    standardError: Float64Array.from(rows, (row) => row.error),
    low: Float64Array.from(rows, (row) => row.low),
    high: Float64Array.from(rows, (row) => row.high),
  };
}

/** The first moment at which a column has fallen to `share`; null where it never does. */
function firstAtMost({ seconds }: SurvivalCurve, column: Float64Array, share: number): number | null {
  const row = column.findIndex((value) => value <= share + SHARE_SLACK);
  return row < 0 ? null : seconds[row]!;
}

/**
 * When the share without the update has fallen to `share`, 0 to 1, and limits of that: the moments at which the limits
 * of the curve have (Brookmeyer and Crowley, "A confidence interval for the median survival time", Biometrics 38, 1982).
 */
export function timeToSurvival(curve: SurvivalCurve, share: number): SurvivalQuantile {
  return {
    seconds: firstAtMost(curve, curve.survival, share),
    lowSeconds: firstAtMost(curve, curve.low, share),
    highSeconds: firstAtMost(curve, curve.high, share),
  };
}
