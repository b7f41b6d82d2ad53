/**
 * Moments as 16-bit codes on a logarithmic scale: as fine as the eye can tell on any axis, in a quarter of the space.
 *
 * From a microsecond to some thirty years in steps of 0.053 %. What is not later than the release is code 0.
 */

const FROM_SECONDS = 1e-6;
const TO_SECONDS = 1e9;
/** The code of what never happens. */
export const NEVER_CODE = 65_535;
const LAST_CODE = NEVER_CODE - 1;
const CODES_PER_E = LAST_CODE / Math.log(TO_SECONDS / FROM_SECONDS);

/** The code of a moment; NaN and infinity never happen. */
export function timeCode(seconds: number): number {
  if (!Number.isFinite(seconds)) return NEVER_CODE;
  if (seconds <= FROM_SECONDS) return 0;
  return Math.min(LAST_CODE, Math.round(Math.log(seconds / FROM_SECONDS) * CODES_PER_E));
}

/** The moment of a code in seconds; infinity for never. */
export function codeSeconds(code: number): number {
  if (code === NEVER_CODE) return Number.POSITIVE_INFINITY;
  return code === 0 ? 0 : FROM_SECONDS * Math.exp(code / CODES_PER_E);
}
