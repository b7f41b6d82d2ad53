/**
 * Vectors as a target's custom part has them; node/updates/vector-json.ts reads them back.
 *
 * Relays call the module without a state and compare the result alone, so vectors that need more stay with the
 * author, and so do those with a number that is none.
 */

import type { ModuleCustomJson } from '../../node/trust/update-target.ts';
import type { Vector, WasmValue } from '../../node/wasm/module-interface.ts';

type VectorJson = ModuleCustomJson['vectors'][number];

/** As many as a target may have. */
const VECTORS_MAX = 32;

/** Those of the vectors that relays can try. */
export function publishedVectors(vectors: readonly Vector[]): VectorJson[] {
  const published = vectors.flatMap(({ args, state, expect }) => {
    if (state !== undefined || expect === undefined) return [];
    if ([...args, expect].some((value) => typeof value === 'number' && !Number.isFinite(value))) return [];
    return [{ args: args.map(argument), result: scalar(expect) }];
  });
  return published.slice(0, VECTORS_MAX);
}

/** Bytes without the zeros at their end, which the reader adds. */
function argument(value: WasmValue | Uint8Array): number | string {
  if (typeof value !== 'object') return scalar(value);
  return Buffer.from(value.subarray(0, value.findLastIndex((byte) => byte !== 0) + 1)).toString('base64');
}

/** Fractions, minus zero and 64-bit integers as text: canonical JSON has none of them. */
function scalar(value: WasmValue): number | string {
  if (Object.is(value, -0)) return '-0';
  return Number.isSafeInteger(value) ? Number(value) : String(value);
}
