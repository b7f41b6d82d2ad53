/** Operators for tests, with every part to be overridden: one class that installs at once and switches at once. */

import {
  OBSERVED_LOCKSTEP,
  type OperatorClass,
  type OperatorsPlan,
  plainClass,
} from '../scenario/operators-plan.ts';

export function testClass(name: string, share: number, changes: Partial<OperatorClass> = {}): OperatorClass {
  return plainClass(name, share, { lag: { law: 'at-once' }, ...changes });
}

/** The run begins on Sunday at 01:00 UTC. */
export function testOperators(changes: Partial<OperatorsPlan> = {}): OperatorsPlan {
  return {
    classes: [testClass('all', 1)],
    platforms: [],
    lockstep: OBSERVED_LOCKSTEP,
    embedsShare: 1,
    beginsSeconds: 6 * 86_400 + 3600,
    knownDays: null,
    ...changes,
  };
}
