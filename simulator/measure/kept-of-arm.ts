/** Keeps what was made of an arm by itself, for as long as the arm is there. */

import type { ArmOutcome, RunOutcome } from './outcome.ts';

/** What an arm that is done depends on, whatever other arms there are. */
type Run = Pick<RunOutcome, 'scenario' | 'population' | 'churn'>;

/** `make`, done once for each arm of a run: while others go on, or when the run is over. No arm may change afterwards. */
export function keptOfArm<Made>(
  make: (arm: ArmOutcome, run: Run) => Made,
): (arm: ArmOutcome, run: Run) => Made {
  const kept = new WeakMap<ArmOutcome, Run & { readonly made: Made }>();
  return (arm, { scenario, population, churn }) => {
    const before = kept.get(arm);
    const isOfThisRun =
      before?.scenario === scenario && before.population === population && before.churn === churn;
    if (isOfThisRun) return before.made;
    const made = make(arm, { scenario, population, churn });
    kept.set(arm, { scenario, population, churn, made });
    return made;
  };
}
