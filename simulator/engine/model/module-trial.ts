/** Trials of modules on relays that are watched: they are over at once, so that the next publication finds each in service. */

import type { RelayCore } from '../../../node/core.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import { ordinaryCell } from '../gossipsub/hook-traffic.ts';

/** Enough cells for the trial of any module of the catalogue to end. */
const TRIAL_CELLS = 5_000;

/** Brings cells to a hook until its module has passed its trial. */
export function passTrial(core: RelayCore, hook: AnyHook): void {
  const slot = core.slot(hook);
  const args = ordinaryCell(hook);
  for (let cell = 0; cell < TRIAL_CELLS && slot.phase !== 'confirmed'; cell++) slot.call(...(args as []));
}
