/** Traffic while operators restart their relays by hand: what the thread is given, and what it tells. */

import type { TrafficResult } from '../../measure/traffic-result.ts';
import type { LatencyColumns } from '../../population/pair-latency.ts';
import type { Population } from '../../population/population.ts';
import type { TrafficPlan } from '../../scenario/traffic-plan.ts';
import type { CarriedModule } from './client-crowd.ts';

export interface RestartJob {
  readonly population: Population;
  readonly latency: LatencyColumns;
  readonly traffic: TrafficPlan;
  readonly seed: number;
  readonly durationSeconds: number;
  /** What a relay runs after each of its restarts, one column of times a module. */
  readonly modules: readonly CarriedModule[];
  /** For each module, when each relay's operator begins to install it; NaN where not within the run. */
  readonly installSeconds: readonly Float64Array[];
  /** For each module, when each client has installed it. */
  readonly clientSeconds: readonly Float64Array[];
  /** From a relay's taking no new circuits to its going down. */
  readonly drainSeconds: number;
  /** From its going down to its being up again. */
  readonly downSeconds: number;
}

export interface RestartResult {
  readonly traffic: TrafficResult;
  readonly traceHash: string;
}

export type RestartMessage =
  | { readonly type: 'progress'; readonly virtualSeconds: number }
  | { readonly type: 'finished'; readonly result: RestartResult };
