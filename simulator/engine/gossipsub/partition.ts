/** How a run is spread over threads: relay i runs on thread i modulo their number. */

import { availableParallelism } from 'node:os';
import type { Topology } from '../../population/population.ts';
import type { Scenario } from '../../scenario/scenario.ts';

export interface Partition {
  readonly threads: number;
  /** Shortest latency of a link between two threads, microseconds; Infinity where none crosses. */
  readonly lookAheadUs: number;
}

const CHOSEN_THREADS_MAX = 2;
/**
 * Below this a second thread costs more processor time than it saves: at 1,000 relays two threads need 1.9
 * times the processor time of one, at 7,500 relays 1.2 times.
 */
const RELAYS_FOR_TWO_THREADS = 2000;

/** With a shorter look-ahead, threads wait for each other more than they work. */
const LOOK_AHEAD_FOR_TWO_THREADS_US = 500;

/** The number of threads the scenario asks for, or the one that is likely the fastest here. */
export function choosePartition(scenario: Scenario, topology: Topology): Partition {
  const { relays } = scenario.network;
  if (scenario.threads !== 0) return partition(topology, Math.min(scenario.threads, relays));
  const several = Math.min(CHOSEN_THREADS_MAX, availableParallelism());
  if (several === 1 || relays < RELAYS_FOR_TWO_THREADS) return partition(topology, 1);
  const spread = partition(topology, several);
  return spread.lookAheadUs < LOOK_AHEAD_FOR_TWO_THREADS_US ? partition(topology, 1) : spread;
}

function partition(topology: Topology, threads: number): Partition {
  return { threads, lookAheadUs: shortestCrossingUs(topology, threads) };
}

function shortestCrossingUs({ links, dialer, listener, latencyUs }: Topology, threads: number): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let link = 0; link < links; link++) {
    const crosses = dialer[link] % threads !== listener[link] % threads;
    if (crosses && latencyUs[link] < shortest) shortest = latencyUs[link];
  }
  return shortest;
}
