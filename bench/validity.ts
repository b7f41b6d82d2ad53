/**
 * How much each assumption matters: `npm run validity`.
 *
 * Runs tor7500 on the engine model with one thing changed at a time, three seeds each, and writes the medians into the
 * table of docs/validity.md. The figures depend on nothing but the seeds.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { runScenario } from '../simulator/arms/run.ts';
import { medianOf } from '../simulator/measure/bootstrap.ts';
import { adoptionCurve } from '../simulator/measure/curve.ts';
import { timeToFraction } from '../simulator/measure/quantiles.ts';
import { loadScenario } from '../simulator/scenario/load.ts';
import { RELAYS_MAX } from '../simulator/scenario/network-schema.ts';
import { scriptLine, whole } from '../simulator/testing/script-line.ts';

/** One more than the largest degree below. */
const RELAYS_MIN = 29;
const asked = scriptLine(
  'validity',
  'Measures how much each assumption matters, and writes the table of docs/validity.md.',
)
  .option('--relays <n>', 'relays of the network', whole(RELAYS_MIN, RELAYS_MAX), 7500)
  .option('--print', 'print the table instead of writing it')
  .parse()
  .opts<{ relays: number; print?: boolean }>();
const SEEDS = [1, 2, 3];
const FRACTIONS = [0.5, 0.9, 0.99];
const SCENARIO = new URL('../scenarios/tor7500.yaml', import.meta.url).pathname;
const PAGE = new URL('../docs/validity.md', import.meta.url).pathname;
const [BEGIN, END] = ['<!-- sensitivity: npm run validity -->', '<!-- end of sensitivity -->'];

const VARIANTS: readonly (readonly [what: string, ...set: string[]])[] = [
  ['as it is: latencies and uplinks of Tor, degree 14, 20 KiB'],
  ['latency: 50 ms on every link', 'network.latency.constant=50ms'],
  ['latency: uniform, 10 to 300 ms', 'network.latency.uniform=[10ms, 300ms]'],
  ['degree 6', 'network.degree=6'],
  ['degree 28', 'network.degree=28'],
  ['fast relays get most links', 'network.dialing=consensus-weight'],
  ['uplink: 1 Mbit/s for all', 'network.uplink=1 Mbit/s'],
  ['uplink: 100 Mbit/s for all', 'network.uplink=100 Mbit/s'],
  ['the network starts within 5 s', 'network.startWithin=5s'],
  ['the network starts within 15 s', 'network.startWithin=15s'],
  ['the network starts within 55 s', 'network.startWithin=55s'],
  ['heartbeat: 0.5 s', 'gossipsub.heartbeat=500ms'],
  ['heartbeat: 2 s', 'gossipsub.heartbeat=2s'],
  ['no flood publishing', 'gossipsub.floodPublish=false'],
  ['D 8, Dlo 6', 'gossipsub.D=8', 'gossipsub.Dlo=6'],
  ['module as compiled, some hundred bytes', 'updates[0].size=null'],
  ['module of 100 KiB', 'updates[0].size=100KiB'],
  ['signatures ten times slower', 'costs.verifySignature=2050us'],
  ['relays idle: a hundredth of the traffic', 'traffic.utilization=0.004'],
];

async function timesOf(set: readonly string[], seed: number): Promise<(number | null)[]> {
  const own = [
    'engine=model',
    `network.relays=${asked.relays}`,
    'duration=2min',
    'arms.manual=null',
    'answer=null',
  ];
  const { scenario } = loadScenario(SCENARIO, { seed: String(seed), set: [...own, ...set] });
  const { outcome } = await runScenario(scenario);
  const { stages } = outcome.arms[0]!.updates[0]!;
  const curve = adoptionCurve(stages.activated, outcome.population.consensusWeight);
  return FRACTIONS.map((fraction) => timeToFraction(curve, 'fractionOfRelays', fraction));
}

function cell(seconds: number | null, base: number | null): string {
  if (seconds === null) return 'never';
  const time = `${seconds.toPrecision(3)} s`;
  if (base === null || base === seconds) return time;
  const change = Math.round((seconds / base - 1) * 100);
  return `${time} (${change > 0 ? '+' : ''}${change} %)`;
}

const lines = ['| one thing changed | 50 % | 90 % | 99 % |', '| --- | --- | --- | --- |'];
let base: (number | null)[] | null = null;
for (const [what, ...set] of VARIANTS) {
  const runs: (number | null)[][] = [];
  for (const seed of SEEDS) runs.push(await timesOf(set, seed));
  const medians = FRACTIONS.map((_fraction, index) => medianOf(runs.map((run) => run[index]!)));
  base ??= medians;
  lines.push(`| ${what} | ${medians.map((time, index) => cell(time, base![index]!)).join(' | ')} |`);
  console.error(lines.at(-1));
}
if (asked.print) console.log(lines.join('\n'));
else {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no place for the table`);
  writeFileSync(PAGE, `${page.slice(0, from + BEGIN.length)}\n\n${lines.join('\n')}\n\n${page.slice(to)}`);
}
