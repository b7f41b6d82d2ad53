/** How many relays change their version at once, at the worst moment: what a rollout's jitter is there to lower. */

import { roundFraction } from './rounding.ts';

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
 * much later. NaN: never arrived. A window of 0 holds nobody.
 */
export function mostWithin(arrivedSeconds: Float64Array, windowSeconds: number): number {
  const times = arrivedSeconds.filter((seconds) => !Number.isNaN(seconds)).sort();
  let first = 0;
  let most = 0;
  times.forEach((seconds, last) => {
    while (first <= last && times[first]! + windowSeconds <= seconds) first++;
    most = Math.max(most, last - first + 1);
  });
  return windowSeconds > 0 ? most : 0;
}

/** The peaks of one update; `restartSeconds` is how long a relay is down before it runs it, null where it is not. */
export function peakSwitches(activated: Float64Array, restartSeconds: number | null): PeakSwitches {
  const share = (windowSeconds: number): number =>
    roundFraction(mostWithin(activated, windowSeconds) / activated.length);
  return {
    perSecondFraction: share(1),
    perMinuteFraction: share(60),
    downFraction: restartSeconds === null ? null : share(restartSeconds),
  };
}
