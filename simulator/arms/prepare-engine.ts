/** Begins what a live arm's engine does by itself first, while the program is loaded and the network drawn. */

import { startThreadAhead } from '../engine/model/run-thread.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** To be called again changes nothing. */
export function prepareEngine({ engine, arms, network }: Scenario): void {
  if (engine === 'model' && arms.some(({ kind }) => kind === 'live')) startThreadAhead(network.relays);
}
