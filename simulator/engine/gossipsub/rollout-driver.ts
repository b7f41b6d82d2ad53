/**
 * Staged rollouts as the developers drive them: relays report how their trials end, and the next step, or the halt,
 * follows from that.
 *
 * Reports go to the relay that the developers publish through. What is decided is published as any other news.
 */

import type { PeerName } from '../../../node/environment.ts';
import type { TrialReport } from '../../../node/updates/trial-report.ts';
import {
  decideRollout,
  type RolloutSteps,
  TrialTally,
} from '../../../updates/repository/rollout-controller.ts';
import type { RolloutPlan } from '../../scenario/scenario.ts';
import type { Release } from './job.ts';
import type { Act } from './publisher.ts';

/** The developers look at the reports so often. */
export const ROLLOUT_CHECK_SECONDS = 10;

export class RolloutDriver {
  private readonly release: number;
  private readonly relays: number;
  private readonly plan: RolloutSteps;
  private readonly tally: TrialTally;
  private step = 0;
  private steppedAtMs: number;
  private isOver = false;

  constructor(release: number, { moduleSha256, atUs }: Release, plan: RolloutPlan, relays: number) {
    this.release = release;
    this.relays = relays;
    this.plan = plan;
    this.tally = new TrialTally(moduleSha256);
    this.steppedAtMs = atUs / 1000;
  }

  hear({ sha256, outcome }: TrialReport, from: PeerName): void {
    this.tally.add({ relay: from, sha256, outcome });
  }

  /** What is to be published now; null for nothing. */
  decide(nowUs: number): Act | null {
    if (this.isOver) return null;
    const { release, plan, step, steppedAtMs, tally } = this;
    const cohort = Math.floor(plan.steps[step] * this.relays);
    const decision = decideRollout(plan, { step, steppedAtMs, cohort }, tally, nowUs / 1000);
    if (decision === 'halt') {
      this.isOver = true;
      return { kind: 'revoke', release, reason: 'too many of its trials failed' };
    }
    if (typeof decision === 'string') return null;
    this.step++;
    this.steppedAtMs = nowUs / 1000;
    return { kind: 'raise', release, fraction: decision.raise };
  }
}
