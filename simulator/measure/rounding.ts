/**
 * How many digits a figure keeps when it is written down.
 *
 * Every number in a result file passes through here, so that a sum which differs in its last bit cannot
 * change a byte of the file.
 */

/** Virtual seconds (or days) to the microsecond (or 10^-6 day): the engine is exact to 1 us. */
export function roundTime(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** The same of a time that may never have come. */
export function timeOrNull(value: number | null): number | null {
  return value === null ? null : roundTime(value);
}

/** A share of relays or of consensus weight, to 6 digits after the point. */
export function roundFraction(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** Relay hours, to 6 digits after the point (3.6 ms of one relay). */
export function roundRelayHours(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** Hours of the whole weight, to 9 digits after the point (3.6 µs): a fix that is gossiped leaves some 10^-5 of them. */
export function roundWeightHours(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

/** A ratio, to 6 significant digits: it spans from below 1 to many millions. */
export function roundRatio(value: number): number {
  return Number(value.toPrecision(6));
}

/** One as a multiple of the other, rounded; null where either is missing, or the other is 0. */
export function ratioOrNull(one: number | null, other: number | null): number | null {
  return one === null || other === null || other === 0 ? null : roundRatio(one / other);
}

/** A mean of rounded figures, to 12 significant digits: more than they have, and fewer than a double's noise. */
export function roundNoise(value: number): number {
  return Number(value.toPrecision(12));
}
