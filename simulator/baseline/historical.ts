/**
 * How fast Tor's operators upgraded by hand: two eras, each with its releases and one curve for all of them.
 *
 * What `historical.json` holds is observed, not fitted; a curve ends where observation ended. README.md says
 * how each was counted and why the two eras are not counted alike.
 */

import { readFileSync } from 'node:fs';
import type { HistoricalName } from '../scenario/scenario.ts';

/** One release: the fraction of relays that run it or something newer. */
export interface ReleaseCurve {
  readonly release: string;
  /** ISO date; day 0 starts at 00:00 UTC. */
  readonly releaseDate: string;
  readonly daysSinceRelease: readonly number[];
  readonly fractionOfRelays: readonly number[];
  /** Null where the source states no weights. */
  readonly fractionOfConsensusWeight: readonly number[] | null;
}

export interface PooledCurve {
  readonly days: readonly number[];
  readonly fractionOfRelays: readonly number[];
  readonly fractionOfConsensusWeight: readonly number[] | null;
}

/** Days until the pooled curve first reaches a fraction; null where it does not while observed. */
export interface MilestoneDays {
  readonly t25Days: number | null;
  readonly t50Days: number | null;
  readonly t75Days: number | null;
  readonly t90Days: number | null;
  readonly t99Days: number | null;
}

export interface HistoricalBaseline {
  readonly name: HistoricalName;
  readonly label: string;
  readonly releases: readonly ReleaseCurve[];
  readonly pooled: PooledCurve;
  /** Nothing of the era was observed later than this after a release; the pooled curve may end before. */
  readonly lastObservedDay: number;
  readonly milestones: {
    readonly relays: MilestoneDays;
    readonly consensusWeight: MilestoneDays | null;
  };
}

let loaded: Readonly<Record<HistoricalName, HistoricalBaseline>> | undefined;

/** The observed upgrades of an era, read at the first call. */
export function historicalBaseline(name: HistoricalName): HistoricalBaseline {
  loaded ??= JSON.parse(readFileSync(new URL('./historical.json', import.meta.url), 'utf8')) as Readonly<
    Record<HistoricalName, HistoricalBaseline>
  >;
  return loaded[name];
}
