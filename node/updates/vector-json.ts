/**
 * Vectors as they stand in signed metadata: calls of a module, by the kinds of its hook's parameters.
 *
 * Canonical JSON has whole numbers only. So 32-bit integers are numbers; 64-bit ones are decimal text; an f64 is a
 * whole number or decimal text such as `"-0.25"`; bytes are base64, and zeros fill the buffer up. The result is
 * null where nothing is expected of it beyond what the hook asks of every module.
 */

import type { AnyHook } from '../hooks/define-hook.ts';
import type { Parameter, ScalarKind } from '../hooks/parameter.ts';
import type { ModuleCustom } from '../trust/update-target.ts';
import type { Vector, WasmValue } from '../wasm/module-interface.ts';

export type VectorJson = ModuleCustom['vectors'][number];

const RANGES: Readonly<Record<Exclude<ScalarKind, 'f64'>, readonly [least: bigint, most: bigint]>> = {
  i32: [-(2n ** 31n), 2n ** 31n - 1n],
  u32: [0n, 2n ** 32n - 1n],
  i64: [-(2n ** 63n), 2n ** 63n - 1n],
  u64: [0n, 2n ** 64n - 1n],
};
const WHOLE = /^-?(0|[1-9]\d{0,19})$/;
const DECIMAL = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;
const BASE64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** By the list itself, which relays that trust the same metadata share; a list is one hook's. */
const read = new WeakMap<readonly VectorJson[], { hook: AnyHook; vectors: readonly Vector[] | null }>();

/** The vectors for a hook; null if they do not fit it, which is the publisher's mistake. */
export function readVectors(hook: AnyHook, json: readonly VectorJson[]): readonly Vector[] | null {
  const known = read.get(json);
  if (known?.hook === hook) return known.vectors;
  const vectors = json.map((vector) => readVector(hook, vector));
  const whole = vectors.every((vector) => vector !== null) ? vectors : null;
  read.set(json, { hook, vectors: whole });
  return whole;
}

function readVector(hook: AnyHook, { args, result }: VectorJson): Vector | null {
  if (args.length !== hook.parameters.length) return null;
  const values = hook.parameters.map((parameter, place) => readArgument(parameter, args[place]));
  if (!values.every((value) => value !== null)) return null;
  if (result === null) return { args: values };
  const expect = hook.result === 'none' ? null : readScalar(hook.result, result);
  return expect === null ? null : { args: values, expect };
}

function readArgument(parameter: Parameter, value: number | string): WasmValue | Uint8Array | null {
  if (parameter.kind !== 'bytes') return readScalar(parameter.kind, value);
  if (typeof value !== 'string' || !BASE64.test(value)) return null;
  const given = Buffer.from(value, 'base64');
  if (given.length > parameter.bytes) return null;
  const bytes = new Uint8Array(parameter.bytes);
  bytes.set(given);
  return bytes;
}

function readScalar(kind: ScalarKind, value: number | string): WasmValue | null {
  if (kind === 'f64') {
    if (typeof value === 'number') return value;
    const number = DECIMAL.test(value) ? Number(value) : Number.NaN;
    return Number.isFinite(number) ? number : null;
  }
  const isLong = kind === 'i64' || kind === 'u64';
  if (isLong !== (typeof value === 'string')) return null;
  const text = String(value);
  if (!WHOLE.test(text)) return null;
  const whole = BigInt(text);
  const [least, most] = RANGES[kind];
  if (whole < least || whole > most) return null;
  return isLong ? whole : Number(whole);
}
