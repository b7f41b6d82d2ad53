/** A made run under churn: lives are drawn, and nothing was simulated. */

import assert from 'node:assert/strict';
import { withChurn } from '../arms/manual-churn.ts';
import { drawRelayLives } from '../arms/relay-lives.ts';
import { cohortAt } from '../measure/cohort.ts';
import type { RunOutcome } from '../measure/outcome.ts';
import { madeRun } from './made-run.ts';

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
