/**
 * What the hook runtime costs: `npm run bench:hooks`.
 *
 * Everything is measured in one process and one run, the kinds of call in turn, so that figures can be compared
 * with each other on a machine that others use too. Calls go round 7,500 slots, as they do in a simulation.
 */

import wabt from 'wabt';
import { cellAdmission } from '../node/hooks/catalogue/cell-admission.ts';
import { type AnyHook, defineHook } from '../node/hooks/define-hook.ts';
import { HookRuntime } from '../node/hooks/hook-runtime.ts';
import { bytes, u32 } from '../node/hooks/parameter.ts';
import { admit } from '../node/wasm/admit.ts';
import { type WasmMemory, wasmEngine } from '../node/wasm/engine.ts';
import type { ModuleVersion, WasmFunction } from '../node/wasm/module-version.ts';
import { scriptLine } from '../simulator/testing/script-line.ts';
import { buildUpdate } from '../updates/build.ts';

const SLOTS = 7500;
const ROUNDS = 40;
const REPEATS = 7;

const { json } = scriptLine('bench:hooks', 'Measures what the hook runtime costs.')
  .option('--json', 'print JSON')
  .parse()
  .opts<{ json?: boolean }>();

interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: 'ns' | 'ms';
  readonly target: number | null;
}

const compiler = await wabt();
function wat(text: string): Uint8Array {
  const module = compiler.parseWat('bench.wat', text, { bulk_memory: true });
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

/** A hook that is handed a cell, and a module that looks at three bytes of it. */
const peek = defineHook({
  id: 'peek',
  interfaceVersion: 1,
  summary: 'For the benchmark: takes a look at a cell.',
  entry: 'peek',
  parameters: [bytes('cell', 514), u32('at')],
  result: 'u32',
  default: (cell, at) => cell[at] + cell[0] + cell[513],
  fuel: 1000,
  confirmAfter: 100,
  vectors: [{ args: [new Uint8Array(514), 3] }],
});
const peekModule = wat(`(module (import "core" "memory" (memory 1 1))
  (func (export "peek") (param $cell i32) (param $at i32) (result i32)
    (i32.add (i32.load8_u (i32.add (local.get $cell) (local.get $at)))
      (i32.add (i32.load8_u (local.get $cell)) (i32.load8_u offset=513 (local.get $cell))))))`);

/** Kernels to compare with and without the meter: [name, function `f` of one number]. */
const KERNELS: readonly (readonly [string, string])[] = [
  [
    'xor of 514 bytes',
    `(data (i32.const 4096) "${'cell '.repeat(103)}")
    (func (export "f") (param $key i32) (result i32) (local $i i32)
      (loop $next
        (i32.store8 offset=8192 (local.get $i) (i32.xor (i32.load8_u offset=4096 (local.get $i)) (local.get $key)))
        (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 514))))
      (i32.load8_u offset=8192 (i32.const 7)))`,
  ],
  [
    'moving average of 32 numbers',
    `(func (export "f") (param $x i32) (result i32) (local $i i32) (local $y f64)
      (loop $next
        (local.set $y (f64.add (f64.mul (local.get $y) (f64.const 0.9)) (f64.convert_i32_u (local.get $x))))
        (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 32))))
      (i32.trunc_sat_f64_s (local.get $y)))`,
  ],
];
const kernelHook = defineHook({
  id: 'kernel',
  interfaceVersion: 1,
  summary: 'For the benchmark: one number to another.',
  entry: 'f',
  parameters: [u32('x')],
  result: 'u32',
  default: (x) => x,
  fuel: 100_000,
  vectors: [{ args: [3] }],
});

function admitted(hook: AnyHook, binary: Uint8Array): ModuleVersion {
  const admission = admit(binary, hook);
  if ('rejected' in admission) throw new Error(JSON.stringify(admission));
  return admission.admitted;
}

/** Best nanoseconds for one call, of several rounds; `calls` says how many one run makes. */
function timeTogether(runs: readonly (readonly [string, () => void])[], calls: number): Map<string, number> {
  const best = new Map<string, number>();
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const [name, run] of runs) {
      const from = process.hrtime.bigint();
      run();
      const ns = Number(process.hrtime.bigint() - from) / calls;
      best.set(name, Math.min(ns, best.get(name) ?? Number.POSITIVE_INFINITY));
    }
  }
  return best;
}

let sink = 0;

