/**
 * The file vectors.json of an update's folder: calls of the module, and what must come of them.
 *
 *     [{ "title": "an unknown command closes the circuit", "args": [3, 99, 2, 1], "expect": 2 }]
 *
 * Numbers stand for themselves, 64-bit ones as text (`"12345678901234"`). Bytes are hexadecimal, filled up with
 * zeros: `"07 ff"`; `"a5*514"` repeats a byte. `state`, `expectState` and `expectBuffers` are optional.
 */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { AnyHook } from '../../node/hooks/define-hook.ts';
import type { Parameter } from '../../node/hooks/parameter.ts';
import type { Vector, WasmValue } from '../../node/wasm/module-interface.ts';
import { UpdateError } from '../update-file.ts';

export const VECTOR_FILE = 'vectors.json';

export interface FileVector extends Vector {
  readonly title: string;
  readonly expectState: Uint8Array | null;
  /** By the parameter's name. */
  readonly expectBuffers: ReadonlyMap<string, Uint8Array>;
}

/** The vectors of an update's folder; none if there is no such file. Throws `UpdateError`. */
export function readVectors(folder: string, hook: AnyHook): FileVector[] {
  const file = path.join(folder, VECTOR_FILE);
  if (!existsSync(file)) return [];
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UpdateError(`${file}: ${(error as Error).message}`);
  }
  if (!Array.isArray(content)) throw new UpdateError(`${file}: must be a list of vectors`);
  const problems: string[] = [];
  const vectors = content.map((item: unknown, index) => {
    try {
      return readVector(item, index, hook);
    } catch (error) {
      if (!(error instanceof UpdateError)) throw error;
      problems.push(`${file}: [${index}]${error.message}`);
      return null;
    }
  });
  if (problems.length > 0) throw new UpdateError(problems.join('\n'));
  return vectors.flatMap((vector) => (vector === null ? [] : [vector]));
}

const KEYS = ['title', 'args', 'state', 'expect', 'expectState', 'expectBuffers'];

function readVector(item: unknown, index: number, hook: AnyHook): FileVector {
  if (typeof item !== 'object' || item === null) throw new UpdateError(': must be an object');
  const vector = item as Record<string, unknown>;
  const unknown = Object.keys(vector).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw new UpdateError(`.${unknown}: unknown key; known are ${KEYS.join(', ')}`);
  const { title = `vector ${index}`, args, state, expect, expectState, expectBuffers = {} } = vector;
  const names = hook.parameters.map(({ name }) => name);
  if (!Array.isArray(args) || args.length !== names.length) {
    throw new UpdateError(`.args: must be the ${names.length} arguments ${names.join(', ')}`);
  }
  const buffers = Object.entries(expectBuffers as Record<string, unknown>).map(([name, value]) => {
    const parameter = hook.parameters.find((candidate) => candidate.name === name);
    if (parameter?.kind !== 'bytes')
      throw new UpdateError(`.expectBuffers.${name}: ${hook.id} has no such buffer`);
    return [name, readBytes(value, parameter.bytes, `.expectBuffers.${name}`)] as const;
  });
  return {
    title: String(title),
    args: hook.parameters.map((parameter, place) => readArgument(args[place], parameter, `.args[${place}]`)),
    ...(state === undefined ? {} : { state: readBytes(state, hook.stateBytes, '.state') }),
    ...(expect === undefined ? {} : { expect: readResult(expect, hook) }),
    expectState: expectState === undefined ? null : readBytes(expectState, hook.stateBytes, '.expectState'),
    expectBuffers: new Map(buffers),
  };
}

function readArgument(value: unknown, parameter: Parameter, place: string): WasmValue | Uint8Array {
  if (parameter.kind === 'bytes') return readBytes(value, parameter.bytes, place);
  return readScalar(value, parameter.kind, `${place} (${parameter.name})`);
}

function readResult(value: unknown, hook: AnyHook): WasmValue {
  if (hook.result === 'none') throw new UpdateError(`.expect: ${hook.id} has no result`);
  return readScalar(value, hook.result, '.expect');
}

const RANGES: Record<string, readonly [bigint, bigint]> = {
  i32: [-(2n ** 31n), 2n ** 31n - 1n],
  u32: [0n, 2n ** 32n - 1n],
  i64: [-(2n ** 63n), 2n ** 63n - 1n],
  u64: [0n, 2n ** 64n - 1n],
};

function readScalar(value: unknown, kind: string, place: string): WasmValue {
  if (kind === 'f64') {
    if (typeof value === 'number') return value;
    throw new UpdateError(`${place}: must be a number`);
  }
  const [least, most] = RANGES[kind];
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const whole = /^-?\d+$/.test(text) ? BigInt(text) : null;
  if (whole === null || whole < least || whole > most) {
    throw new UpdateError(`${place}: must be a whole number from ${least} to ${most}`);
  }
  return kind === 'i64' || kind === 'u64' ? whole : Number(whole);
}

function readBytes(value: unknown, length: number, place: string): Uint8Array {
  const bytes = new Uint8Array(length);
  const text = typeof value === 'string' ? value.replaceAll(' ', '') : null;
  const repeated = text === null ? null : /^([0-9a-f]{2})\*(\d+)$/i.exec(text);
  if (repeated !== null) {
    const count = Number(repeated[2]);
    if (count <= length) return bytes.fill(Number.parseInt(repeated[1], 16), 0, count);
  } else if (text !== null && /^([0-9a-f]{2})*$/i.test(text) && text.length <= 2 * length) {
    bytes.set(Buffer.from(text, 'hex'));
    return bytes;
  }
  throw new UpdateError(
    `${place}: must be at most ${length} bytes in hexadecimal, such as "07 ff" or "a5*${length}"`,
  );
}
