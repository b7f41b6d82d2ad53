/**
 * summary.json: the numbers of a run, the same bytes for the same scenario and seed.
 *
 * Figures of an arm are those of the scenario's first update; `updates` of each arm lists every update,
 * the first included. Nothing here depends on the machine or on wall time: that is manifest.json's part.
 */

import { createHash } from 'node:crypto';
import type { HistoricalBaseline } from '../baseline/historical.ts';
import { lagQuantileDays } from '../baseline/lag-law.ts';
import { engineLabel } from '../scenario/engines.ts';
import type { MeasurePlan } from '../scenario/measure-plan.ts';
import { channelLabel, type LagLaw } from '../scenario/scenario.ts';
import { type AdoptionSummary, adoptionSummary } from './adoption-summary.ts';
import { type AssertionResult, judgeAssertions } from './assertions.ts';
import { type ChurnSummary, churnSummary } from './churn-summary.ts';
import { type ClassesSummary, classesSummary } from './class-summary.ts';
import { ofCohort } from './cohort.ts';
import { type CostSummary, type CostTotals, costSummary, costTotals } from './cost-summary.ts';
import { adoptionCurve } from './curve.ts';
import { firstReleaseSeconds } from './first-release.ts';
import { type HistoricalSummary, historicalSummary } from './historical-summary.ts';
import { keptOfArm } from './kept-of-arm.ts';
import type { ArmOutcome, LinksOutcome, RunOutcome, UpdateOutcome } from './outcome.ts';
import { type PeakSwitches, peakSwitches } from './peak-switches.ts';
import {
  type MilestoneSeconds,
  milestoneSeconds,
  type Percents,
  type ReachSummary,
  reach,
} from './reach-summary.ts';
import { type FaultSummary, faultSummary } from './recovery.ts';
import { type RejectionSummary, rejectionSummary } from './rejection-summary.ts';
import { type RemovalSummary, removalSummary } from './removal-summary.ts';
import { ratioOrNull, roundFraction, roundTime } from './rounding.ts';
import { type SybilSummary, sybilSummary } from './sybil-summary.ts';
import { tails } from './tails.ts';
import { type TrafficSummary, trafficSummary } from './traffic-summary.ts';
import { type TrustSummary, trustSummary } from './trust-summary.ts';
import { type VerdictSummary, verdictSummary } from './verdict-summary.ts';
import { type VersionsSummary, versionsSummary } from './versions-summary.ts';

const DAY_SECONDS = 86_400;

/** How many relays changed their version at once, and, in arms that have operators, the curve of each class. */
export interface OperatorFigures extends Partial<ClassesSummary> {
  readonly peakSwitches: PeakSwitches;
}

export interface UpdateSummary extends AdoptionSummary, RemovalSummary, OperatorFigures {
  readonly module: string;
  readonly moduleBytes: number;
  readonly moduleSha256: string;
  /** Virtual seconds from the start of the run to the release. */
  readonly releasedAtSeconds: number;
  /** The busiest and the idlest relays by themselves; missing unless the scenario asks for them. */
  readonly tails?: { readonly heaviest: ReachSummary; readonly lightest: ReachSummary };
  /** Of a manual arm whose authorities take out who has not upgraded. */
  readonly rejection?: RejectionSummary;
  /** Absent without churn. */
  readonly churn?: ChurnSummary;
  /** Absent in an arm in which no relay judges it. */
  readonly verdicts?: VerdictSummary;
}

