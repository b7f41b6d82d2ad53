/** What the engine model makes of a scenario of the swarm otherwise than the real relays did. */

import { runScenario } from '../../arms/run.ts';
import { crosscheckRun } from '../../measure/crosscheck.ts';
import type { ArmOutcome, RunOutcome } from '../../measure/outcome.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Finding } from './check-run.ts';

/**
 * Where so few relays, or one, hear of an update at another time, two subscriptions have come in another order
 * (engine/model/README.md): a member of a mesh was sent to one frame earlier, another one frame later. In a network of some
 * tens of relays a quantile is the time of one of them.
 */
const FEW = 0.05;

/** Runs the scenario on the model, and compares what counts. */
export async function modelDifferences(real: RunOutcome, scenario: Scenario): Promise<Finding[]> {
  try {
    return differencesBetween(real, (await runScenario(scenario)).outcome);
  } catch (error) {
    return [{ rule: 'model-as-gossipsub', what: `the model broke off: ${(error as Error).message}` }];
  }
}

export function differencesBetween(real: RunOutcome, modelled: RunOutcome): Finding[] {
  const [theirs, own] = [live(real), live(modelled)];
  return crosscheckRun(theirs, own).flatMap(({ arm, figures }, place) => {
    const elsewhere = heardAtOtherTimes(theirs.arms[place]!, own.arms[place]!);
    const isOfFew = elsewhere <= Math.max(1, FEW * real.population.relays);
    return figures
      .filter(({ figure, isWithin }) => !isWithin && !(isOfFew && figure.endsWith('Seconds')))
      .map(({ figure, values }) => ({
        rule: 'model-as-gossipsub',
        what: `arm ${arm}: ${figure} is ${values[0]} on gossipsub and ${values[1]} on the model`,
      }));
  });
}

function live(run: RunOutcome): RunOutcome {
  return { ...run, arms: run.arms.filter(({ arm }) => arm.kind === 'live') };
}

/** How many relays heard of some update at another time, or on one of the two only. */
function heardAtOtherTimes(one: ArmOutcome, other: ArmOutcome): number {
  const relays = new Set<number>();
  for (const [release, { stages }] of one.updates.entries()) {
    const { heard } = other.updates[release]!.stages;
    for (const [relay, seconds] of stages.heard.entries())
      if (!Object.is(seconds, heard[relay])) relays.add(relay);
  }
  return relays.size;
}
