/** How far and how fast a curve came, in the figures that summary.json states of every curve. */

import { type AdoptionCurve, reachedFraction, type Weighting } from './curve.ts';
import { MILESTONES, type Milestone, timeToFraction } from './quantiles.ts';
import { roundFraction, timeOrNull } from './rounding.ts';

/** Whole percents of `measure.milestones`. */
export type Percents = readonly number[];

/** Times to the shares of the scenario's `measure.milestones`: `t10Seconds`, or `t10Days` of an era. */
export type FurtherMilestones = Readonly<Record<string, number | null>>;

export interface Further {
  /** Missing unless the scenario asks for them. */
  readonly milestones?: FurtherMilestones;
}

/** Virtual seconds since the release until a share of all relays is reached; null when it never is. */
export type MilestoneSeconds = Readonly<Record<`${Milestone}Seconds`, number | null>> & Further;

/** With relays counted in one of the two ways. */
export type ReachSummary = MilestoneSeconds & { readonly reachedFraction: number };

/** When half, 90 % and 99 % of all relays had passed one stage. */
export interface StageSummary {
  readonly t50Seconds: number | null;
  readonly t90Seconds: number | null;
  readonly t99Seconds: number | null;
}

/** The further milestones as a part of a summary; nothing where the scenario asks for none. */
export function further(
  percents: Percents,
  unit: 'Seconds' | 'Days',
  at: (fraction: number) => number | null,
): Further {
  if (percents.length === 0) return {};
  const entries = percents.map((percent) => [`t${percent}${unit}`, at(percent / 100)] as const);
  return { milestones: Object.fromEntries(entries) };
}

/** The usual times and those that the scenario asks for; `at` gives rounded seconds. */
export function milestoneSeconds(
  at: (fraction: number) => number | null,
  percents: Percents,
): MilestoneSeconds {
  return {
    t25Seconds: at(MILESTONES.t25),
    t50Seconds: at(MILESTONES.t50),
    t75Seconds: at(MILESTONES.t75),
    t90Seconds: at(MILESTONES.t90),
    t99Seconds: at(MILESTONES.t99),
    ...further(percents, 'Seconds', at),
  };
}

export function reach(curve: AdoptionCurve, weighting: Weighting, percents: Percents): ReachSummary {
  const at = (fraction: number) => timeOrNull(timeToFraction(curve, weighting, fraction));
  return {
    reachedFraction: roundFraction(reachedFraction(curve, weighting)),
    ...milestoneSeconds(at, percents),
  };
}

export function stageSummary(curve: AdoptionCurve): StageSummary {
  const at = (fraction: number) => timeOrNull(timeToFraction(curve, 'fractionOfRelays', fraction));
  return {
    t50Seconds: at(MILESTONES.t50),
    t90Seconds: at(MILESTONES.t90),
    t99Seconds: at(MILESTONES.t99),
  };
}
