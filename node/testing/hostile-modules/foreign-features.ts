/** Modules that use what lies outside of the accepted language. */

import { pickModule } from '../pick-hook.ts';
import {
  BODY,
  bodyOf,
  ENTRY,
  EXPORTS,
  FUNCTIONS,
  own,
  type RefusedModules,
  section,
  sections,
  TYPES,
  withFunction,
} from './pieces.ts';

export const FOREIGN_FEATURES: RefusedModules = {
  'a start function': ['start-function', () => own(`(start $s) (func $s (loop $l br $l)) ${ENTRY}`)],
  'memory.grow by nothing': [
    'memory-grow',
    () => pickModule('(drop (memory.grow (i32.const 0))) (i32.const 0)'),
  ],
  SIMD: ['feature-simd', () => withFunction('(drop (v128.const i32x4 0 0 0 0))')],
  'SIMD in a local': ['feature-simd', () => withFunction('(local v128)')],
  'SIMD in a signature': ['feature-simd', () => withFunction('(param v128)')],
  'shared memory': [
    'feature-threads',
    () => sections(TYPES, FUNCTIONS, section(5, 1, 3, 1, 1), EXPORTS, BODY),
  ],
  'an atomic': ['feature-threads', () => pickModule('(i32.atomic.load (i32.const 0))')],
  '64-bit memory': ['feature-memory64', () => own(`(memory i64 1 1) ${ENTRY}`)],
  'two memories': [
    'feature-multiple-memories',
    () => sections(TYPES, FUNCTIONS, section(5, 2, 1, 1, 1, 1, 1, 1), EXPORTS, BODY),
  ],
  'a memory index in a load': [
    'feature-multiple-memories',
    () => sections(TYPES, FUNCTIONS, section(5, 1, 1, 1, 1), EXPORTS, bodyOf(0x41, 0, 0x28, 0x42, 0, 0)),
  ],
  'an imported and an own memory': [
    'feature-multiple-memories',
    () => own(`(import "core" "memory" (memory 1 1)) (memory 1 1) ${ENTRY}`, { check: false }),
  ],
  'a tail call': ['feature-tail-calls', () => withFunction('(return_call $f)')],
  'an exception': ['feature-exceptions', () => withFunction('(throw $e)', '(tag $e)')],
  'try and catch': ['feature-exceptions', () => withFunction('try nop catch_all nop end')],
  'a reference parameter': ['feature-references', () => withFunction('(param externref)')],
  'ref.func': [
    'feature-references',
    () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0xd2, 0, 0x1a, 0x41, 0)),
  ],
  'ref.null': ['feature-references', () => withFunction('(drop (ref.null func))')],
  'a table of references': ['feature-references', () => own(`(table 1 externref) ${ENTRY}`)],
  'table.get': [
    'feature-tables',
    () => withFunction('(drop (table.get 0 (i32.const 0)))', '(table 1 1 funcref)'),
  ],
  'table.grow': [
    'feature-references',
    () => withFunction('(drop (table.grow 0 (ref.null func) (i32.const 1)))', '(table 1 1 funcref)'),
  ],
  'table.copy': [
    'feature-tables',
    () => withFunction('(table.copy (i32.const 0) (i32.const 0) (i32.const 1))', '(table 1 1 funcref)'),
  ],
  'two tables': ['feature-tables', () => own(`(table 1 1 funcref) (table 1 1 funcref) ${ENTRY}`)],
  'a passive data segment': ['feature-bulk-segments', () => own(`(memory 1 1) (data "x") ${ENTRY}`)],
  'memory.init': [
    'feature-bulk-segments',
    () => withFunction('(data.drop 0)', '(memory 1 1) (data (i32.const 4096) "x")'),
  ],
  'a passive element segment': [
    'feature-bulk-segments',
    () => own(`(table 1 1 funcref) (elem func 0) ${ENTRY}`),
  ],
  'an extended constant': [
    'feature-extended-constants',
    () => sections(TYPES, FUNCTIONS, section(6, 1, 0x7f, 0, 0x41, 1, 0x41, 2, 0x6a, 0x0b), EXPORTS, BODY),
  ],
  'a constant from another global': [
    'feature-extended-constants',
    () =>
      sections(
        TYPES,
        FUNCTIONS,
        section(6, 2, 0x7f, 0, 0x41, 1, 0x0b, 0x7f, 0, 0x23, 0, 0x0b),
        EXPORTS,
        BODY,
      ),
  ],
  'a garbage-collected type': ['feature-garbage-collection', () => sections(section(1, 1, 0x5f, 0))],
  'a recursive type group': [
    'feature-garbage-collection',
    () => sections(section(1, 1, 0x4e, 1, 0x60, 0, 0)),
  ],
  'a section from the future': [
    'feature-unknown',
    () => sections(TYPES, FUNCTIONS, EXPORTS, BODY, section(14, 0)),
  ],
  'an opcode from the future': ['feature-unknown', () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0xe0))],
  'an instruction of 128-bit arithmetic': [
    'feature-unknown',
    () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0xfc, 19)),
  ],
};
