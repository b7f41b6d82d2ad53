/** When the first release of a scenario comes out, which need not be the one that stands first in it. */

import type { UpdatePlan } from '../scenario/scenario.ts';

/** Virtual seconds from the start of the run; horizons of arms count from then. 0 without updates. */
export function firstReleaseSeconds(updates: readonly Pick<UpdatePlan, 'atSeconds'>[]): number {
  return updates.length === 0 ? 0 : Math.min(...updates.map(({ atSeconds }) => atSeconds));
}