export interface ArmSummary extends AdoptionSummary, OperatorFigures {
  readonly engine: ArmOutcome['engine'];
  /** How updates travel: `gossip`, `gossip+catch-up`, `manual`. */
  readonly channel: string;
  /**
   * When the manual arm's law of lag reaches each share by itself. One run scatters around it, widely where
   * the curve is flat: operators draw, and a few of them run hundreds of relays. Null for other arms.
   */
  readonly law: MilestoneSeconds | null;
  /** The arm's own curve is known up to here, virtual seconds since the first release. */
  readonly horizonSeconds: number;
  /** That of `traffic.marks`, beside the other two counts of exposure; absent where no circuit is marked. */
  readonly vulnerableCircuitHours?: number | null;
  readonly circuitsBroken: number | null;
  readonly rolledBack: number;
  /** Null for an arm that sends nothing. */
  readonly cost: CostSummary | null;
  /** Absent without churn, and for an arm that has no links. */
  readonly links?: LinksOutcome;
  /** Null for an arm that verifies nothing. */
  readonly trust: TrustSummary | null;
  /** Absent for an arm without sybils. */
  readonly sybils?: SybilSummary;
  /** Null for an arm without simulated cells. */
  readonly traffic: TrafficSummary | null;
  readonly versions: VersionsSummary;
  readonly updates: readonly UpdateSummary[];
  /** Of a live arm in a scenario with faults. */
  readonly faults?: readonly FaultSummary[];
}

/** How many times longer the manual arm took; null when either arm never got there. */
export interface Ratio {
  readonly t25: number | null;
  readonly t50: number | null;
}

export interface PairRatio extends Ratio {
  readonly manual: string;
  readonly live: string;
}

export interface Summary {
  readonly scenario: string;
  readonly engine: string;
  readonly relays: number;
  readonly seeds: readonly number[];
  /** SHA-256 over the trace hashes of all arms, in the scenario's order; null where an arm ran in real time and has none. */
  readonly traceHash: string | null;
  /** Broken invariants of all arms together. */
  readonly violations: number;
  readonly arms: Readonly<Record<string, ArmSummary>>;
  readonly historical: Readonly<Record<string, HistoricalSummary>>;
  /** The first manual arm over the first live arm, by relay count. */
  readonly ratio: Ratio;
  /** Every manual arm over every live arm; one entry, equal to `ratio`, in the plain case. */
  readonly ratios: readonly PairRatio[];
  /** What the first live arm sent, in short; null when no arm sends anything. */
  readonly cost: CostTotals | null;
  /** What the scenario asserts of itself; missing where it asserts nothing. */
  readonly assertions?: readonly AssertionResult[];
}

/** The relays with the most weight and with the least, each group counted by itself. */
function tailsOf(
  { stages }: UpdateOutcome,
  weight: Float64Array,
  { tailShare, milestonePercents }: MeasurePlan,
): Pick<UpdateSummary, 'tails'> {
  if (tailShare === undefined) return {};
  const { heaviest, lightest } = tails(weight, tailShare);
  const of = (relays: Uint32Array): ReachSummary => {
    const pick = (column: Float64Array) => Float64Array.from(relays, (relay) => column[relay] as number);
    return reach(adoptionCurve(pick(stages.activated), pick(weight)), 'fractionOfRelays', milestonePercents);
  };
  return { tails: { heaviest: of(heaviest), lightest: of(lightest) } };
}

function roundLinks({ meanDegreeInTheEnd, framesDropped }: LinksOutcome): LinksOutcome {
  return { meanDegreeInTheEnd: roundFraction(meanDegreeInTheEnd), framesDropped };
}

/** When the law has reached all: a formula never has, a table where it says so. */
function lastQuantileDays(lag: LagLaw): number {
  const days = lag.law === 'empirical' ? lag.days[lag.fractions.indexOf(1)] : undefined;
  return days ?? Number.POSITIVE_INFINITY;
}

/** The law's own times, up to the arm's horizon: the lag, and the restart that follows it. */
function lawSummary({ arm, horizonSeconds }: ArmOutcome, percents: Percents): ArmSummary['law'] {
  // Classes with working hours and timers have no law in closed form.
  if (arm.kind !== 'manual' || arm.lag.law === 'operators') return null;
  const { lag } = arm;
  const at = (fraction: number): number | null => {
    const { drainSeconds, restartSeconds } = arm;
    const days = fraction < 1 ? lagQuantileDays(lag, fraction) : lastQuantileDays(lag);
    const seconds = days * DAY_SECONDS + drainSeconds + restartSeconds;
    return seconds <= horizonSeconds ? roundTime(seconds) : null;
  };
  return milestoneSeconds(at, percents);
}

