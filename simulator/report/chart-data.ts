/**
 * What the charts are drawn from: the curves of every arm, once, and the words that say where they come from.
 *
 * With several updates in a scenario, charts show the first one and say so.
 */

import type { HistoricalBaseline } from '../baseline/historical.ts';
import { CONFIDENCE, RUNS_FOR_CONFIDENCE } from '../measure/bootstrap.ts';
import type { AdoptionCurve, Weighting } from '../measure/curve.ts';
import type { Band } from '../measure/curve-band.ts';
import type { ArmOutcome, RunOutcome, Stage } from '../measure/outcome.ts';
import { stageCurves } from '../measure/stage-curves.ts';
import type { Summary } from '../measure/summary.ts';
import { type TrafficSeries, trafficSeries } from '../measure/traffic-series.ts';
import type { Arm, Scenario } from '../scenario/scenario.ts';
import { countOf, DAY_SECONDS, humanPercent } from './human-units.ts';

/** How an arm's relays came to run the scenario's first update, in one run or over several. */
export interface ActivationCurves {
  readonly name: string;
  readonly arm: Arm;
  readonly isLive: boolean;
  readonly stages: { readonly activated: AdoptionCurve };
  /** Bounds of each row of the curve; null for one run, of which nothing is known. */
  readonly bands: Readonly<Record<Weighting, Band>> | null;
  /** Virtual seconds since the release up to which the arm's curve may be drawn. */
  readonly horizonSeconds: number;
}

/** An arm of one run. */
export interface ArmCurves extends ActivationCurves {
  readonly outcome: ArmOutcome;
  readonly stages: Readonly<Record<Stage, AdoptionCurve>>;
  /** What clients and relays saw over time; empty without simulated cells. */
  readonly traffic: TrafficSeries;
}

/** What charts of adoption curves are drawn from, whether of one run or of several. */
export interface CurvesData {
  readonly scenario: Scenario;
  readonly summary: Summary;
  readonly historical: readonly HistoricalBaseline[];
  readonly arms: readonly ActivationCurves[];
  /** Scenario, engine, relays, seed: what every chart has to state. */
  readonly source: string;
  /** The same for charts that are not about the first update alone. */
  readonly sourceOfAll: string;
}

export interface ChartData extends CurvesData {
  readonly outcome: RunOutcome;
  readonly arms: readonly ArmCurves[];
}

/**
 * Where an arm's curve ends. A lag fitted on an era says nothing past that era's last observed day, so the
 * curve is cut there even if the scenario asked for more.
 */
export function drawnHorizonSeconds(
  arm: Arm,
  horizonSeconds: number,
  historical: readonly HistoricalBaseline[],
): number {
  if (arm.kind !== 'manual' || arm.lag.law !== 'historical') return horizonSeconds;
  const { name } = arm.lag;
  const era = historical.find((baseline) => baseline.name === name);
  return Math.min(horizonSeconds, (era?.lastObservedDay ?? Number.POSITIVE_INFINITY) * DAY_SECONDS);
}

function armCurves(
  arm: ArmOutcome,
  { population, scenario }: RunOutcome,
  historical: readonly HistoricalBaseline[],
): ArmCurves {
  const first = arm.updates[0];
  if (first === undefined) throw new RangeError(`arm ${arm.arm.name} has no update to draw`);
  const isLive = arm.arm.kind !== 'manual';
  const { updates, durationSeconds, traffic } = scenario;
  const releaseSeconds = updates[0]?.atSeconds ?? 0;
  return {
    outcome: arm,
    name: arm.arm.name,
    arm: arm.arm,
    isLive,
    stages: stageCurves(first, population.consensusWeight),
    traffic: trafficSeries(arm, traffic, { releaseSeconds, durationSeconds }),
    bands: null,
    horizonSeconds: drawnHorizonSeconds(arm.arm, arm.horizonSeconds, historical),
  };
}

/** "1, 2, 5", or "1 to 10" where they count up. */
export function seedsInWords(seeds: readonly number[]): string {
  const [first = 0] = seeds;
  const countsUp = seeds.length > 2 && seeds.every((seed, index) => seed === first + index);
  return countsUp ? `${first} to ${seeds.at(-1)}` : seeds.join(', ');
}

/** Scenario, engine, relays, seeds, and what else a reader of a chart has to know of the numbers in it. */
export function sourceLine(scenario: Scenario, summary: Summary, isOfFirst: boolean): string {
  const { seeds } = summary;
  const parts = [
    `Scenario ${summary.scenario}`,
    `engine ${summary.engine}`,
    `${countOf(summary.relays, 'relay')}`,
    `${seeds.length === 1 ? 'seed' : 'seeds'} ${seedsInWords(seeds)}`,
    seeds.length === 1
      ? 'one run: no confidence band'
      : `medians of ${seeds.length} runs, bands hold them with ${humanPercent(CONFIDENCE)} confidence (bootstrap)`,
  ];
  if (seeds.length > 1 && seeds.length < RUNS_FOR_CONFIDENCE)
    parts.push(`too few runs for that confidence: at least ${RUNS_FOR_CONFIDENCE} are needed`);
  const { populationSeed } = scenario.network;
  if (seeds.length > 1 && populationSeed !== undefined)
    parts.push(`the same relays in all runs (population seed ${populationSeed})`);
  const { updates, adversary } = scenario;
  if (adversary !== null && adversary.share > 0) {
    const share = humanPercent(adversary.share);
    parts.push(`${share} of the relays are the adversary's and count as not reached`);
  }
  if (isOfFirst && updates.length > 1)
    parts.push(`first of ${updates.length} updates (${updates[0]?.module})`);
  return `${parts.join(' · ')}.`;
}

/** Computes the curves that all charts share. */
export function chartData(
  outcome: RunOutcome,
  summary: Summary,
  historical: readonly HistoricalBaseline[],
): ChartData {
  return {
    outcome,
    scenario: outcome.scenario,
    summary,
    historical,
    arms: outcome.arms.map((arm) => armCurves(arm, outcome, historical)),
    source: sourceLine(outcome.scenario, summary, true),
    sourceOfAll: sourceLine(outcome.scenario, summary, false),
  };
}

function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_SECONDS * 1000).toISOString().slice(0, 10);
}

/** When an era's data were observed: "Tor 2016-17: 9 releases of 2016-08-02 to 2017-03-01, ...". */
export function dateOfData(baseline: HistoricalBaseline): string {
  const dates = baseline.releases.map((release) => release.releaseDate).sort();
  const ends = baseline.releases
    .map((release) => dateAfter(release.releaseDate, release.daysSinceRelease.at(-1) ?? 0))
    .sort();
  const count = baseline.releases.length;
  const first = dates[0];
  if (first === undefined) return `${baseline.label}: no data.`;
  const span = count === 1 ? `release of ${first}` : `${count} releases, ${first} to ${dates.at(-1)}`;
  return `${baseline.label}: ${span}, observed until ${ends.at(-1)}.`;
}
