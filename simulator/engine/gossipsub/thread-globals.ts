/** The first thing a simulation thread loads: its job, its virtual clock, and the globals that read it. */

import '../../../node/promise-with-resolvers.ts';
import { workerData } from 'node:worker_threads';
import { trafficHosts } from '../traffic/traffic-hosts.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { installVirtualGlobals } from '../virtual-globals.ts';
import type { ThreadJob } from './thread-run.ts';

export const workerJob = workerData as ThreadJob;

/** The clock of a job, which the thread's globals read from now on. */
export function clockOf({ job: { threadOf, scenario } }: ThreadJob): VirtualClock {
  const clock = new VirtualClock(threadOf.length + trafficHosts(scenario.traffic), scenario.seed);
  installVirtualGlobals(clock);
  return clock;
}

export const firstClock = clockOf(workerJob);
