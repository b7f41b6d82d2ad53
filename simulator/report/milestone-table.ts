/**
 * The table that terminal and page share: when a quarter, half, ... of the network ran the fix.
 *
 * Rows are arms and eras, each by relay count and by consensus weight.
 */

import type { MilestoneDays } from '../baseline/historical.ts';
import { MILESTONE_NAMES, MILESTONES } from '../measure/quantiles.ts';
import type { Further, MilestoneSeconds } from '../measure/reach-summary.ts';
import { isOfRuns } from '../measure/runs-summary.ts';
import type { ArmSummary, Summary } from '../measure/summary.ts';
import { DAY_SECONDS, humanDuration, humanPercent } from './human-units.ts';

export interface MilestoneRow {
  readonly name: string;
  /** What made the figures: an engine, `lag`, or `observed`. */
  readonly source: string;
  /**
   * How relays are counted; by bandwidth only where that is not what gives them their weight. `law` is not a count, but the law that the rows above were drawn from; `low` and `high`
   * are the bounds of the figures by count, where the figures are medians of several runs.
   */
  readonly weighting: 'count' | 'weight' | 'bandwidth' | 'law' | 'low' | 'high';
  /** Times in words, one a heading; a dash where the share was never reached. */
  readonly times: readonly string[];
  /** Share reached in the end, in words; what history reached is not a figure of its own: a dash. */
  readonly reached: string;
}

export const NOT_REACHED = '–';

/** Percents of the columns: those that the scenario asks for, or the usual five. */
function percentsOf({ arms }: Summary): number[] {
  const further = Object.values(arms)[0]?.milestones;
  if (further === undefined) return MILESTONE_NAMES.map((name) => MILESTONES[name] * 100);
  return Object.keys(further).map((key) => Number(/\d+/.exec(key)![0]));
}

/** Headings of the times: 25 %, 50 %, ... */
export function milestoneHeadings(summary: Summary): string[] {
  return percentsOf(summary).map((percent) => `${percent} %`);
}

function inWords(seconds: number | null): string {
  return seconds === null ? NOT_REACHED : humanDuration(seconds);
}

/** The times of the columns, each with its path in the summary. */
function keyedTimes(figures: MilestoneSeconds): [key: string, seconds: number | null][] {
  if (figures.milestones === undefined) {
    return MILESTONE_NAMES.map((name) => [`${name}Seconds`, figures[`${name}Seconds`]]);
  }
  return Object.entries(figures.milestones).map(([name, seconds]) => [`milestones.${name}`, seconds]);
}

function timesOf(figures: MilestoneSeconds): string[] {
  return keyedTimes(figures).map(([, seconds]) => inWords(seconds));
}

function timesOfDays(figures: MilestoneDays & Further): string[] {
  const times = Object.values(figures.milestones ?? MILESTONE_NAMES.map((name) => figures[`${name}Days`]));
  return times.map((days) => inWords(days === null ? null : days * DAY_SECONDS));
}

/** An arm's channels, where neither its name nor the plain case says them; null otherwise. */
export function unsaidChannels(name: string, { channel }: ArmSummary): string | null {
  const isSaid = channel.replaceAll('+', '-') === name || channel === 'gossip' || channel === 'manual';
  return isSaid ? null : channel;
}

function bandwidthRow(name: string, { engine, byAdvertisedBandwidth: figures }: ArmSummary): MilestoneRow[] {
  if (figures === undefined) return [];
  const reached = humanPercent(figures.reachedFraction);
  return [{ name, source: engine, weighting: 'bandwidth', times: timesOf(figures), reached }];
}

function lawRow(name: string, { law }: ArmSummary): MilestoneRow[] {
  if (law === null) return [];
  return [{ name, source: 'lag law', weighting: 'law', times: timesOf(law), reached: NOT_REACHED }];
}

/** The bounds of an arm's times and of the share it reached, for medians of several runs. */
function intervalRows(summary: Summary, name: string, arm: ArmSummary): MilestoneRow[] {
  if (!isOfRuns(summary)) return [];
  const { intervals } = summary;
  // What all runs agree on has no interval.
  const bound = (key: string, value: number | null, side: 0 | 1): number | null => {
    const found = intervals[`arms.${name}.${key}`];
    return found === undefined ? value : found[side];
  };
  return (['low', 'high'] as const).map((weighting, side) => {
    const times = keyedTimes(arm).map(([key, value]) => inWords(bound(key, value, side as 0 | 1)));
    const reached = bound('reachedFraction', arm.reachedFraction, side as 0 | 1);
    return { name, source: arm.engine, weighting, times, reached: humanPercent(reached ?? 0) };
  });
}

/** Rows for every arm, then for every era, in the scenario's order. */
export function milestoneRows(summary: Summary): MilestoneRow[] {
  const arms = Object.entries(summary.arms).flatMap(([name, arm]): MilestoneRow[] => [
    {
      name,
      source: arm.engine,
      weighting: 'count',
      times: timesOf(arm),
      reached: humanPercent(arm.reachedFraction),
    },
    ...intervalRows(summary, name, arm),
    {
      name,
      source: arm.engine,
      weighting: 'weight',
      times: timesOf(arm.byConsensusWeight),
      reached: humanPercent(arm.byConsensusWeight.reachedFraction),
    },
    ...bandwidthRow(name, arm),
    ...lawRow(name, arm),
  ]);
  const eras = Object.entries(summary.historical).flatMap(([name, era]): MilestoneRow[] => {
    const row = { name, source: 'observed', reached: NOT_REACHED };
    const byCount = { ...row, weighting: 'count' as const, times: timesOfDays(era) };
    if (era.byConsensusWeight === null) return [byCount];
    return [byCount, { ...row, weighting: 'weight', times: timesOfDays(era.byConsensusWeight) }];
  });
  return [...arms, ...eras];
}
