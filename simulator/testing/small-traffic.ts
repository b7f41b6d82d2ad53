/** A small network with clients and no gossip, for tests of simulated traffic. */

import type { RestartJob, RestartResult } from '../engine/traffic/restart-job.ts';
import { RestartNetwork } from '../engine/traffic/restart-network.ts';
import { drawPopulation } from '../population/draw.ts';
import { latencyColumns } from '../population/latency.ts';
import type { NetworkPlan } from '../scenario/scenario.ts';
import { trafficSchema } from '../scenario/traffic-schema.ts';
import { toTraffic } from '../scenario/traffic-yaml.ts';

export const SMALL_NETWORK: NetworkPlan = {
  relays: 60,
  population: 'tor-2025-11',
  degree: 14,
  dialing: 'uniform',
  latency: { law: 'population' },
  uplink: { law: 'population' },
  startSeconds: 5,
};

/** Sixty relays, 20 clients and two virtual minutes, unless told otherwise; `traffic` as a scenario says it. */
export function smallTraffic(traffic: object = {}, changes: Partial<RestartJob> = {}): RestartJob {
  const seed = changes.seed ?? 1;
  const durationSeconds = changes.durationSeconds ?? 120;
  const web = { size: '20 KiB', think: '5s' };
  const clients = { count: 20, from: '1s', to: '5s', bulkShare: 0, web };
  const plan = toTraffic(trafficSchema.parse({ clients, ...traffic }), durationSeconds);
  const population = drawPopulation(SMALL_NETWORK, plan, seed);
  return {
    population,
    latency: latencyColumns(population, SMALL_NETWORK, seed),
    traffic: plan,
    seed,
    durationSeconds,
    modules: [],
    installSeconds: [],
    clientSeconds: [],
    drainSeconds: 10,
    downSeconds: 10,
    ...changes,
  };
}

/** Nothing of the data plane waits for a promise, so that there is nothing to drain. */
export function runTraffic(job: RestartJob): RestartResult {
  return new RestartNetwork(job).run(
    () => {},
    () => {},
  );
}
