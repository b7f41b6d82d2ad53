/**
 * Vectors of an update as its target's custom part holds them: arguments and result as JSON.
 *
 * Whole numbers of 32 bits are numbers, 64-bit ones decimal text, fractions text such as `12.5`, bytes base64 of at
 * most the buffer's length, filled up with zeros. A result of null is not compared.
 */

import type { AnyHook } from '../hooks/define-hook.ts';
import type { Parameter } from '../hooks/parameter.ts';
import type { ModuleCustom } from '../trust/update-target.ts';
import type { Vector, WasmValue } from '../wasm/module-interface.ts';

type Json = string | number;

/** The vectors for this hook, or null if they do not fit its parameters. */
export function readVectors(vectors: ModuleCustom['vectors'], hook: AnyHook): Vector[] | null {
  const read: Vector[] = [];
  for (const { args, result } of vectors) {
    if (args.length !== hook.parameters.length) return null;
    const values = hook.parameters.map((parameter, place) => readArgument(args[place]!, parameter));
    if (values.some((value) => value === null)) return null;
    const expect =
      result === null ? undefined : hook.result === 'none' ? null : readScalar(result, hook.result);
    if (expect === null) return null;
    const given = { args: values as (WasmValue | Uint8Array)[] };
    read.push(expect === undefined ? given : { ...given, expect });
  }
  return read;
}

function readArgument(value: Json, parameter: Parameter): WasmValue | Uint8Array | null {
  if (parameter.kind !== 'bytes') return readScalar(value, parameter.kind);
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return null;
  const given = Buffer.from(value, 'base64');
  if (given.length > parameter.bytes) return null;
  const bytes = new Uint8Array(parameter.bytes);
  bytes.set(given);
  return bytes;
}

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  i32: [-(2n ** 31n), 2n ** 31n - 1n],
  u32: [0n, 2n ** 32n - 1n],
  i64: [-(2n ** 63n), 2n ** 63n - 1n],
  u64: [0n, 2n ** 64n - 1n],
};

function readScalar(value: Json, kind: string): WasmValue | null {
  if (kind === 'f64') {
    const number =
      typeof value === 'number'
        ? value
        : /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(value)
          ? Number(value)
          : Number.NaN;
    return Number.isFinite(number) ? number : null;
  }
  const wide = kind === 'i64' || kind === 'u64';
  if (wide !== (typeof value === 'string')) return null;
  const text = String(value);
  if (!/^-?\d{1,20}$/.test(text)) return null;
  const [least, most] = RANGES[kind]!;
  const whole = BigInt(text);
  if (whole < least || whole > most) return null;
  return wide ? whole : Number(whole);
}
