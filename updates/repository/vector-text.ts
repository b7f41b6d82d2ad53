/**
 * Vectors as a target's custom part has them: whole numbers as such, everything else as text.
 *
 * Bytes are hexadecimal, 64-bit integers and fractions decimal: canonical JSON has neither. Relays call the module
 * without a state and look at the result alone, so vectors that need more stay with the author.
 */

import type { ModuleCustomJson } from '../../node/trust/update-target.ts';
import type { Vector, WasmValue } from '../../node/wasm/module-interface.ts';

export const VECTORS_MAX = 32;

/** Those of the vectors that relays can try, at most as many as a target may have. */
export function publishedVectors(vectors: readonly Vector[]): ModuleCustomJson['vectors'] {
  return vectors
    .filter(({ state, expect }) => state === undefined && expect !== undefined)
    .slice(0, VECTORS_MAX)
    .map(({ args, expect }) => ({
      args: args.map((arg) => (typeof arg === 'object' ? Buffer.from(arg).toString('hex') : scalar(arg))),
      result: expect === undefined ? null : scalar(expect),
    }));
}

function scalar(value: WasmValue): number | string {
  // Minus zero would become zero.
  return typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0)
    ? value
    : Object.is(value, -0)
      ? '-0'
      : String(value);
}
