/** How many relays change their version at once, at the worst moment: what a rollout's jitter is there to lower. */

import { roundFraction } from './rounding.ts';
import { sortedTimes } from './time-order.ts';

export interface PeakSwitches {
  /** Largest share of all relays (under churn, of the members at the release) that began to run the update within one second. */
  readonly perSecondFraction: number;
  /** The same within one minute. */
  readonly perMinuteFraction: number;
  /** Largest share that was down for its restart at one moment; null in a live arm, whose relays are swapped hot. */
  readonly downFraction: number | null;
}

/**
 * The most relays that arrive within a window of `windowSeconds`: from a moment on, up to but not including the one so
 * much later. Times ascend. A window of 0 holds nobody.
 */
export function mostWithin(times: Float64Array, windowSeconds: number): number {
  let first = 0;
  let most = 0;
  for (let last = 0; last < times.length; last++) {
    while (first <= last && times[first]! + windowSeconds <= times[last]!) first++;
    most = Math.max(most, last - first + 1);
  }
  return windowSeconds > 0 ? most : 0;
}

/** The peaks of one update; `restartSeconds` is how long a relay is down before it runs it, null where it is not. */
export function peakSwitches(activated: Float64Array, restartSeconds: number | null): PeakSwitches {
  const times = sortedTimes(activated);
  const share = (windowSeconds: number): number =>
    roundFraction(mostWithin(times, windowSeconds) / activated.length);
  return {
    perSecondFraction: share(1),
    perMinuteFraction: share(60),
    downFraction: restartSeconds === null ? null : share(restartSeconds),
  };
}
