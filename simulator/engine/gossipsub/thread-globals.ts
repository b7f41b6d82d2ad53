/** The first thing a simulation thread loads: its job, its virtual clock, and the globals that read it. */

import '../../../node/promise-with-resolvers.ts';
import { workerData } from 'node:worker_threads';
import { trafficHosts } from '../traffic/traffic-hosts.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { installVirtualGlobals } from '../virtual-globals.ts';
import type { ThreadJob } from './thread-run.ts';

export const workerJob = workerData as ThreadJob;
const { threadOf, scenario } = workerJob.job;
export const clock = new VirtualClock(threadOf.length + trafficHosts(scenario.traffic), scenario.seed);

installVirtualGlobals(clock);
