/** A hook for tests: three numbers to one below 1000, with a state whose fourth byte must stay zero. */

import { defineHook } from '../hooks/define-hook.ts';
import { i32 } from '../hooks/parameter.ts';
import { wat } from './wat.ts';

export const PICK_FUEL = 20000;

export const pick = defineHook({
  id: 'pick',
  interfaceVersion: 1,
  summary: 'For tests: three numbers to one below 1000.',
  entry: 'pick',
  parameters: [i32('a'), i32('b'), i32('c')],
  result: 'i32',
  default: (a) => ((a % 1000) + 1000) % 1000,
  check: (result) => result >= 0 && result < 1000,
  stateBytes: 64,
  checkState: (state) => state[3] === 0,
  imports: {
    double: { parameters: ['i32'], results: ['i32'], fuel: 50, run: (_owner, x) => ((x as number) * 2) | 0 },
    round: {
      parameters: ['f64'],
      results: ['i32'],
      fuel: 50,
      run: (_owner, x) => Math.round(x as number) | 0,
    },
  },
  fuel: PICK_FUEL,
  confirmAfter: 100,
  limits: { bytes: 64 * 1024, codeBytes: 32 * 1024 },
  vectors: [{ args: [5, 1, 0] }, { args: [999, -1, 7] }, { args: [0, 0, 0] }],
});

/** The argument that no vector has, behind which modules hide. */
export const HIDDEN = 77;

/** A module for `pick` with this body, over `$a`, `$b` and `$c`; `extra` stands before its function. */
export function pickModule(body: string, extra = ''): Uint8Array {
  return wat(
    `(module (import "core" "memory" (memory 1 1)) ${extra}
      (func $pick (export "pick") (param $a i32) (param $b i32) (param $c i32) (result i32) ${body}))`,
  );
}

/** A body that behaves until `$a` is the hidden argument. */
export function hiding(then: string): string {
  return `(if (i32.eq (local.get $a) (i32.const ${HIDDEN})) (then ${then})) (i32.rem_u (local.get $b) (i32.const 1000))`;
}
