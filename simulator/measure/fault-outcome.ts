/** A fault as it happened in one arm. */

import type { FaultPlan } from '../scenario/fault-plan.ts';

export interface FaultOutcome {
  readonly plan: FaultPlan;
  /**
   * How often it had an effect: relays that died or stood still, frames that were lost, held up or copied, links found
   * dead, writes refused. 0: it came to nothing, and the run shows nothing of it.
   */
  readonly effects: number;
  /** 1 for each honest host that it was aimed at: relays first, then authorities. */
  readonly hits: Uint8Array;
}
