/**
 * Makes arguments for a hook, ordinary and odd ones, always the same.
 *
 * `update test` runs them to see what a module costs beyond the vectors that its author thought of.
 */

import type { AnyHook } from '../../node/hooks/define-hook.ts';
import type { Parameter } from '../../node/hooks/parameter.ts';
import type { WasmValue } from '../../node/wasm/module-interface.ts';

const EDGES = [
  0, 1, 2, 3, 7, 10, 100, 255, 256, 514, 1000, 65535, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];
/** What a core can mean by a number; it passes no NaN and no infinity. */
const FLOAT_EDGES = [0, 1, 0.5, 1e-300, 1e3, 1e9, 1e300];

/** A generator of argument lists. */
export function argumentSampler(hook: AnyHook): () => (WasmValue | Uint8Array)[] {
  let state = 0x9e3779b9;
  const next = () => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return () => hook.parameters.map((parameter) => sample(parameter, next));
}

function sample(parameter: Parameter, next: () => number): WasmValue | Uint8Array {
  if (parameter.kind === 'bytes') return sampleBytes(parameter.bytes, next);
  if (parameter.kind === 'f64') return next() % 2 ? FLOAT_EDGES[next() % FLOAT_EDGES.length] : next() / 1000;
  const kinds = [() => EDGES[next() % EDGES.length], () => next() % 64, () => next()];
  const value = kinds[next() % kinds.length]();
  if (parameter.kind === 'i64') return BigInt.asIntN(64, (BigInt(next()) << 32n) | BigInt(value));
  if (parameter.kind === 'u64') return (BigInt(next()) << 32n) | BigInt(value);
  return parameter.kind === 'i32' ? value | 0 : value;
}

function sampleBytes(length: number, next: () => number): Uint8Array {
  const bytes = new Uint8Array(length);
  const kind = next() % 4;
  if (kind === 1) bytes.fill(0xff);
  else if (kind > 1) for (let i = 0; i < length; i++) bytes[i] = next();
  return bytes;
}