function operatorFigures(
  { stages: { activated }, cohort = null }: UpdateOutcome,
  { arm, operators }: ArmOutcome,
): OperatorFigures {
  return {
    ...(operators !== null && classesSummary(operators, activated)),
    // A relay that is born with the update switches nothing.
    peakSwitches: peakSwitches(
      ofCohort(activated, cohort),
      arm.kind === 'manual' ? arm.restartSeconds : null,
    ),
  };
}

/** Arms by hand, which depend on no other, by the horizon. */
const byHand = keptOfArm(() => new Map<number, ArmSummary>());

function armSummary(arm: ArmOutcome, outcome: RunOutcome, commonHorizonSeconds: number): ArmSummary {
  if (arm.arm.kind === 'live') return summaryOf(arm, outcome, commonHorizonSeconds);
  const kept = byHand(arm, outcome);
  const summary = kept.get(commonHorizonSeconds) ?? summaryOf(arm, outcome, commonHorizonSeconds);
  kept.set(commonHorizonSeconds, summary);
  return summary;
}

function summaryOf(arm: ArmOutcome, outcome: RunOutcome, commonHorizonSeconds: number): ArmSummary {
  const plans = outcome.scenario.updates;
  const firstAtSeconds = plans[0]?.atSeconds ?? 0;
  const { milestonePercents } = outcome.scenario.measure;
  const operatorsOf = arm.updates.map((update) => operatorFigures(update, arm));
  const updates = arm.updates.map((update, index) => {
    const releasedAtSeconds = plans[index]?.atSeconds ?? 0;
    // Horizons count from the first release, an update's times from its own.
    const horizonSeconds = commonHorizonSeconds - (releasedAtSeconds - firstReleaseSeconds(plans));
    const { consensusWeight } = outcome.population;
    const figures = adoptionSummary(update, outcome.population, horizonSeconds, milestonePercents);
    const { module, moduleBytes, moduleSha256 } = update;
    return {
      module,
      moduleBytes,
      moduleSha256,
      releasedAtSeconds: roundTime(releasedAtSeconds),
      ...figures,
      ...removalSummary(update, plans[index], arm.arm.kind === 'live', update.cohort),
      ...(update.verdicts !== undefined && { verdicts: verdictSummary(update) as VerdictSummary }),
      ...churnPart(arm, outcome, index, releasedAtSeconds),
      ...(operatorsOf[index] as OperatorFigures),
      ...tailsOf(update, consensusWeight, outcome.scenario.measure),
      ...(update.rejected !== undefined && {
        rejection: rejectionSummary(update.rejected, update.stages.activated, consensusWeight),
      }),
    };
  });
  const sybils = sybilSummary(arm, outcome);
  const traffic = trafficSummary(arm, outcome.scenario.traffic, firstAtSeconds, commonHorizonSeconds);
  const marks = traffic?.marks ?? null;
  const first = updates[0];
  if (first === undefined) throw new RangeError(`arm ${arm.arm.name} has no update to summarize`);
  return {
    engine: arm.engine,
    channel: channelLabel(arm.arm),
    law: lawSummary(arm, milestonePercents),
    reachedFraction: first.reachedFraction,
    t25Seconds: first.t25Seconds,
    t50Seconds: first.t50Seconds,
    t75Seconds: first.t75Seconds,
    t90Seconds: first.t90Seconds,
    t99Seconds: first.t99Seconds,
    ...(first.milestones !== undefined && { milestones: first.milestones }),
    byConsensusWeight: first.byConsensusWeight,
    ...(first.byAdvertisedBandwidth !== undefined && { byAdvertisedBandwidth: first.byAdvertisedBandwidth }),
    stages: first.stages,
    vulnerableRelayHours: first.vulnerableRelayHours,
    vulnerableWeightHours: first.vulnerableWeightHours,
    ...(marks !== null && { vulnerableCircuitHours: marks.vulnerableCircuitHours }),
    horizonSeconds: roundTime(arm.horizonSeconds),
    circuitsBroken: arm.circuitsBroken,
    rolledBack: arm.rolledBack,
    cost: costSummary(arm.cost),
    ...(arm.links === undefined ? {} : { links: roundLinks(arm.links) }),
    trust: trustSummary(arm.trust),
    ...(sybils !== null && { sybils }),
    traffic,
    ...(operatorsOf[0] as OperatorFigures),
    versions: versionsSummary(arm, outcome),
    updates,
    ...(arm.faults !== undefined && {
      faults: arm.faults.map((fault) =>
        faultSummary(fault, arm.updates, plans, outcome.scenario.durationSeconds),
      ),
    }),
  };
}

