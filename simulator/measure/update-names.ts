/** Names of a scenario's updates that tell them apart, even if one module is released twice. */

import type { RunOutcome } from './outcome.ts';

/** The module's name; from its second release on with a number: strict-cells, strict-cells#2. */
export function updateNames(outcome: RunOutcome): readonly string[] {
  const seen = new Map<string, number>();
  return outcome.scenario.updates.map(({ module }) => {
    const count = (seen.get(module) ?? 0) + 1;
    seen.set(module, count);
    return count === 1 ? module : `${module}#${count}`;
  });
}
