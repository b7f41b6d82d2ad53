/** The manual arms of a run. They need this thread alone, so that they can be drawn while those of a live arm work. */

import type { ArmOutcome } from '../measure/outcome.ts';
import type { Churn } from '../population/churn.ts';
import type { Population } from '../population/population.ts';
import type { ManualArm, Scenario } from '../scenario/scenario.ts';
import { runManualArm } from './manual.ts';
import { withChurn } from './manual-churn.ts';
import type { PreparedRelease } from './release.ts';

export interface ByHandParts {
  readonly scenario: Scenario;
  readonly population: Population;
  readonly churn: Churn | null;
  readonly releases: readonly PreparedRelease[];
}

export class ArmsByHand {
  private readonly parts: ByHandParts;
  private readonly drawn = new Map<ManualArm, ArmOutcome>();

  constructor(parts: ByHandParts) {
    this.parts = parts;
  }

  /** What comes of an arm, the traffic of its clients left out: the same whenever it is drawn. */
  of(arm: ManualArm): ArmOutcome {
    let outcome = this.drawn.get(arm);
    if (outcome === undefined) {
      const { scenario, population, churn, releases } = this.parts;
      outcome = withChurn(runManualArm(scenario, arm, population, releases), scenario, churn);
      this.drawn.set(arm, outcome);
    }
    return outcome;
  }

  /** Draws all of them, and lets others have their turns in between. */
  async drawAll(): Promise<readonly ArmOutcome[]> {
    const outcomes: ArmOutcome[] = [];
    for (const arm of this.parts.scenario.arms) {
      if (arm.kind !== 'manual') continue;
      outcomes.push(this.of(arm));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return outcomes;
  }
}
