/** What `simulate` is asked for, and what it stands on. */

import type { Machine } from '../scenario/feasibility.ts';
import type { ScenarioOverrides } from '../scenario/load.ts';
import type { InterruptWatch } from './interrupt.ts';
import type { SimulateRooms } from './simulate-rooms.ts';

/** Options as commander hands them over. */
export interface SimulateOptions extends ScenarioOverrides {
  readonly runs?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly resume?: boolean;
}

/** What a test replaces. */
export interface SimulateSurroundings {
  readonly rooms: SimulateRooms;
  readonly machine: () => Machine;
  readonly watch: (onFirst: () => void) => InterruptWatch;
}
