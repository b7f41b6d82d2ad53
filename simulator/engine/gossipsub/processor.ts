/** A relay's processor: does one piece of work after the other, each for its price in virtual time. */

import type { Processor, Work } from '../../../node/environment.ts';
import type { CostPlan } from '../../scenario/scenario.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';

export class RelayProcessor implements Processor {
  private readonly clock: VirtualClock;
  private readonly relay: number;
  private readonly costs: CostPlan;
  /** When all that it was given is done, virtual microseconds. */
  freeUs = 0;

  constructor(clock: VirtualClock, relay: number, costs: CostPlan) {
    this.clock = clock;
    this.relay = relay;
    this.costs = costs;
  }

  work(work: Work, done: () => void): void {
    const startsUs = Math.max(this.freeUs, this.clock.nowUs);
    this.freeUs = startsUs + Math.ceil(workUs(this.costs, work));
    this.clock.schedule(this.freeUs, new Call(this.relay, done));
  }
}

/** What a piece of work costs, in microseconds. */
export function workUs(costs: CostPlan, work: Work): number {
  const kib = work.bytes / 1024;
  return work.kind === 'verify'
    ? costs.verifySignatureUs * work.signatures + costs.hashUsPerKiB * kib
    : costs.admitUs + costs.admitUsPerKiB * kib;
}
