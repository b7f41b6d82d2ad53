/** One scenario of the swarm: run, and everything asked of it that can be asked. */

import { runScenario } from '../../arms/run.ts';
import type { KeptThreads } from '../../engine/gossipsub/kept-threads.ts';
import { InvariantError } from '../../engine/invariants/violation.ts';
import type { RunOutcome } from '../../measure/outcome.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { checkRun, type Finding } from './check-run.ts';
import { checkConvergence } from './convergence.ts';

export interface Trial {
  /** Nothing: all is well. */
  readonly findings: readonly Finding[];
  /** Null where the run broke off. */
  readonly outcome: RunOutcome | null;
  /** Relays that were held to what they must run in the end. */
  readonly convergedRelays: number;
}

/** Runs the scenario and asks of it all that must hold. */
export async function tryScenario(scenario: Scenario, keptThreads?: KeptThreads): Promise<Trial> {
  let outcome: RunOutcome;
  try {
    ({ outcome } = await runScenario(scenario, { keptThreads }));
  } catch (error) {
    return { findings: [brokenOff(error)], outcome: null, convergedRelays: 0 };
  }
  const convergence = await checkConvergence(outcome);
  return {
    findings: [...checkRun(outcome), ...convergence.findings],
    outcome,
    convergedRelays: convergence.askedOf,
  };
}

function brokenOff(error: unknown): Finding {
  if (error instanceof InvariantError) return { rule: error.violation.invariant, what: error.message };
  const { name, message, stack } = error as Error;
  const place = stack?.split('\n').find((line) => line.trim().startsWith('at ')) ?? '';
  return { rule: 'runs-through', what: `${name}: ${message} ${place.trim()}` };
}
