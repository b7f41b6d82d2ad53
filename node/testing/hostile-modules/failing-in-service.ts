/** Modules that pass the canary and fail later, when an argument comes that no vector has. */

import { hiding, pickModule } from '../pick-hook.ts';

/** Behave on the vectors, fail on the hidden argument: [reason of the roll-back, module]. */
export const FAILING_IN_SERVICE: Record<string, readonly [string, () => Uint8Array]> = {
  unreachable: ['trap', () => pickModule(hiding('unreachable'))],
  'a load beyond the memory': ['trap', () => pickModule(hiding('(drop (i32.load (i32.const 70000)))'))],
  'a load at an address that wraps around': [
    'trap',
    () => pickModule(hiding('(drop (i32.load offset=8 (i32.const -4)))')),
  ],
  'a store beyond the memory': [
    'trap',
    () => pickModule(hiding('(i32.store (i32.const 65533) (i32.const 1))')),
  ],
  'a division that overflows': [
    'trap',
    () => pickModule(hiding('(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))')),
  ],
  'a conversion of NaN': ['trap', () => pickModule(hiding('(drop (i32.trunc_f64_s (f64.const nan)))'))],
  'an indirect call of the wrong type': [
    'trap',
    () =>
      pickModule(
        hiding('(call_indirect (i32.const 0))'),
        '(table 1 1 funcref) (elem (i32.const 0) $g) (func $g (param i32))',
      ),
  ],
  'an endless loop': ['fuel', () => pickModule(hiding('(loop $l br $l)'))],
  'nested loops': [
    'fuel',
    () =>
      pickModule(
        hiding(
          '(loop $o (loop $i (br_if $i (i32.lt_u (local.tee $c (i32.add (local.get $c) (i32.const 1))) (i32.const -1)))) (br $o))',
        ),
      ),
  ],
  'a memory.fill that never ends': [
    'fuel',
    () =>
      pickModule(hiding('(loop $l (memory.fill (i32.const 4096) (i32.const 1) (i32.const 60000)) (br $l))')),
  ],
  'a result outside the contract': ['contract', () => pickModule(hiding('(return (i32.const 5000))'))],
  'a negative result': ['contract', () => pickModule(hiding('(return (i32.const -1))'))],
  'a corrupt state and then a trap': [
    'trap',
    () => pickModule(hiding('(memory.fill (i32.const 64) (i32.const 255) (i32.const 64)) unreachable')),
  ],
  'the whole memory overwritten, without a trap': [
    'state',
    () => pickModule(hiding('(memory.fill (i32.const 0) (i32.const 255) (i32.const 65536))')),
  ],
};
