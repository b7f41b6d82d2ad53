/** Pieces of bad modules: by text where a compiler will make them, by bytes where none would. */

import type { RejectionCode } from '../../wasm/rejection.ts';
import { pickModule } from '../pick-hook.ts';
import { wat } from '../wat.ts';

/** Modules by what is wrong with them: the code that they must earn, and the way to make them. */
export type RefusedModules = Record<string, readonly [RejectionCode, () => Uint8Array]>;

export const ENTRY = '(func (export "pick") (param i32 i32 i32) (result i32) (i32.const 0))';
export const own = (text: string, options = {}) => wat(`(module ${text})`, options);
/** A module with the usual entry, of which `body` is the first function. */
export const withFunction = (body: string, extra = '') => own(`${extra} (func $f ${body}) ${ENTRY}`);
export const GOOD = pickModule('(i32.rem_u (local.get $b) (i32.const 1000))');

export function patched(bytes: Uint8Array, patch: (copy: Uint8Array) => void): Uint8Array {
  const copy = bytes.slice();
  patch(copy);
  return copy;
}

export function sections(...parts: number[][]): Uint8Array {
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...parts.flat()]);
}
export const section = (id: number, ...content: number[]) => [id, content.length, ...content];
export const text = (name: string) => [name.length, ...Buffer.from(name)];
export const TYPES = section(1, 1, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f);
export const FUNCTIONS = section(3, 1, 0);
export const EXPORTS = section(7, 1, ...text('pick'), 0, 0);
export const bodyOf = (...code: number[]) => section(10, 1, code.length + 2, 0, ...code, 0x0b);
export const BODY = bodyOf(0x41, 0);
