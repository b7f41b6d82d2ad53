/**
 * Sybils: from the keys of the YAML to the numbers of a scenario, and back.
 *
 * An arm's keys stand over those of the scenario, and the defaults of the attack under both. A key that the attack has
 * no use for counts as 0, so that the same attack is the same plan however it was written.
 */

import { FLOOD_BATCHES, hasBatch, isFlood, type SybilPlan } from './sybil-plan.ts';
import { connectsByItself, type SybilInput } from './sybil-schema.ts';
import { formatDuration, formatRate } from './units.ts';

/** The plan that a file's values stand for; undefined where no attack is named. */
export function toSybils(input: SybilInput | undefined, durationSeconds: number): SybilPlan | undefined {
  const attack = input?.attack;
  if (input === undefined || attack === undefined) return undefined;
  const isAtOnce = connectsByItself(attack);
  const fromSeconds = input.from ?? (isAtOnce ? 0 : 30);
  const connectSeconds = input.connect ?? (attack === 'covert-flash' ? 0 : fromSeconds);
  return {
    attack,
    target: input.target ?? 'network',
    count: input.count ?? 100,
    degree: input.degree ?? 10,
    connectSeconds: isAtOnce ? 0 : connectSeconds,
    fromSeconds,
    toSeconds: input.to ?? durationSeconds,
    everySeconds: isFlood(attack) ? (input.every ?? 1) : 0,
    batch: hasBatch(attack) ? (input.batch ?? FLOOD_BATCHES[attack]!) : 0,
    dropShare: attack === 'degradation' ? (input.drop ?? 0.5) : 0,
    perAddress: input.perAddress ?? 1,
    uplinkBitsPerSecond: input.uplink ?? 100e6,
  };
}

/** An arm's keys over the scenario's. */
export function overlaid(base: SybilInput | undefined, own: SybilInput): SybilInput {
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...base, ...Object.fromEntries(given) };
}

/** The plan in the language of the file. */
export function sybilYaml(plan: SybilPlan): object {
  const { attack, target, count, degree, perAddress } = plan;
  return {
    attack,
    target,
    count,
    degree,
    ...(!connectsByItself(attack) && { connect: formatDuration(plan.connectSeconds, 's') }),
    from: formatDuration(plan.fromSeconds, 's'),
    to: formatDuration(plan.toSeconds, 's'),
    ...(isFlood(attack) && { every: formatDuration(plan.everySeconds, 's') }),
    ...(hasBatch(attack) && { batch: plan.batch }),
    ...(attack === 'degradation' && { drop: plan.dropShare }),
    perAddress,
    uplink: formatRate(plan.uplinkBitsPerSecond),
  };
}
