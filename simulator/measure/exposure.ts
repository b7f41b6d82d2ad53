/**
 * Exposure: how long relays went on running the code that an update replaces. Counted by relay, and by consensus weight,
 * since a heavy relay is met by more clients; by circuit it is a matter of paths (marking.ts).
 *
 * Arms end at different times (minutes, or years), so all are counted up to one common horizon: a relay
 * that was never reached is vulnerable to the end of the longest arm, whichever arm it is in.
 */

export interface Vulnerability {
  /** Virtual seconds since the release; NaN for a relay that never activated. */
  readonly activatedSeconds: Float64Array;
  /** The common horizon, virtual seconds since the release. */
  readonly horizonSeconds: number;
  /** When authorities took a relay out of the network, NaN where they did not: it serves nobody then. */
  readonly rejectedSeconds?: Float64Array | undefined;
}

/** Until when a relay is vulnerable: min(a, H, r) seconds since the release. */
function vulnerableSeconds(
  { activatedSeconds, horizonSeconds, rejectedSeconds }: Vulnerability,
  relay: number,
): number {
  const activated = activatedSeconds[relay]!;
  const end = Number.isNaN(activated) ? horizonSeconds : Math.min(activated, horizonSeconds);
  const rejected = rejectedSeconds?.[relay] ?? Number.NaN;
  return Number.isNaN(rejected) ? end : Math.min(end, rejected);
}

/**
 * Vulnerable relay hours of one update in one arm: sum over all relays of min(a, H, r) / 3600, where a is the relay's
 * activation (infinite when it never activated), H the common horizon and r its rejection, in virtual seconds since
 * the release.
 */
export function vulnerableRelayHours(vulnerability: Vulnerability): number {
  let seconds = 0;
  for (const relay of vulnerability.activatedSeconds.keys()) {
    seconds += vulnerableSeconds(vulnerability, relay);
  }
  return seconds / 3600;
}

/**
 * Vulnerable weight hours: the same sum with each relay's share of the weight as a factor. One hour is one in which the
 * whole network was vulnerable, or two in which half of its weight was. `weight` is of any positive scale. 0 without any
 * weight.
 */
export function vulnerableWeightHours(vulnerability: Vulnerability, weight: Float64Array): number {
  let [seconds, total] = [0, 0];
  for (const [relay, own] of weight.entries()) {
    seconds += own * vulnerableSeconds(vulnerability, relay);
    total += own;
  }
  return total > 0 ? seconds / total / 3600 : 0;
}
