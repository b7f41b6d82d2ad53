/** What summary.json says of an era of Tor's history. */

import { dayOfFraction } from '../baseline/derive-curves.ts';
import type { HistoricalBaseline, MilestoneDays } from '../baseline/historical.ts';
import { type Further, further, type Percents } from './reach-summary.ts';
import { roundTime, timeOrNull } from './rounding.ts';

/** Days since the release until a share of all relays is reached; null when never seen. */
export interface HistoricalSummary extends MilestoneDays, Further {
  readonly label: string;
  readonly lastObservedDay: number;
  /** Null where the source does not say which relays weigh how much. */
  readonly byConsensusWeight: (MilestoneDays & Further) | null;
}

function milestoneDays(days: MilestoneDays): MilestoneDays {
  return {
    t25Days: timeOrNull(days.t25Days),
    t50Days: timeOrNull(days.t50Days),
    t75Days: timeOrNull(days.t75Days),
    t90Days: timeOrNull(days.t90Days),
    t99Days: timeOrNull(days.t99Days),
  };
}

export function historicalSummary(baseline: HistoricalBaseline, percents: Percents): HistoricalSummary {
  const { relays, consensusWeight } = baseline.milestones;
  const { days, fractionOfRelays, fractionOfConsensusWeight } = baseline.pooled;
  const more = (fractions: readonly number[] | null) => {
    return further(percents, 'Days', (fraction) =>
      fractions === null ? null : timeOrNull(dayOfFraction(days, fractions, fraction)),
    );
  };
  return {
    label: baseline.label,
    lastObservedDay: roundTime(baseline.lastObservedDay),
    ...milestoneDays(relays),
    ...more(fractionOfRelays),
    byConsensusWeight:
      consensusWeight === null
        ? null
        : { ...milestoneDays(consensusWeight), ...more(fractionOfConsensusWeight) },
  };
}
