/** What `simulate` is asked for, and what it stands on. */

import { type Machine, thisMachine } from '../scenario/feasibility.ts';
import type { ScenarioOverrides } from '../scenario/load.ts';
import { type InterruptWatch, watchInterrupts } from './interrupt.ts';
import { SIMULATE_ROOMS, type SimulateRooms } from './simulate-rooms.ts';

/** Options as commander hands them over. */
export interface SimulateOptions extends ScenarioOverrides {
  readonly runs?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress?: string;
  readonly resume?: boolean;
}

/** What a test replaces. */
export interface SimulateSurroundings {
  readonly rooms: SimulateRooms;
  readonly machine: () => Machine;
  readonly watch: (onFirst: () => void) => InterruptWatch;
}

/** The real rooms, this machine and this process. */
export const SURROUNDINGS: SimulateSurroundings = {
  rooms: SIMULATE_ROOMS,
  machine: thisMachine,
  watch: (onFirst) => watchInterrupts({ source: process, onFirst, exitNow: (code) => process.exit(code) }),
};
