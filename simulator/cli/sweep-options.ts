/** What `sweep` is asked for, as commander hands it over. */

import type { ScenarioOverrides } from '../scenario/load.ts';

export interface SweepOptions extends ScenarioOverrides {
  readonly runs?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly resume?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress?: string;
  /** `3/8`: the third of eight shares of the runs. */
  readonly shard?: string;
  /** The address of Redis. */
  readonly queue?: string;
}
