/**
 * How long relays that come up without an update need until they run it.
 *
 * A return is a relay's coming up, for the first time or again, after the release and without the update. It ends
 * when the relay runs the update, or when it goes away again without it, or with the run. Only the first kind has a
 * time; what share of returns it is stands beside the quantiles, or they would flatter an arm that reaches few.
 */

import type { Churn } from '../population/churn.ts';
import { sessionsOf } from '../population/running-relays.ts';

export interface CatchUpTimes {
  /** Comings-up without the update. */
  readonly returns: number;
  /** Seconds from coming up to running it, of the returns that got there; ascending. */
  readonly seconds: Float64Array;
}

/** Of one update: `activated` in seconds since its release, NaN where never. */
export function catchUpTimes(
  churn: Churn,
  activated: Float64Array,
  releasedAtSeconds: number,
  horizonSeconds: number,
): CatchUpTimes {
  const needed: number[] = [];
  let returns = 0;
  for (let relay = 0; relay < activated.length; relay++) {
    const runsFrom = Number.isNaN(activated[relay]!) ? Number.POSITIVE_INFINITY : activated[relay]!;
    for (const { fromUs, toUs } of sessionsOf(churn, relay)) {
      const from = fromUs / 1e6 - releasedAtSeconds;
      const to = toUs / 1e6 - releasedAtSeconds;
      if (from > horizonSeconds || runsFrom < from) break;
      if (from < 0) continue;
      returns++;
      if (runsFrom < to) needed.push(runsFrom - from);
    }
  }
  return { returns, seconds: Float64Array.from(needed).sort() };
}
