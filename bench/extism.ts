/**
 * The hook runtime beside Extism's JavaScript SDK, one kernel on a 514-byte cell, in one run: `npm run bench:extism`.
 *
 * The kernel looks at three bytes of a cell and answers their sum. Extism's plugin gets the cell as its input
 * and writes its output through the functions that Extism's own kits use; it has a memory and a life of its
 * own, meters nothing and has no default to fall back on, so this compares ways of calling, not products.
 */

import createPlugin from '@extism/extism';
import wabt from 'wabt';
import { type AnyHook, defineHook } from '../node/hooks/define-hook.ts';
import { HookRuntime } from '../node/hooks/hook-runtime.ts';
import { bytes } from '../node/hooks/parameter.ts';
import { scriptLine } from '../simulator/testing/script-line.ts';

scriptLine('bench:extism', "Measures the hook runtime beside Extism's JavaScript SDK.").parse();

const CELL_BYTES = 514;
/** Extism numbers its blocks of memory with 15 bits, two blocks a call, until it is reset. */
const CALLS = 10_000;
const REPEATS = 7;

const HOOK_MODULE = `(module (import "core" "memory" (memory 1 1))
  (func (export "peek") (param $cell i32) (result i32)
    (i32.add (i32.load8_u offset=9 (local.get $cell))
      (i32.add (i32.load8_u (local.get $cell)) (i32.load8_u offset=513 (local.get $cell))))))`;

const EXTISM_PLUGIN = `(module
  (import "extism:host/env" "input_load_u8" (func $input (param i64) (result i32)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u64" (func $store (param i64 i64)))
  (import "extism:host/env" "output_set" (func $output (param i64 i64)))
  (memory (export "memory") 1)
  (func (export "peek") (result i32) (local $at i64)
    (local.set $at (call $alloc (i64.const 8)))
    (call $store (local.get $at)
      (i64.extend_i32_u (i32.add (call $input (i64.const 9))
        (i32.add (call $input (i64.const 0)) (call $input (i64.const 513))))))
    (call $output (local.get $at) (i64.const 8))
    (i32.const 0)))`;

const compiler = await wabt();
function wat(text: string): Uint8Array<ArrayBuffer> {
  const module = compiler.parseWat('bench.wat', text);
  try {
    return new Uint8Array(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

const hook = defineHook({
  id: 'peek',
  interfaceVersion: 1,
  summary: 'For the benchmark: takes a look at a cell.',
  entry: 'peek',
  parameters: [bytes('cell', CELL_BYTES)],
  result: 'u32',
  default: (cell) => cell[9] + cell[0] + cell[513],
  fuel: 1000,
  vectors: [{ args: [new Uint8Array(CELL_BYTES)] }],
});

const runtime = new HookRuntime();
const admission = runtime.admit(hook as unknown as AnyHook, wat(HOOK_MODULE));
if ('rejected' in admission) throw new Error(JSON.stringify(admission));
const slot = runtime.slot(hook);
slot.stage(admission.admitted);
const plugin = await createPlugin({ wasm: [{ data: wat(EXTISM_PLUGIN) }] }, { runInWorker: false });
const cells = Array.from({ length: 64 }, (_unused, fill) => new Uint8Array(CELL_BYTES).fill(fill));

async function callExtism(cell: Uint8Array): Promise<number> {
  const output = (await plugin.call('peek', cell))?.bytes();
  return output === undefined ? -1 : output[0] + 256 * output[1];
}

for (const cell of cells) {
  const answer = await callExtism(cell);
  if (answer !== slot.call(cell)) throw new Error(`Extism answers ${answer}, the hook ${slot.call(cell)}`);
}

/** Best nanoseconds a call of several repeats. */
async function bestNs(calls: number, run: (calls: number) => void | Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const from = process.hrtime.bigint();
    await run(calls);
    best = Math.min(best, Number(process.hrtime.bigint() - from) / calls);
  }
  return best;
}

let sum = 0;
const slotNs = await bestNs(CALLS * 50, (calls) => {
  for (let i = 0; i < calls; i++) sum += slot.call(cells[i & 63]);
});
const extismNs = await bestNs(CALLS, async (calls) => {
  await plugin.reset();
  for (let i = 0; i < calls; i++) sum += await callExtism(cells[i & 63]);
});
await plugin.close();

console.table({
  'a module through a slot': { 'ns a call': Math.round(slotNs), ratio: 1 },
  'the same kernel through Extism': {
    'ns a call': Math.round(extismNs),
    ratio: Math.round(extismNs / slotNs),
  },
});
if (sum === 0) throw new Error('nothing was computed');
