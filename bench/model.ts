/**
 * What the engine model costs: `npm run bench:model [-- --relays 100000,1000000]`.
 *
 * One module released to that many relays of Tor's population, from drawing the network to the end of the run, without
 * a report. Seconds are of processor time, so that other programs on the machine count for less. Exits with 1 when a
 * run takes longer than it may. Large runs come last: memory is the process's highest so far.
 */

import { runScenario } from '../simulator/arms/run.ts';
import { loadScenario } from '../simulator/scenario/load.ts';
import { RELAYS_MAX } from '../simulator/scenario/network-schema.ts';
import { listOf, scriptLine, whole } from '../simulator/testing/script-line.ts';

/** One more than the scenario's degree. */
const RELAYS_MIN = 15;
const { json, relays: sizes } = scriptLine('bench:model', 'Measures what the engine model costs.')
  .option(
    '--relays <numbers>',
    'sizes of the network, the largest last',
    listOf(whole(RELAYS_MIN, RELAYS_MAX)),
    [7500, 100_000, 1_000_000],
  )
  .option('--json', 'print JSON')
  .parse()
  .opts<{ json?: boolean; relays: readonly number[] }>();
/** What a run may take at most: 4 s for 100,000 relays, 40 s for a million, and something to begin with. */
const MOST_SECONDS_PER_RELAY = 4e-5;
const START_SECONDS = 1.5;
const SCENARIO = new URL('../scenarios/tor7500.yaml', import.meta.url).pathname;

interface Row {
  readonly relays: number;
  readonly processorSeconds: number;
  readonly mostSeconds: number;
  readonly wallSeconds: number;
  readonly peakMegabytes: number;
  readonly frames: number;
}

async function measure(relays: number): Promise<Row> {
  const { scenario } = loadScenario(SCENARIO, {
    set: ['engine=model', `network.relays=${relays}`, 'arms.manual=null', 'answer=null'],
  });
  const began = process.cpuUsage();
  const beganWallMs = performance.now();
  const { outcome } = await runScenario(scenario);
  const { user, system } = process.cpuUsage(began);
  return {
    relays,
    processorSeconds: (user + system) / 1e6,
    mostSeconds: START_SECONDS + relays * MOST_SECONDS_PER_RELAY,
    wallSeconds: (performance.now() - beganWallMs) / 1000,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
    frames: outcome.arms[0]!.cost!.frames,
  };
}

const rows: Row[] = [];
for (const relays of sizes) rows.push(await measure(relays));
if (json) console.log(JSON.stringify(rows, null, 2));
else {
  console.log('relays      CPU s   (at most)   wall s   peak MB        frames');
  for (const { relays, processorSeconds, mostSeconds, wallSeconds, peakMegabytes, frames } of rows) {
    console.log(
      `${String(relays).padEnd(8)} ${processorSeconds.toFixed(2).padStart(8)} ${mostSeconds.toFixed(1).padStart(9)} ` +
        `${wallSeconds.toFixed(1).padStart(9)} ${peakMegabytes.toFixed(0).padStart(9)} ${String(frames).padStart(13)}`,
    );
  }
}
if (rows.some(({ processorSeconds, mostSeconds }) => processorSeconds > mostSeconds)) process.exitCode = 1;
