/**
 * Runs one random case and says what is wrong with it, if anything.
 *
 * The properties: admission never breaks down; what it lets through compiles; and a metered instance that serves
 * call after call does in each exactly what a fresh instance of the plain module does (result, traps, the whole
 * memory), unless it ran out of fuel.
 */

import { createHash } from 'node:crypto';
import { defineHook } from '../../hooks/define-hook.ts';
import { f64, i32, i64, mutableBytes } from '../../hooks/parameter.ts';
import { admit } from '../admit.ts';
import { type WasmMemory, wasmEngine } from '../engine.ts';
import type { ModuleVersion, WasmFunction } from '../module-version.ts';
import { Dice } from './dice.ts';
import { mutate } from './mutate.ts';
import { type RandomInterface, randomModule } from './random-module.ts';

const FUEL = 30_000;

export const fuzzHook = defineHook({
  id: 'fuzz',
  interfaceVersion: 1,
  summary: 'For tests: something of every type.',
  entry: 'run',
  parameters: [i32('a'), i64('b'), f64('c'), mutableBytes('buffer', 100)],
  result: 'i64',
  default: () => 0n,
  stateBytes: 36,
  imports: {
    mix: {
      parameters: ['i64', 'i32'],
      results: ['i64'],
      fuel: 20,
      run: (_owner, x, y) => mix(x as bigint, y as number),
    },
    bits: {
      parameters: ['f64', 'f32'],
      results: ['i64'],
      fuel: 20,
      run: (_owner, x, y) => bitsOf(x as number, y as number),
    },
  },
  fuel: FUEL,
  // The canary must not stop programs from getting to the comparison: one empty call, in which they may fail.
  vectors: [{ args: [0, 0n, 0, new Uint8Array(100)] }],
});

function mix(x: bigint, y: number): bigint {
  return BigInt.asIntN(64, x * 31n + BigInt(y));
}

function bitsOf(x: number, y: number): bigint {
  const view = new DataView(new ArrayBuffer(16));
  view.setFloat64(0, x);
  view.setFloat64(8, y);
  return view.getBigInt64(0) ^ view.getBigInt64(8);
}

const SHAPE: RandomInterface = {
  entry: fuzzHook.entry,
  entryShape: fuzzHook.entryType,
  imports: Object.entries(fuzzHook.imports).map(([name, { parameters, results }]) => ({
    name,
    parameters,
    results,
  })),
  scratchAt: fuzzHook.layout.scratchAt,
};

/** One memory for all plain instances that import theirs: making one costs more than the rest of a case. */
const plainImported = new wasmEngine.Memory({ initial: 1, maximum: 1 });
const plainPage = new Uint8Array(plainImported.buffer);
const plainFunctions = Object.fromEntries(
  Object.entries(fuzzHook.imports).map(([name, host]) => [
    name,
    (...args: (number | bigint)[]) => host.run(null, ...args),
  ]),
);

const CALLS: readonly (readonly [number, bigint, number])[] = [
  [0, 0n, 0],
  [1, -1n, 0.5],
  [-7, 123456789012n, Number.NaN],
  [65535, 2n, -1e300],
];

export interface CaseOutcome {
  /** One word for statistics: a rejection code, or how the calls ended. */
  readonly kind: string;
  /** Folded into the digest that two compilers, or two versions of Node, must agree on. */
  readonly trace: string;
  /** What is wrong; null if nothing. */
  readonly defect: string | null;
}

/** The binary of a case: one in four damaged, one in eight with raw floats. */
export function makeCase(seed: number): { bytes: Uint8Array; rawFloats: boolean; mutated: boolean } {
  const dice = new Dice(seed);
  const rawFloats = dice.chance(12);
  const bytes = randomModule(dice, SHAPE, { rawFloats });
  const mutated = dice.chance(25);
  return { bytes: mutated ? mutate(bytes, dice) : bytes, rawFloats: rawFloats || mutated, mutated };
}

export function runCase(bytes: Uint8Array, rawFloats: boolean, mutated: boolean): CaseOutcome {
  const admission = admit(bytes, lenientHook);
  if ('rejected' in admission) {
    const { rejected, detail } = admission;
    const broken =
      rejected === 'internal-error' || rejected === 'compile-failed' || rejected === 'instantiate-failed';
    // A generated module that is not damaged fails in the canary, if anywhere.
    const refused = !mutated && !rejected.startsWith('canary-');
    return { kind: rejected, trace: rejected, defect: broken || refused ? `${rejected}: ${detail}` : null };
  }
  return compare(admission.admitted, bytes, rawFloats);
}

/** The canary's vectors must not refuse what the comparison is to see: it has none to speak of. */
const lenientHook = { ...fuzzHook, vectors: [] };

function compare(version: ModuleVersion, bytes: Uint8Array, rawFloats: boolean): CaseOutcome {
  const traces: string[] = [];
  let kind = 'finished';
  let defect: string | null = null;
  const plainModule = new wasmEngine.Module(bytes);
  for (const [index, args] of CALLS.entries()) {
    fillWindows(version.memory, index);
    const metered = run(version.entry, args);
    const fuel = version.fuelLeft;
    const memory = version.memory;
    const digest = createHash('sha256').update(memory).digest('base64').slice(0, 8);
    // The engine's words for a trap change from version to version.
    const outcome = metered.startsWith('trap') ? 'trap' : metered;
    traces.push(`${fuel < 0 ? 'fuel' : outcome} ${fuel} ${digest}`);
    if (fuel < 0) {
      kind = 'out-of-fuel';
      continue;
    }
    if (metered.startsWith('trap') && kind === 'finished') kind = 'trapped';
    if (rawFloats || defect !== null) continue;
    plainPage.fill(0);
    const { exports } = new wasmEngine.Instance(plainModule, {
      core: { ...plainFunctions, memory: plainImported },
    });
    // The export of the memory may have been damaged; nothing to compare then.
    const exported = exports.memory as WasmMemory | undefined;
    const plainMemory = exported === undefined ? memory.slice() : new Uint8Array(exported.buffer);
    fillWindows(plainMemory, index);
    const plain = run(exports[fuzzHook.entry] as WasmFunction, args);
    if (plain !== metered) defect = `call ${index}: metered ${metered}, plain ${plain}`;
    else if (Buffer.compare(memory, plainMemory) !== 0) {
      const at = memory.findIndex((byte, i) => byte !== plainMemory[i]);
      defect = `call ${index}: memory differs at ${at}: metered ${memory[at]}, plain ${plainMemory[at]}`;
    }
  }
  return { kind, trace: traces.join('|'), defect };
}

function fillWindows(memory: Uint8Array, seed: number): void {
  const { state, buffers } = fuzzHook.layout;
  if (memory.length === 0) return;
  for (const { at, bytes } of [state, ...buffers]) {
    for (let i = 0; i < bytes; i++) memory[at + i] = (seed * 37 + i * 11) & 0xff;
  }
}

function run(entry: WasmFunction, [a, b, c]: readonly [number, bigint, number]): string {
  try {
    return String(entry(a, b, c, fuzzHook.layout.buffers[0].at));
  } catch (error) {
    if (error instanceof wasmEngine.RuntimeError) return `trap ${error.message}`;
    return `threw ${String(error)}`;
  }
}
