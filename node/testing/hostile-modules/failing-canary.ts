/** Modules that fail on the vectors of their hook. */

import { pickModule } from '../pick-hook.ts';
import { own, type RefusedModules } from './pieces.ts';

export const FAILING_CANARY: RefusedModules = {
  'an endless loop': ['canary-fuel', () => pickModule('(loop $l br $l) (i32.const 0)')],
  'a loop that is only long': [
    'canary-fuel',
    () =>
      pickModule(
        '(loop $l (br_if $l (i32.lt_u (local.tee $c (i32.add (local.get $c) (i32.const 1))) (i32.const -1)))) (i32.const 0)',
      ),
  ],
  'an endless loop with parameters': [
    'canary-fuel',
    () => pickModule('(i32.const 1) (loop $l (param i32) (result i32) br $l)'),
  ],
  'an endless loop by way of a branch table': [
    'canary-fuel',
    () => pickModule('(loop $l (br_table $l $l $l (local.get $a))) (i32.const 0)'),
  ],
  'calls that double: two to the thirtieth': [
    'canary-fuel',
    () =>
      pickModule(
        '(call $d0) (i32.const 0)',
        `${Array.from({ length: 30 }, (_, i) => `(func $d${i} (call $d${i + 1}) (call $d${i + 1}))`).join(' ')} (func $d30)`,
      ),
  ],
  'an import called without end': [
    'canary-fuel',
    () =>
      own(`(import "core" "double" (func $d (param i32) (result i32)))
        (func (export "pick") (param i32 i32 i32) (result i32)
          (local.set 1 (i32.const 500))
          (loop $l (drop (call $d (i32.const 1)))
            (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
          (i32.const 0))`),
  ],
  'a large memory.fill, many times': [
    'canary-fuel',
    () =>
      pickModule(
        '(loop $l (memory.fill (i32.const 4096) (i32.const 1) (i32.const 60000)) (br $l)) (i32.const 0)',
      ),
  ],
  'a memory.copy of four billion bytes': [
    'canary-fuel',
    () => pickModule('(memory.copy (i32.const 0) (i32.const 0) (i32.const -1)) (i32.const 0)'),
  ],
  unreachable: ['canary-trap', () => pickModule('unreachable')],
  'a division by zero on a vector': [
    'canary-trap',
    () => pickModule('(i32.div_u (local.get 0) (local.get 2))'),
  ],
  'a call of an empty table entry': [
    'canary-trap',
    () => pickModule('(call_indirect (i32.const 3)) (i32.const 0)', '(table 10 10 funcref)'),
  ],
  'a result outside the contract': ['canary-contract', () => pickModule('(i32.const -5)')],
  'a state outside the contract': [
    'canary-state',
    () => pickModule('(i32.store8 (i32.const 67) (i32.const 1)) (i32.const 0)'),
  ],
  'state in a global': [
    'canary-impure',
    () =>
      pickModule(
        '(global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)',
        '(global $g (mut i32) (i32.const 0))',
      ),
  ],
  'a look at scratch memory that nobody wrote': [
    'canary-impure',
    () => pickModule('(i32.load8_u (i32.const 5000))'),
  ],
  'state in scratch memory': [
    'canary-impure',
    () =>
      pickModule(
        '(i32.store (i32.const 5000) (i32.add (i32.load (i32.const 5000)) (i32.const 1))) (i32.rem_u (i32.load (i32.const 5000)) (i32.const 1000))',
      ),
  ],
  'fuel that depends on what scratch holds': [
    'canary-impure',
    () =>
      pickModule(
        '(if (i32.load (i32.const 5000)) (then (memory.fill (i32.const 6000) (i32.const 0) (i32.const 64)))) (i32.const 1)',
      ),
  ],
};
