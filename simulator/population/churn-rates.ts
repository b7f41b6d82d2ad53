/** What a scenario's churn comes to for a network of its size: laws for each class, and rates for each relay. */

import type { ChurnPlan, SpellLaw } from '../scenario/churn-plan.ts';
import { torAggregates } from './aggregates.ts';
import { type FittedSpell, torChurn } from './churn-aggregates.ts';
import { bandwidthQuartiles } from './draw-parts.ts';
import type { Population } from './population.ts';
import { groupRows } from './sampling.ts';
import { uptimeOf } from './spell-law.ts';

const HOUR_SECONDS = 3600;
/**
 * ASSUMPTION: a measured absence shorter than this, which is one missed hourly list, is a restart of the relay's
 * process. Restarts that fall between two lists were not seen by anybody.
 */
export const RESTART_BELOW_SECONDS = 1.5 * HOUR_SECONDS;

export interface ChurnClass {
  readonly session: SpellLaw;
  readonly absence: SpellLaw;
}

export interface ChurnRates {
  readonly classes: readonly ChurnClass[];
  /** Share of each class in groups of relays; what is missing to 1 stays up. */
  readonly shares: readonly (readonly number[])[];
  /** The group of each relay. */
  readonly groupOf: (population: Population) => Uint32Array;
  /** Whether the classes are the uptime classes of the population. */
  readonly isByUptime: boolean;
  readonly arrivalsPerDay: number;
  /** Chance a day that a relay which was there at the start, or any where `survival` is null, leaves for good. */
  readonly departuresPerRelayDay: number;
  /** Share of new identities that are left after so many days; null: they leave like the others. */
  readonly survival: readonly (readonly [days: number, share: number])[] | null;
  readonly restarts: { readonly everySeconds: number; readonly forSeconds: number } | null;
  /** An absence shorter than this is a restart. */
  readonly restartBelowSeconds: number;
}

/** The rates for a network that begins with `relays` relays. */
export function churnRates(plan: ChurnPlan, relays: number, isTorPopulation: boolean): ChurnRates {
  if (plan.kind === 'laws') {
    const { classes, arrivalsPerDay, departuresPerDay, restarts } = plan;
    return {
      classes,
      shares: [classes.map(({ share }) => share)],
      groupOf: ({ relays: all }) => new Uint32Array(all),
      isByUptime: false,
      arrivalsPerDay,
      departuresPerRelayDay: departuresPerDay / relays,
      survival: null,
      restarts,
      restartBelowSeconds: 0,
    };
  }
  const measured = torChurn();
  const classes = measured.classes.map(({ session, absence }) => ({
    session: lognormal(session),
    absence: lognormal(absence),
  }));
  const shares = memberShares(
    classes.map(uptimeOf),
    isTorPopulation ? torAggregates().uptime.relaysByQuartile : [allQuartiles()],
  );
  const meanUptime = meanOver(shares, classes.map(uptimeOf));
  return {
    classes,
    shares,
    groupOf: isTorPopulation ? torQuartiles : ({ relays: all }) => new Uint32Array(all),
    isByUptime: true,
    arrivalsPerDay: measured.arrivalsPerRunningRelayDay * meanUptime * relays,
    departuresPerRelayDay: measured.departuresPerRelayDay,
    survival: measured.newcomerSurvival,
    restarts: null,
    restartBelowSeconds: RESTART_BELOW_SECONDS,
  };
}

function lognormal({ medianHours, sigma }: FittedSpell): SpellLaw {
  return { law: 'lognormal', medianSeconds: medianHours * HOUR_SECONDS, sigma };
}

/**
 * The snapshot counts relays that were up; of those that are up a third of the time it saw a third. So each counts as
 * many times as it hides others.
 */
function memberShares(uptimes: readonly number[], running: readonly (readonly number[])[]): number[][] {
  return running.map((counts) => {
    const members = counts.map((count, index) => count / uptimes[index]!);
    const all = members.reduce((sum, count) => sum + count, 0);
    return members.map((count) => count / all);
  });
}

function allQuartiles(): number[] {
  const { relaysByQuartile } = torAggregates().uptime;
  return relaysByQuartile.reduce<number[]>(
    (sums, counts) => counts.map((count, index) => count + (sums[index] ?? 0)),
    [],
  );
}

/** Quartiles of bandwidth weigh the same. */
function meanOver(shares: readonly (readonly number[])[], values: readonly number[]): number {
  const sums = shares.map((of) => of.reduce((sum, share, index) => sum + share * values[index]!, 0));
  return sums.reduce((sum, value) => sum + value, 0) / sums.length;
}

function torQuartiles({ advertisedBytesPerSecond }: Population): Uint32Array {
  return bandwidthQuartiles(advertisedBytesPerSecond, torAggregates());
}

/** Rows of each group, for shares that come out exact in each. */
export function relayGroups({ groupOf, shares }: ChurnRates, population: Population) {
  return groupRows(groupOf(population), shares.length);
}
