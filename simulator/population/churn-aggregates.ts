/**
 * The committed aggregates of how Tor's relays come and go: their shape and where they are read.
 *
 * They hold rates, shares and fitted laws, never a row for one relay. What stands under `source` is taken from the
 * measured distributions, and no draw reads it: tests hold drawn relays against it. README.md has the provenance.
 */

import { readFileSync } from 'node:fs';
import type { UptimeClass } from './population.ts';

/** A lognormal length of time. */
export interface FittedSpell {
  readonly medianHours: number;
  readonly sigma: number;
}

/** How the relays of one uptime class come and go. */
export interface FittedClass {
  readonly name: UptimeClass;
  /** Mean share of the time that its relays were listed, July to September 2025, whether up or not at the snapshot. */
  readonly uptime: number;
  readonly session: FittedSpell;
  readonly absence: FittedSpell;
}

/** A measured distribution at some lengths, and what the fitted laws make of it. */
export interface MeasuredCdf {
  readonly hours: readonly number[];
  readonly measured: readonly number[];
  readonly fitted: readonly number[];
  /** Root mean square of their difference, in units of fraction. */
  readonly rmse: number;
}

export interface ChurnAggregates {
  readonly name: string;
  /** In the order of UPTIME_CLASSES. */
  readonly classes: readonly FittedClass[];
  /** New identities a day for each relay that runs. */
  readonly arrivalsPerRunningRelayDay: number;
  /** Of relays that are there at the start, what share leaves for good each day. */
  readonly departuresPerRelayDay: number;
  /** Share of new identities that are still seen so many days after they came; it falls. */
  readonly newcomerSurvival: readonly (readonly [days: number, share: number])[];
  readonly source: {
    readonly leavesPerRunningRelayHour: { readonly measured: number; readonly fitted: number };
    /** Lengths of sessions, of absences that ended, and from any moment to a relay's next absence. */
    readonly sessions: MeasuredCdf;
    readonly absences: MeasuredCdf;
    readonly nextAbsence: MeasuredCdf;
    /** Mean uptime of relays that the quarter began with; nothing was fitted to it. */
    readonly establishedUptime: number;
  };
}

let loaded: ChurnAggregates | undefined;

/** The aggregates of `tor-2025-11`, read at the first call. */
export function torChurn(): ChurnAggregates {
  loaded ??= JSON.parse(
    readFileSync(new URL('./tor-churn-2025-11.json', import.meta.url), 'utf8'),
  ) as ChurnAggregates;
  return loaded;
}
