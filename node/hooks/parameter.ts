/**
 * The parameters and results of a hook, as values that carry their types.
 *
 * A buffer has one fixed length: the host overwrites all of it before each call, so that nothing of an earlier
 * call, of another relay, is left in it. To a module it is an address.
 */

import type { Scalar } from '../wasm/opcodes.ts';

export type ScalarKind = 'i32' | 'u32' | 'i64' | 'u64' | 'f64';

export interface ScalarParameter {
  readonly kind: ScalarKind;
  readonly name: string;
}

export interface BufferParameter {
  readonly kind: 'bytes';
  readonly name: string;
  readonly bytes: number;
  /** Whether the module may change it; changes reach the caller only if the call succeeds. */
  readonly writable: boolean;
}

export type Parameter = ScalarParameter | BufferParameter;

export const i32 = (name: string) => ({ kind: 'i32', name }) as const;
export const u32 = (name: string) => ({ kind: 'u32', name }) as const;
export const i64 = (name: string) => ({ kind: 'i64', name }) as const;
export const u64 = (name: string) => ({ kind: 'u64', name }) as const;
export const f64 = (name: string) => ({ kind: 'f64', name }) as const;
/** Bytes that the module reads. */
export const bytes = (name: string, length: number) =>
  ({ kind: 'bytes', name, bytes: length, writable: false }) as const;
/** Bytes that the module reads and may change. */
export const mutableBytes = (name: string, length: number) =>
  ({ kind: 'bytes', name, bytes: length, writable: true }) as const;

export type ValueOf<Kind> = Kind extends 'bytes'
  ? Uint8Array
  : Kind extends 'i64' | 'u64'
    ? bigint
    : Kind extends 'i32' | 'u32' | 'f64'
      ? number
      : undefined;

/** The arguments that a list of parameters stands for. */
export type ArgumentsOf<Parameters extends readonly Parameter[]> = {
  -readonly [Place in keyof Parameters]: ValueOf<Parameters[Place]['kind']>;
};

/** What a hook answers: a scalar, or nothing. */
export type ResultKind = ScalarKind | 'none';

export function scalarType(kind: ScalarKind): Scalar {
  return kind === 'u32' ? 'i32' : kind === 'u64' ? 'i64' : kind;
}
