/**
 * Exposure: how long relays went on running the code that an update replaces.
 *
 * Arms end at different times (minutes, or years), so all are counted up to one common horizon: a relay
 * that was never reached is vulnerable to the end of the longest arm, whichever arm it is in.
 */

/**
 * Vulnerable relay hours of one update in one arm: sum over all relays of min(a, H) / 3600, where a is the
 * relay's activation in virtual seconds since the release (infinite when it never activated) and H the
 * common horizon in seconds since the release. A relay that was taken out of the network before serves nobody, and
 * counts up to then.
 */
export function vulnerableRelayHours(
  activatedSeconds: Float64Array,
  horizonSeconds: number,
  rejectedSeconds?: Float64Array,
): number {
  let seconds = 0;
  for (const [relay, activated] of activatedSeconds.entries()) {
    const end = Number.isNaN(activated) ? horizonSeconds : Math.min(activated, horizonSeconds);
    const rejected = rejectedSeconds?.[relay] ?? Number.NaN;
    seconds += Number.isNaN(rejected) ? end : Math.min(end, rejected);
  }
  return seconds / 3600;
}
