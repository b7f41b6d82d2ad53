/** Modules for the hook `cell-admission`, for tests: many that accept every cell, and one that traps. */

import { wat } from '../../testing/wat.ts';

/** Accepts every cell; each number gives other bytes. */
export function acceptingModule(number: number): Uint8Array {
  return wat(`(module (func (export "admit_cell") (param i32 i32 i32 i32) (result i32)
    (drop (i32.const ${number})) (i32.const 0)))`);
}

/** Accepts the first cell and traps at the second. */
export function trappingModule(): Uint8Array {
  return wat(`(module (import "core" "memory" (memory 1 1))
    (func (export "admit_cell") (param i32 i32 i32 i32) (result i32)
      (if (i32.load8_u (i32.const 64)) (then unreachable))
      (i32.store8 (i32.const 64) (i32.const 1))
      (i32.const 0)))`);
}
