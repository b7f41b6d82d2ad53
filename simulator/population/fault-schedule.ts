/**
 * Whom each fault of a scenario hits, and when: drawn once, and known to every thread from the start.
 *
 * Hosts are relays first, then directory authorities, as everywhere in an engine. Each fault draws from a stream of
 * its own, so that one fault more leaves the others as they are.
 */

import { randomStream } from '../engine/random.ts';
import type { FaultPlan, FaultTargets } from '../scenario/fault-plan.ts';
import type { Population } from './population.ts';

export interface ScheduledFault {
  readonly plan: FaultPlan;
  readonly fromUs: number;
  /** Above `fromUs`; infinite for a fault that never ends. Of a crash at a step: infinite, since it stays armed. */
  readonly untilUs: number;
  /** 1 for each host that it hits. */
  readonly hits: Uint8Array;
  /** partition: 1 for each relay that both sides still reach. */
  readonly bridges: Uint8Array;
}

export interface FaultSurroundings {
  readonly population: Population;
  readonly publishers: ReadonlySet<number>;
  readonly authorities: number;
  readonly seed: number;
}

/** Draws the targets of every fault, in the order of the scenario. */
export function scheduleFaults(
  plans: readonly FaultPlan[],
  surroundings: FaultSurroundings,
): ScheduledFault[] {
  const { population, authorities, seed } = surroundings;
  const hosts = population.relays + authorities;
  return plans.map((plan, index): ScheduledFault => {
    const hits = new Uint8Array(hosts);
    for (const host of targetsOf(plan.targets, surroundings, index)) hits[host] = 1;
    const bridges = new Uint8Array(hosts);
    if (plan.bridges > 0) {
      const relays = Array.from({ length: population.relays }, (_unused, relay) => relay);
      randomStream(seed, 'bridges of a partition', index).shuffle(relays);
      for (const relay of relays.slice(0, plan.bridges)) bridges[relay] = 1;
    }
    const fromUs = Math.round(plan.fromSeconds * 1e6);
    const untilUs = fromUs + Math.max(1, Math.round(plan.forSeconds * 1e6));
    return { plan, fromUs, untilUs: plan.step === null ? untilUs : Number.POSITIVE_INFINITY, hits, bridges };
  });
}

function targetsOf(targets: FaultTargets, surroundings: FaultSurroundings, fault: number): number[] {
  const { population, publishers, authorities, seed } = surroundings;
  const { relays } = population;
  if (targets.role === 'authorities') {
    return Array.from({ length: authorities }, (_unused, number) => relays + number);
  }
  if (targets.role === 'publishers') return [...publishers];
  const { countries, networks, operators, ids, share } = targets;
  const isOf = (list: readonly unknown[], value: unknown): boolean =>
    list.length === 0 || list.includes(value);
  const candidates = Array.from({ length: relays }, (_unused, relay) => relay).filter(
    (relay) =>
      isOf(countries, population.countries[population.country[relay]!]) &&
      isOf(networks, population.network[relay]) &&
      isOf(operators, population.operator[relay]) &&
      isOf(ids, relay),
  );
  if (share === 1) return candidates;
  randomStream(seed, 'targets of a fault', fault).shuffle(candidates);
  return candidates.slice(0, Math.round(share * candidates.length));
}
