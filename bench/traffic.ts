/**
 * What simulated traffic costs: `npm run bench:traffic`.
 *
 * Web clients on a network without updates, on one thread: handshakes, cells, queues and the event queue. Seconds are
 * of processor time.
 */

import { RestartNetwork } from '../simulator/engine/traffic/restart-network.ts';
import { findDrain } from '../simulator/engine/virtual-clock.ts';
import { drawPopulation } from '../simulator/population/draw.ts';
import { latencyColumns } from '../simulator/population/latency.ts';
import { RELAYS_MAX } from '../simulator/scenario/network-schema.ts';
import type { NetworkPlan } from '../simulator/scenario/scenario.ts';
import { RUN_SECONDS_MAX } from '../simulator/scenario/schema-values.ts';
import { CLIENTS_MAX, trafficSchema } from '../simulator/scenario/traffic-schema.ts';
import { toTraffic } from '../simulator/scenario/traffic-yaml.ts';
import { decimal, scriptLine, whole } from '../simulator/testing/script-line.ts';

/** Until the network has started. */
const MINUTES_MIN = 0.5;
const asked = scriptLine('bench:traffic', 'Measures what simulated traffic costs.')
  .option('--relays <n>', 'relays of the network', whole(3, RELAYS_MAX), 1000)
  .option('--clients <n>', 'web clients on it', whole(1, CLIENTS_MAX), 2000)
  .option('--minutes <n>', 'virtual minutes', decimal(MINUTES_MIN, RUN_SECONDS_MAX / 60), 10)
  .parse()
  .opts<{ relays: number; clients: number; minutes: number }>();
const seed = 1;
const durationSeconds = asked.minutes * 60;
const network: NetworkPlan = {
  relays: asked.relays,
  population: 'tor-2025-11',
  degree: 14,
  dialing: 'uniform',
  latency: { law: 'population' },
  uplink: { law: 'population' },
  startSeconds: 30,
};
const clients = { count: asked.clients, bulkShare: 0 };
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
