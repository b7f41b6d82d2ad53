/** What it takes from the network that authorities reject who has not upgraded, as summary.json states it. */

import { roundFraction, roundTime } from './rounding.ts';

export interface RejectionSummary {
  /** Virtual seconds since the release. */
  readonly afterSeconds: number;
  readonly relays: number;
  /** Shares of all relays, and of all consensus weight, that were taken out. */
  readonly rejectedFraction: number;
  readonly rejectedWeightFraction: number;
  /** Share of all relays that were listed again in the time that the arm shows. */
  readonly readmittedFraction: number;
}

/** Sums up one update of an arm; times are seconds since the release, NaN where there is none. */
export function rejectionSummary(
  rejected: Float64Array,
  activated: Float64Array,
  weight: Float64Array,
): RejectionSummary {
  let [relays, readmitted, weightOut, weightOfAll, after] = [0, 0, 0, 0, 0];
  for (const [relay, at] of rejected.entries()) {
    const own = weight[relay] as number;
    weightOfAll += own;
    if (Number.isNaN(at)) continue;
    relays += 1;
    weightOut += own;
    after = at;
    if (!Number.isNaN(activated[relay])) readmitted += 1;
  }
  return {
    afterSeconds: roundTime(after),
    relays,
    rejectedFraction: roundFraction(relays / rejected.length),
    rejectedWeightFraction: roundFraction(weightOfAll > 0 ? weightOut / weightOfAll : 0),
    readmittedFraction: roundFraction(readmitted / rejected.length),
  };
}