/** To the arm's own horizon: lives are drawn no further. */
function churnPart(
  arm: ArmOutcome,
  { churn, scenario }: RunOutcome,
  index: number,
  releasedAtSeconds: number,
): { readonly churn?: ChurnSummary } {
  if (churn === null) return {};
  const update = arm.updates[index]!;
  const horizonSeconds = arm.horizonSeconds - (releasedAtSeconds - firstReleaseSeconds(scenario.updates));
  return { churn: churnSummary(churn, update, releasedAtSeconds, horizonSeconds) };
}

function pairRatios(arms: readonly ArmOutcome[], figures: Readonly<Record<string, ArmSummary>>): PairRatio[] {
  const names = (manual: boolean) =>
    arms.filter((arm) => (arm.arm.kind === 'manual') === manual).map((arm) => arm.arm.name);
  return names(true).flatMap((manual) =>
    names(false).map((live) => {
      const slow = figures[manual] as ArmSummary;
      const fast = figures[live] as ArmSummary;
      return {
        manual,
        live,
        t25: ratioOrNull(slow.t25Seconds, fast.t25Seconds),
        t50: ratioOrNull(slow.t50Seconds, fast.t50Seconds),
      };
    }),
  );
}

function traceHashOfAll(arms: readonly ArmOutcome[]): string | null {
  if (arms.some(({ traceHash }) => traceHash === null)) return null;
  const hash = createHash('sha256');
  for (const arm of arms) hash.update(`${arm.arm.name}\t${arm.traceHash}\n`);
  return hash.digest('hex');
}

/**
 * Sums up a run as the content of summary.json, but for what the scenario asserts; or arms that are done while others go
 * on.
 *
 * Times are rounded to 1 us, fractions and relay hours to 6 digits after the point, ratios (taken from the
 * rounded times, so that a reader can repeat them) to 6 significant digits. Keys stand in a fixed order.
 */
export function summarizeArms(outcome: RunOutcome, historical: readonly HistoricalBaseline[]): Summary {
  const commonHorizonSeconds = Math.max(...outcome.arms.map((arm) => arm.horizonSeconds));
  const arms = Object.fromEntries(
    outcome.arms.map((arm) => [arm.arm.name, armSummary(arm, outcome, commonHorizonSeconds)]),
  );
  const ratios = pairRatios(outcome.arms, arms);
  const { milestonePercents } = outcome.scenario.measure;
  return {
    scenario: outcome.scenario.name,
    engine: engineLabel(outcome.scenario),
    relays: outcome.scenario.network.relays,
    seeds: [outcome.scenario.seed],
    traceHash: traceHashOfAll(outcome.arms),
    violations: outcome.arms.reduce((count, arm) => count + arm.violations.length, 0),
    arms,
    historical: Object.fromEntries(
      historical.map((baseline) => [baseline.name, historicalSummary(baseline, milestonePercents)]),
    ),
    ratio: { t25: ratios[0]?.t25 ?? null, t50: ratios[0]?.t50 ?? null },
    ratios,
    cost: costTotals(outcome.arms.find(({ cost }) => cost !== null)?.cost ?? null),
  };
}

/** Sums up a run as the content of summary.json. */
export function summarize(outcome: RunOutcome, historical: readonly HistoricalBaseline[]): Summary {
  const summary = summarizeArms(outcome, historical);
  const { assertions, measure } = outcome.scenario;
  const { milestonePercents } = measure;
  if (assertions.length === 0) return summary;
  return { ...summary, assertions: judgeAssertions(assertions, summary, milestonePercents) };
}

/** The text of summary.json: 2 spaces of indent, a final newline. */
export function formatSummary(summary: Summary): string {
  return `${JSON.stringify(summary, null, 2)}\n`;
}