function callFigures(strictCells: Uint8Array): Figure[] {
  const runtime = new HookRuntime();
  const strict = admitted(cellAdmission, strictCells);
  const peeking = admitted(peek, peekModule);
  const byDefault = Array.from({ length: SLOTS }, () => runtime.slot(cellAdmission));
  const guarded = Array.from({ length: SLOTS }, () => runtime.slot(cellAdmission));
  const withCell = Array.from({ length: SLOTS }, () => runtime.slot(peek));
  for (const slot of guarded) slot.stage(strict);
  for (const slot of withCell) slot.stage(peeking);
  const cells = Array.from({ length: 64 }, (_, i) => new Uint8Array(514).fill(i));
  const direct = cellAdmission.fallback as (...args: unknown[]) => number;
  const none = new Uint8Array(0);
  const everyCall = (call: (i: number) => number) => () => {
    for (let round = 0; round < ROUNDS; round++) for (let i = 0; i < SLOTS; i++) sink += call(i);
  };
  const best = timeTogether(
    [
      ['the default, called directly', everyCall((i) => direct(3, i & 15, 2, 3, none))],
      ['the default through a slot', everyCall((i) => byDefault[i].call(3, i & 15, 2, 3))],
      ['a module without guards', everyCall((i) => strict.entry(3, i & 15, 2, 3) as number)],
      ['a module through a slot', everyCall((i) => guarded[i].call(3, i & 15, 2, 3))],
      ['a module with a 514-byte cell', everyCall((i) => withCell[i].call(cells[i & 63], i & 255))],
    ],
    SLOTS * ROUNDS,
  );
  const targets = new Map([
    ['the default through a slot', best.get('the default, called directly')! + 10],
    ['a module through a slot', 60],
    ['a module with a 514-byte cell', 130],
  ]);
  return [...best].map(([what, value]) => ({ what, value, unit: 'ns', target: targets.get(what) ?? null }));
}

function kernelFigures(): Figure[] {
  return KERNELS.flatMap(([name, text]) => {
    const binary = wat(`(module (memory (export "memory") 1 1) ${text})`);
    const { exports } = new wasmEngine.Instance(new wasmEngine.Module(binary), {});
    const plain = exports.f as WasmFunction;
    if ((exports.memory as WasmMemory).buffer.byteLength === 0) throw new Error('no memory');
    const metered = admitted(kernelHook, binary);
    const calls = 20_000;
    const repeated = (f: WasmFunction) => () => {
      for (let i = 0; i < calls; i++) sink += f(i & 255) as number;
    };
    const best = timeTogether(
      [
        [`${name}, plain`, repeated(plain)],
        [`${name}, metered`, repeated(metered.entry)],
      ],
      calls,
    );
    return [...best].map(([what, value]) => ({ what, value, unit: 'ns', target: null }) as Figure);
  });
}

/** A different module of about a kilobyte each time, so that no cache helps. */
function admissionFigure(): Figure {
  const body = Array.from(
    { length: 60 },
    (_, i) =>
      `(local.set $y (i32.add (i32.mul (local.get $y) (i32.const ${i + 3})) (i32.load (i32.const ${4096 + 4 * i}))))`,
  ).join(' ');
  const binaries = Array.from({ length: 40 }, (_, i) =>
    wat(`(module (memory 1 1) (data (i32.const 4096) "${'ab'.repeat(120)}") (func (export "f") (param $x i32) (result i32)
      (local $y i32) (local.set $y (i32.const ${i})) ${body} (i32.and (local.get $y) (i32.const 1023))))`),
  );
  const times = binaries.map((binary) => {
    const from = process.hrtime.bigint();
    admitted(kernelHook, binary);
    return Number(process.hrtime.bigint() - from) / 1e6;
  });
  times.sort((a, b) => a - b);
  const bytesEach = binaries[0].length;
  return {
    what: `admit a module of ${bytesEach} bytes (median of 40)`,
    value: times[20],
    unit: 'ms',
    target: 3,
  };
}

/** CPU milliseconds for all relays to reach the hook once. */
function networkFigures(): Figure[] {
  const failing = (body: string) =>
    wat(`(module (import "core" "memory" (memory 1 1))
      (func (export "admit_cell") (param i32 i32 i32 i32) (result i32)
        (if (i32.load (i32.const 64)) (then ${body}))
        (i32.store (i32.const 64) (i32.const 1)) (i32.const 0)))`);
  const figures: Figure[] = [];
  for (const [how, body] of [
    ['a trap', 'unreachable'],
    ['running out of fuel', '(loop $l (br $l))'],
  ] as const) {
    const runtime = new HookRuntime();
    const version = admitted(cellAdmission, failing(body));
    const slots = Array.from({ length: SLOTS }, () => runtime.slot(cellAdmission));
    for (const slot of slots) slot.call(3, 2, 2, 3);
    const timed = (what: string, target: number, work: () => void) => {
      const before = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(before);
      figures.push({ what, value: (user + system) / 1000, unit: 'ms', target });
    };
    const reachAll = () => {
      for (const slot of slots) sink += slot.call(3, 2, 2, 3);
    };
    timed(`7,500 relays: stage (before ${how})`, 50, () => {
      for (const slot of slots) slot.stage(version);
    });
    timed(`7,500 relays: switch (before ${how})`, 50, reachAll);
    timed(`7,500 relays: roll back from ${how}`, 200, reachAll);
    if (slots.some((slot) => slot.activeHash !== null)) throw new Error('a relay did not roll back');
  }
  return figures;
}

const { wasm } = await buildUpdate('strict-cells');
const figures = [...callFigures(wasm), ...kernelFigures(), admissionFigure(), ...networkFigures()];
if (json) console.log(JSON.stringify(figures));
else {
  for (const { what, value, unit, target } of figures) {
    const against =
      target === null
        ? ''
        : `at most ${target.toFixed(target < 10 ? 1 : 0)}${value <= target ? '' : '  MISSED'}`;
    console.log(`${what.padEnd(52)} ${value.toFixed(1).padStart(8)} ${unit}  ${against}`);
  }
}
if (sink === -1) console.log(sink);
if (figures.some(({ value, target }) => target !== null && value > target)) process.exitCode = 1;
