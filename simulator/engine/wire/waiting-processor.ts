/**
 * A relay's processor, as the scenario's `costs` have it: one piece of work after the other, each for its price.
 *
 * A machine that carries a hundred relays has not the processors of a hundred. What follows from bytes alone is done once
 * for all relays of a process, and every relay waits for as long as it would have taken it.
 */

import type { Processor, Work } from '../../../node/environment.ts';
import type { CostPlan } from '../../scenario/scenario.ts';
import { workUs } from '../gossipsub/processor.ts';
import type { Deadlines } from './deadlines.ts';

export class WaitingProcessor implements Processor {
  private readonly deadlines: Deadlines;
  private readonly costs: CostPlan;
  /** When all that it was given is done. */
  private freeUs = 0;

  constructor(deadlines: Deadlines, costs: CostPlan) {
    this.deadlines = deadlines;
    this.costs = costs;
  }

  work(work: Work, done: () => void): void {
    this.freeUs = Math.max(this.freeUs, this.deadlines.nowUs) + workUs(this.costs, work);
    this.deadlines.at(this.freeUs, done);
  }
}
