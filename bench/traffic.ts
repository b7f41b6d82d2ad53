/**
 * What simulated traffic costs: `npm run bench:traffic [-- --relays 1000 --clients 2000 --minutes 10]`.
 *
 * Web clients on a network without updates, on one thread: handshakes, cells, queues and the event queue. Seconds are
 * of processor time.
 */

import { parseArgs } from 'node:util';
import { RestartNetwork } from '../simulator/engine/traffic/restart-network.ts';
import { findDrain } from '../simulator/engine/virtual-clock.ts';
import { drawPopulation } from '../simulator/population/draw.ts';
import { latencyColumns } from '../simulator/population/latency.ts';
import type { NetworkPlan } from '../simulator/scenario/scenario.ts';
import { trafficSchema } from '../simulator/scenario/traffic-schema.ts';
import { toTraffic } from '../simulator/scenario/traffic-yaml.ts';

const { values } = parseArgs({
  options: {
    relays: { type: 'string', default: '1000' },
    clients: { type: 'string', default: '2000' },
    minutes: { type: 'string', default: '10' },
  },
});
const seed = 1;
const durationSeconds = Number(values.minutes) * 60;
const network: NetworkPlan = {
  relays: Number(values.relays),
  population: 'tor-2025-11',
  degree: 14,
  dialing: 'uniform',
  latency: { law: 'population' },
  uplink: { law: 'population' },
  startSeconds: 30,
};
const clients = { count: Number(values.clients), bulkShare: 0 };
const traffic = toTraffic(trafficSchema.parse({ clients }), durationSeconds);
const population = drawPopulation(network, traffic, seed);
const job = {
  population,
  latency: latencyColumns(population, network, seed),
  traffic,
  seed,
  durationSeconds,
  modules: [],
  installSeconds: [],
  clientSeconds: [],
  drainSeconds: 30,
  downSeconds: 60,
};
const drain = (await findDrain()) ?? (() => {});
setImmediate(() => {
  const from = process.cpuUsage();
  const result = new RestartNetwork(job).run(drain, () => {});
  const { user, system } = process.cpuUsage(from);
  const seconds = (user + system) / 1e6;
  const { cells, exchanges, circuits } = result.traffic;
  const fetched = exchanges.lastByteSeconds.filter((at) => !Number.isNaN(at)).length;
  const figures: [string, number, string][] = [
    ['processor time', seconds, 's'],
    ['fetched', fetched, ''],
    ['circuits built', circuits.openedSeconds.length, ''],
    ['cells sent on links', cells.sent, ''],
    ['cells on links a second', cells.sent / seconds, '/s'],
    ['peak memory', process.resourceUsage().maxRSS / 1024, 'MiB'],
  ];
  for (const [what, value, unit] of figures) {
    const digits = value < 1000 ? 1 : 0;
    console.log(`${what.padEnd(26)} ${value.toFixed(digits).padStart(10)} ${unit}`);
  }
});
