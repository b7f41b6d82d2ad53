/**
 * What the data plane costs: `npm run bench:relay`.
 *
 * A client downloads through three hops, all in one process and on one thread: its layers, three relays', the queues
 * and links between them. One DATA cell that arrives counts once. Seconds are of processor time, so that other
 * programs on the machine count for less; the kinds of run take turns, and the best of each counts.
 */

import { createHash } from 'node:crypto';
import { cellAdmission } from '../node/hooks/catalogue/cell-admission.ts';
import { circuitScheduling } from '../node/hooks/catalogue/circuit-scheduling.ts';
import type { AnyHook } from '../node/hooks/define-hook.ts';
import { CellPool, RELAY_DATA_BYTES } from '../node/relay/cell.ts';
import type { Destination } from '../node/relay/cell-bodies.ts';
import { answerHandshake, ClientHandshake } from '../node/relay/handshake.ts';
import { Keystream, KeystreamBudget } from '../node/relay/keystream.ts';
import { writeRelayHeader } from '../node/relay/relay-cell.ts';
import { RunningDigest } from '../node/relay/running-digest.ts';
import { END_OF_DATA, type Stream, type StreamApplication } from '../node/relay/stream.ts';
import { KeyPair } from '../node/relay/x25519.ts';
import { OnionWorld, WEB } from '../node/testing/onion-world.ts';
import { scriptLine, whole } from '../simulator/testing/script-line.ts';
import { buildUpdate } from '../updates/build.ts';

/** With fewer, modules are not confirmed before a download ends. */
const CELLS_MIN = 34_000;
const { json, cells: CELLS } = scriptLine('bench:relay', 'Measures what the data plane costs.')
  .option('--cells <n>', 'cells of each download', whole(CELLS_MIN), 150_000)
  .option('--json', 'print JSON')
  .parse()
  .opts<{ json?: boolean; cells: number }>();
const REPEATS = 5;
const LEAST_CELLS_PER_SECOND = 100_000;
const LEAST_SHARE_WITH_MODULES = 0.7;

/** Sends so many full cells of nothing in particular. */
class Fountain implements StreamApplication {
  private left: number;

  constructor(cells: number) {
    this.left = cells;
  }

  onOpen(): void {}

  read(into: Uint8Array): number {
    if (this.left === 0) return END_OF_DATA;
    this.left--;
    into[0] = this.left;
    return RELAY_DATA_BYTES;
  }

  write(): boolean {
    return true;
  }

  onEnd(): void {}
}

/** Counts what comes. */
class Basin implements StreamApplication {
  bytes = 0;
  ended = false;

  onOpen(_stream: Stream): void {}

  read(): number {
    return 0;
  }

  write(data: Uint8Array): boolean {
    this.bytes += data.length;
    return true;
  }

  onEnd(): void {
    this.ended = true;
  }
}

async function binary(name: string): Promise<Uint8Array> {
  return (await buildUpdate(name)).wasm;
}

type Modules = readonly (readonly [AnyHook, Uint8Array])[];

/** Downloads `cells` cells over as many circuits as are asked for; cells a second. */
function download(modules: Modules, circuits: number): number {
  const world = new OnionWorld({
    links: { latencyMs: 0, capacityCells: 1024, burstCells: 1024 },
    exitService: {
      connect: (_to: Destination, answer) => answer(new Fountain(Math.floor(CELLS / circuits))),
    },
  });
  for (const [hook, bytes] of modules) {
    const admission = world.runtime.admit(hook, bytes);
    if ('rejected' in admission) throw new Error(`${hook.id}: ${admission.rejected}`);
    for (const { core } of world.relays) core.slot(hook).stage(admission.admitted);
  }
  const client = world.client({ circuits });
  client.start();
  world.environment.settleUntil(() => client.openCircuits.length === circuits);
  const basins = Array.from({ length: circuits }, () => new Basin());
  const from = process.cpuUsage();
  for (const basin of basins) client.openStream(WEB, basin);
  world.environment.settleUntil(() => basins.every(({ ended }) => ended));
  const { user, system } = process.cpuUsage(from);
  const seconds = (user + system) / 1e6;
  const cells = basins.reduce((sum, { bytes }) => sum + bytes, 0) / RELAY_DATA_BYTES;
  if (cells !== Math.floor(CELLS / circuits) * circuits) throw new Error(`${cells} cells arrived`);
  for (const { core } of world.relays) {
    for (const [hook] of modules) {
      if (core.slot(hook).phase !== 'confirmed') throw new Error(`${hook.id}: ${core.slot(hook).phase}`);
    }
  }
  return cells / seconds;
}

interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly least?: number;
}

/** Nanoseconds of one call, the best of a few rounds. */
function nanoseconds(calls: number, call: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < REPEATS; round++) {
    const from = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) call();
    best = Math.min(best, Number(process.hrtime.bigint() - from) / calls);
  }
  return best;
}

/** What one cell costs in its parts; the rest is queues, links and bookkeeping. */
function partFigures(perCellNs: number): Figure[] {
  const cell = new CellPool().take();
  const keystream = new Keystream(Buffer.alloc(16, 1), new KeystreamBudget());
  const sent = new RunningDigest(Buffer.alloc(20, 1));
  writeRelayHeader(cell, 2, 1, RELAY_DATA_BYTES);
  const layerNs = nanoseconds(20_000, () => keystream.apply(cell));
  const stampNs = nanoseconds(20_000, () => sent.stamp(cell));
  // A digest that is checked takes one copy more than one that is written.
  const hash = createHash('sha1').update(cell.payload);
  const copyNs = nanoseconds(20_000, () => hash.copy());
  const layers = 6 * layerNs;
  const digests = 2 * stampNs + copyNs;
  const share = (ns: number) => (100 * ns) / perCellNs;
  return [
    { what: 'of it six layers of AES-128-CTR', value: share(layers), unit: '%' },
    { what: 'of it two running digests (SHA-1)', value: share(digests), unit: '%' },
    {
      what: 'of it queues, links, hooks and the rest',
      value: share(perCellNs - layers - digests),
      unit: '%',
    },
    { what: 'one layer', value: layerNs, unit: 'ns' },
    { what: 'one digest written', value: stampNs, unit: 'ns' },
  ];
}

function handshakeFigure(): Figure {
  const onionKey = new KeyPair(Buffer.alloc(32, 3));
  const id = Buffer.alloc(20, 4);
  let drawn = 0;
  const ns = nanoseconds(200, () => {
    const client = new ClientHandshake({ id, onionKey: onionKey.publicKey }, Buffer.alloc(32, ++drawn));
    const answer = answerHandshake(id, onionKey, client.onionSkin, Buffer.alloc(32, ++drawn));
    client.finish(answer!.reply);
  });
  return { what: 'a handshake, both sides of it', value: ns / 1000, unit: 'us' };
}

const modules: Modules = [
  [cellAdmission, await binary('strict-cells')],
  [circuitScheduling, await binary('ewma-scheduling')],
];
const best = new Map<string, number>();
const runs: readonly (readonly [string, Modules, number])[] = [
  ['default hooks, one circuit', [], 1],
  ['modules in two hooks, one circuit', modules, 1],
  ['default hooks, 50 circuits', [], 50],
  ['modules in two hooks, 50 circuits', modules, 50],
];
for (let repeat = 0; repeat < REPEATS; repeat++) {
  for (const [name, staged, circuits] of runs) {
    best.set(name, Math.max(best.get(name) ?? 0, download(staged, circuits)));
  }
}
const one = best.get('default hooks, one circuit')!;
const figures: Figure[] = [
  ...runs.map(([what]): Figure => {
    const least = what.startsWith('default')
      ? LEAST_CELLS_PER_SECOND
      : LEAST_SHARE_WITH_MODULES * best.get(what.replace('modules in two hooks', 'default hooks'))!;
    return { what, value: best.get(what)!, unit: 'cells/s', least };
  }),
  { what: 'a cell through three hops', value: 1e9 / one, unit: 'ns' },
  ...partFigures(1e9 / one),
  handshakeFigure(),
];
if (json) console.log(JSON.stringify(figures));
else {
  for (const { what, value, unit, least } of figures) {
    const against =
      least === undefined ? '' : `at least ${least.toFixed(0)}${value >= least ? '' : '  MISSED'}`;
    console.log(`${what.padEnd(44)} ${value.toFixed(0).padStart(8)} ${unit.padEnd(7)} ${against}`);
  }
}
if (figures.some(({ value, least }) => least !== undefined && value < least)) process.exitCode = 1;
