/**
 * What the charts are drawn from: the curves of every arm, once, and the words that say where they come from.
 *
 * With several updates in a scenario, charts show the first one and say so.
 */

import type { HistoricalBaseline } from '../baseline/historical.ts';
import { type AdoptionCurve, adoptionCurve } from '../measure/curve.ts';
import { type ArmOutcome, type RunOutcome, STAGES, type Stage } from '../measure/outcome.ts';
import type { Summary } from '../measure/summary.ts';
import { countOf, DAY_SECONDS, humanPercent } from './human-units.ts';

export interface ArmCurves {
  readonly outcome: ArmOutcome;
  readonly name: string;
  readonly isLive: boolean;
  /** The curves of the scenario's first update. */
  readonly stages: Readonly<Record<Stage, AdoptionCurve>>;
  /** Virtual seconds since the release up to which the arm's curve may be drawn. */
  readonly horizonSeconds: number;
}

export interface ChartData {
  readonly outcome: RunOutcome;
  readonly summary: Summary;
  readonly historical: readonly HistoricalBaseline[];
  readonly arms: readonly ArmCurves[];
  /** Scenario, engine, relays, seed: what every chart has to state. */
  readonly source: string;
  /** The same for charts that are not about the first update alone. */
  readonly sourceOfAll: string;
}

/**
 * Where an arm's curve ends. A lag fitted on an era says nothing past that era's last observed day, so the
 * curve is cut there even if the scenario asked for more.
 */
function drawnHorizonSeconds(arm: ArmOutcome, historical: readonly HistoricalBaseline[]): number {
  if (arm.arm.kind !== 'manual' || arm.arm.lag.law !== 'historical') return arm.horizonSeconds;
  const { name } = arm.arm.lag;
  const era = historical.find((baseline) => baseline.name === name);
  return Math.min(arm.horizonSeconds, (era?.lastObservedDay ?? Number.POSITIVE_INFINITY) * DAY_SECONDS);
}

function armCurves(
  arm: ArmOutcome,
  weight: Float64Array,
  historical: readonly HistoricalBaseline[],
): ArmCurves {
  const first = arm.updates[0];
  if (first === undefined) throw new RangeError(`arm ${arm.arm.name} has no update to draw`);
  const stages = {} as Record<Stage, AdoptionCurve>;
  for (const stage of STAGES) stages[stage] = adoptionCurve(first.stages[stage], weight, first.cohort);
  const isLive = arm.arm.kind !== 'manual';
  return {
    outcome: arm,
    name: arm.arm.name,
    isLive,
    stages,
    horizonSeconds: drawnHorizonSeconds(arm, historical),
  };
}

function sourceLine(outcome: RunOutcome, summary: Summary, isOfFirst: boolean): string {
  const parts = [
    `Scenario ${summary.scenario}`,
    `engine ${summary.engine}`,
    `${countOf(summary.relays, 'relay')}`,
    `seed ${summary.seeds.join(', ')}`,
    'one run: no confidence band',
  ];
  const { updates, adversary } = outcome.scenario;
  if (adversary !== null) {
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
  const weight = outcome.population.consensusWeight;
  return {
    outcome,
    summary,
    historical,
    arms: outcome.arms.map((arm) => armCurves(arm, weight, historical)),
    source: sourceLine(outcome, summary, true),
    sourceOfAll: sourceLine(outcome, summary, false),
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
