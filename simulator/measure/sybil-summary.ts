/**
 * What an attack on gossip cost the honest relays, as summary.json states it, and against an arm in peace.
 *
 * Delivery is the stage `heard`: a message heard is what gossip is for; what follows on a relay is not its doing. The
 * arm in peace is the first one of the same channels without sybils, on the same relays and seed.
 */

import { channelLabel } from '../scenario/scenario.ts';
import { adoptionCurve, reachedFraction } from './curve.ts';
import type { ArmOutcome, RunOutcome } from './outcome.ts';
import { timeToFraction } from './quantiles.ts';
import { ratioOrNull, roundFraction, roundTime, timeOrNull } from './rounding.ts';

/** Against the arm in peace: how many times as much; null where either has none. */
export interface AgainstPeace {
  readonly arm: string;
  readonly heardFraction: number;
  readonly heardT99Seconds: number | null;
  readonly t50Ratio: number | null;
  readonly t99Ratio: number | null;
  readonly bytesRatio: number | null;
}

export interface SybilSummary {
  readonly attack: string;
  readonly target: string;
  readonly sybils: number;
  readonly links: number;
  /** Relays that heard of the first update, of all relays, and when half and 99 % of all had. */
  readonly heardFraction: number;
  readonly heardT50Seconds: number | null;
  readonly heardT99Seconds: number | null;
  /** Relays that the attack was aimed at, and the share of them that heard; null for the whole network. */
  readonly targets: number;
  readonly targetsHeardFraction: number | null;
  readonly sybilBytes: number;
  readonly sybilFrames: number;
  /** Bytes that honest relays sent, answers to sybils included. */
  readonly honestBytes: number;
  readonly attempts: number;
  /** Held against sybils by honest relays. */
  readonly penalties: number;
  readonly invalidMessages: number;
  /** Pairs of a relay and a sybil that it shut out. */
  readonly graylistedPairs: number;
  /** Share of mesh links (of the targets, or of all relays) that lead to a sybil: when the first update came out, at most, and at the end. */
  readonly meshShareAtRelease: number;
  readonly meshShareMost: number;
  readonly meshShareAtEnd: number;
  /** Targets, or relays, with nothing but sybils in their mesh when the first update came out. */
  readonly eclipsedRelaysAtRelease: number;
  readonly meshShares: readonly {
    readonly seconds: number;
    readonly share: number;
    readonly eclipsedRelays: number;
    readonly graylistedPairs: number;
  }[];
  readonly againstPeace: AgainstPeace | null;
}

interface Delivery {
  readonly fraction: number;
  readonly t50Seconds: number | null;
  readonly t99Seconds: number | null;
}

/** How an arm's first update was heard of. */
function deliveryOf(arm: ArmOutcome, weight: Float64Array): Delivery {
  const heard = arm.updates[0]?.stages.heard;
  if (heard === undefined) throw new RangeError(`arm ${arm.arm.name} has no update`);
  const curve = adoptionCurve(heard, weight);
  return {
    fraction: reachedFraction(curve, 'fractionOfRelays'),
    t50Seconds: timeToFraction(curve, 'fractionOfRelays', 0.5),
    t99Seconds: timeToFraction(curve, 'fractionOfRelays', 0.99),
  };
}

function againstPeace(arm: ArmOutcome, attacked: Delivery, outcome: RunOutcome): AgainstPeace | null {
  const label = channelLabel(arm.arm);
  const peace = outcome.arms.find((one) => one.sybils === undefined && channelLabel(one.arm) === label);
  if (peace === undefined) return null;
  const peaceful = deliveryOf(peace, outcome.population.consensusWeight);
  return {
    arm: peace.arm.name,
    heardFraction: roundFraction(peaceful.fraction),
    heardT99Seconds: timeOrNull(peaceful.t99Seconds),
    t50Ratio: ratioOrNull(attacked.t50Seconds, peaceful.t50Seconds),
    t99Ratio: ratioOrNull(attacked.t99Seconds, peaceful.t99Seconds),
    bytesRatio: ratioOrNull(arm.cost?.bytes ?? null, peace.cost?.bytes ?? null),
  };
}

/** Null for an arm without sybils. */
export function sybilSummary(arm: ArmOutcome, outcome: RunOutcome): SybilSummary | null {
  const { sybils, cost } = arm;
  if (sybils === undefined || cost === null) return null;
  const { plan, samples, targets } = sybils;
  const delivery = deliveryOf(arm, outcome.population.consensusWeight);
  const heard = arm.updates[0]!.stages.heard;
  const meshShares = samples.map(
    ({ seconds, meshLinks, sybilMeshLinks, eclipsedRelays, graylistedPairs }) => ({
      seconds: roundTime(seconds),
      share: meshLinks === 0 ? 0 : roundFraction(sybilMeshLinks / meshLinks),
      eclipsedRelays,
      graylistedPairs,
    }),
  );
  const releaseSeconds = outcome.scenario.updates[0]?.atSeconds ?? 0;
  const atRelease = meshShares.findLast(({ seconds }) => seconds <= releaseSeconds);
  const heardTargets = targets.filter((relay) => !Number.isNaN(heard[relay]));
  return {
    attack: plan.attack,
    target: plan.target,
    sybils: plan.count,
    links: sybils.links,
    heardFraction: roundFraction(delivery.fraction),
    heardT50Seconds: timeOrNull(delivery.t50Seconds),
    heardT99Seconds: timeOrNull(delivery.t99Seconds),
    targets: targets.length,
    targetsHeardFraction: targets.length === 0 ? null : roundFraction(heardTargets.length / targets.length),
    sybilBytes: sybils.bytes,
    sybilFrames: sybils.frames,
    honestBytes: cost.bytes - sybils.bytes,
    attempts: sybils.attempts,
    penalties: sybils.penalties,
    invalidMessages: sybils.invalidMessages,
    graylistedPairs: sybils.graylistedPairs,
    meshShareAtRelease: atRelease?.share ?? 0,
    meshShareMost: meshShares.reduce((most, { share }) => Math.max(most, share), 0),
    meshShareAtEnd: meshShares.at(-1)?.share ?? 0,
    eclipsedRelaysAtRelease: atRelease?.eclipsedRelays ?? 0,
    meshShares,
    againstPeace: againstPeace(arm, delivery, outcome),
  };
}
