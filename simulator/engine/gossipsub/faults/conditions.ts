/**
 * What holds at a moment between two hosts, or at one: cuts, losses, delays, clocks, disks.
 *
 * It follows from the schedule alone, so every thread answers alike without asking another.
 */

import type { ScheduledFault } from '../../../population/fault-schedule.ts';
import type { FaultKind } from '../../../scenario/fault-plan.ts';
import type { RateChange } from '../uplink.ts';

/** A fault in force, with its place in the scenario. */
export interface FaultInForce {
  readonly index: number;
  readonly fault: ScheduledFault;
}

export class FaultConditions {
  readonly faults: readonly ScheduledFault[];
  private readonly byKind = new Map<FaultKind, FaultInForce[]>();

  constructor(faults: readonly ScheduledFault[]) {
    this.faults = faults;
    for (const [index, fault] of faults.entries()) {
      const same = this.byKind.get(fault.plan.kind) ?? [];
      this.byKind.set(fault.plan.kind, [...same, { index, fault }]);
    }
  }

  /** Faults of a kind that have one of the hosts among their targets now. */
  *between(kind: FaultKind, one: number, other: number, nowUs: number): Generator<FaultInForce> {
    for (const each of this.byKind.get(kind) ?? []) {
      const { fromUs, untilUs, hits } = each.fault;
      if (nowUs >= fromUs && nowUs < untilUs && (hits[one] === 1 || hits[other] === 1)) yield each;
    }
  }

  /** The cut between a sender and a receiver that lasts longest; null when there is none. */
  cut(from: number, to: number, nowUs: number): FaultInForce | null {
    let longest: FaultInForce | null = null;
    for (const each of this.between('partition', from, to, nowUs)) {
      const { plan, hits, bridges, untilUs } = each.fault;
      if (hits[from] === hits[to] || bridges[from] === 1 || bridges[to] === 1) continue;
      if (plan.direction === 'outgoing' && hits[from] === 0) continue;
      if (plan.direction === 'incoming' && hits[to] === 0) continue;
      if (longest === null || untilUs > longest.fault.untilUs) longest = each;
    }
    return longest;
  }

  /** Whether anything of the faults of a kind hits this host at any time. */
  everHits(kinds: readonly FaultKind[], host: number): boolean {
    return kinds.some((kind) => (this.byKind.get(kind) ?? []).some(({ fault }) => fault.hits[host] === 1));
  }

  has(kind: FaultKind): boolean {
    return this.byKind.has(kind);
  }

  /** How far a relay's clock is ahead, in milliseconds; negative when it is behind. */
  skewMs(relay: number, nowUs: number): number {
    let ms = 0;
    for (const { fault } of this.between('clock-skew', relay, relay, nowUs))
      ms += fault.plan.bySeconds * 1000;
    return ms;
  }

  /** What a relay's uplink has left of its rate, from when on, in the order of time. */
  rateChanges(relay: number): RateChange[] {
    const hitting = (this.byKind.get('bandwidth') ?? []).filter(({ fault }) => fault.hits[relay] === 1);
    const moments = new Set(hitting.flatMap(({ fault: { fromUs, untilUs } }) => [fromUs, untilUs]));
    return [...moments]
      .filter(Number.isFinite)
      .sort((one, other) => one - other)
      .map((fromUs) => ({ fromUs, factor: this.bandwidthFactor(relay, fromUs) }));
  }

  private bandwidthFactor(relay: number, nowUs: number): number {
    let factor = 1;
    for (const { fault } of this.between('bandwidth', relay, relay, nowUs)) factor *= fault.plan.factor;
    return factor;
  }
}
