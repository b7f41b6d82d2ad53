/** Churn for tests: a law by which networks of minutes live, and a made run whose lives are drawn and not simulated. */

import assert from 'node:assert/strict';
import { withChurn } from '../arms/manual-churn.ts';
import { drawRelayLives } from '../arms/relay-lives.ts';
import { cohortAt } from '../measure/cohort.ts';
import type { RunOutcome } from '../measure/outcome.ts';
import type { ChurnPlan } from '../scenario/churn-plan.ts';
import { madeRun } from './made-run.ts';

/** Minutes instead of days: everybody but a fifth comes and goes, restarts, is born or leaves for good. */
export const RESTLESS_CHURN: ChurnPlan = {
  kind: 'laws',
  classes: [
    {
      share: 0.5,
      session: { law: 'exponential', meanSeconds: 120 },
      absence: { law: 'exponential', meanSeconds: 40 },
    },
    {
      share: 0.3,
      session: { law: 'lognormal', medianSeconds: 60, sigma: 1.2 },
      absence: { law: 'uniform', minSeconds: 1, maxSeconds: 20 },
    },
  ],
  arrivalsPerDay: 20_000,
  departuresPerDay: 20_000,
  restarts: { everySeconds: 200, forSeconds: 3 },
};

/** Ten days of 400 relays that are up for a day at a time and away for half of one. */
export function restlessRun(): RunOutcome {
  const run = madeRun({ relays: 400 });
  const scenario: RunOutcome['scenario'] = {
    ...run.scenario,
    durationSeconds: 10 * 86_400,
    churn: {
      kind: 'laws',
      classes: [
        {
          share: 1,
          session: { law: 'exponential', meanSeconds: 86_400 },
          absence: { law: 'exponential', meanSeconds: 43_200 },
        },
      ],
      arrivalsPerDay: 0,
      departuresPerDay: 4,
      restarts: null,
    },
  };
  const { churn } = drawRelayLives(scenario, new Set());
  assert(churn !== null);
  const cohort = cohortAt(churn, scenario.updates[0]!.atSeconds);
  const arms = run.arms.map((arm) =>
    arm.arm.kind === 'manual'
      ? withChurn(arm, scenario, churn)
      : { ...arm, updates: arm.updates.map((update) => ({ ...update, cohort })) },
  );
  return { ...run, scenario, churn, arms };
}
