/** Modules that do not fit their hook, or are larger or odder than a module may be. */

import { pickModule } from '../pick-hook.ts';
import {
  BODY,
  ENTRY,
  EXPORTS,
  FUNCTIONS,
  own,
  type RefusedModules,
  section,
  sections,
  TYPES,
  text,
  withFunction,
} from './pieces.ts';

/** A chain of functions, each with many locals, that calls down to the bottom. */
function deepChain(functions: number, locals: number): Uint8Array {
  const local = `(local ${'i64 '.repeat(locals)})`;
  const chain = Array.from({ length: functions }, (_, i) => `(func $f${i} ${local} (call $f${i + 1}))`);
  return own(`${chain.join(' ')} (func $f${functions}) (func (export "pick") (param i32 i32 i32) (result i32)
    (call $f0) (i32.const 0))`);
}

export const WRONG_INTERFACE: RefusedModules = {
  WASI: [
    'import-unknown',
    () =>
      own(
        `(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32))) ${ENTRY}`,
      ),
  ],
  'an import named as a member of every object': [
    'import-unknown',
    () => own(`(import "core" "toString" (func)) ${ENTRY}`),
  ],
  'an import of __proto__': ['import-unknown', () => own(`(import "__proto__" "toString" (func)) ${ENTRY}`)],
  'an import with a byte-order mark before its name': [
    'import-unknown',
    () => own(`(import "core" "\\ef\\bb\\bfdouble" (func (param i32) (result i32))) ${ENTRY}`),
  ],
  'a memory in place of a function': [
    'import-kind',
    () => own(`(import "core" "double" (memory 1 1)) ${ENTRY}`),
  ],
  'a function in place of the memory': ['import-kind', () => own(`(import "core" "memory" (func)) ${ENTRY}`)],
  'an imported global': ['import-kind', () => own(`(import "core" "double" (global i32)) ${ENTRY}`)],
  'an imported table': ['import-kind', () => own(`(import "core" "double" (table 1 funcref)) ${ENTRY}`)],
  'an import of another signature': [
    'import-signature',
    () => own(`(import "core" "double" (func (param i64) (result i32))) ${ENTRY}`),
  ],
  'an import in a table': [
    'import-in-table',
    () =>
      own(
        `(import "core" "double" (func $d (param i32) (result i32))) (table 1 1 funcref) (elem (i32.const 0) $d) ${ENTRY}`,
      ),
  ],
  'an exported import': [
    'export-is-import',
    () => own('(import "core" "double" (func (param i32) (result i32))) (export "pick" (func 0))'),
  ],

  'no entry': [
    'export-missing',
    () => own('(func (export "migrate") (param i32) (result i32) (i32.const 0))'),
  ],
  'an entry with a byte-order mark before its name': [
    'export-unexpected',
    () => own('(func (export "\\ef\\bb\\bfpick") (param i32 i32 i32) (result i32) (i32.const 0))'),
  ],
  'an entry of 64-bit numbers': [
    'export-signature',
    () => own('(func (export "pick") (param i64 i32 i32) (result i32) (i32.const 0))'),
  ],
  'an entry of two results': [
    'export-signature',
    () => own('(func (export "pick") (param i32 i32 i32) (result i32 i32) (i32.const 0) (i32.const 0))'),
  ],
  'an entry that is a global': ['export-kind', () => own('(global (export "pick") i32 (i32.const 1))')],
  'a migration of another signature': ['export-signature', () => own(`(func (export "migrate")) ${ENTRY}`)],
  'an own export of $fuel': [
    'export-unexpected',
    () => own(`(func (export "$fuel") (result i32) (i32.const 1000)) ${ENTRY}`),
  ],
  'an exported global': [
    'export-unexpected',
    () => own(`(global (export "g") (mut i32) (i32.const 1)) ${ENTRY}`),
  ],
  'the same export twice': [
    'export-duplicate',
    () => sections(TYPES, FUNCTIONS, section(7, 2, ...text('pick'), 0, 0, ...text('pick'), 0, 0), BODY),
  ],
  'an exported table': ['export-unexpected', () => own(`(table (export "t") 1 1 funcref) ${ENTRY}`)],

  'a memory without an end': ['memory-limits', () => own(`(memory 1) ${ENTRY}`)],
  'a memory of 4 GiB': ['memory-limits', () => own(`(import "core" "memory" (memory 1 65536)) ${ENTRY}`)],
  'a memory of no pages': ['memory-limits', () => own(`(memory 0 1) ${ENTRY}`)],
  'data in the state': ['data-in-window', () => pickModule('(i32.const 0)', '(data (i32.const 64) "evil")')],
  'data beyond the memory': [
    'data-out-of-bounds',
    () => pickModule('(i32.const 0)', '(data (i32.const 65533) "evil")'),
  ],
  'data at a negative address': [
    'data-out-of-bounds',
    () => pickModule('(i32.const 0)', '(data (i32.const -1) "e")'),
  ],
  'a huge table': ['table-limits', () => own(`(table 1000000 funcref) ${ENTRY}`)],
  'a table that may grow huge': ['table-limits', () => own(`(table 1 1000000 funcref) ${ENTRY}`)],
  'elements beyond the table': [
    'element-out-of-bounds',
    () => own(`(table 1 1 funcref) (elem (i32.const 1) $f) (func $f) ${ENTRY}`),
  ],

  'a thousand types': [
    'limit-types',
    () => own(`${Array.from({ length: 300 }, () => '(type (func))').join('')} ${ENTRY}`),
  ],
  'too many parameters': ['limit-signature', () => withFunction(`(param ${'i32 '.repeat(17)})`)],
  'too many results of a block': [
    'limit-signature',
    () => withFunction(`(block (result ${'i32 '.repeat(17)}) unreachable) ${'drop '.repeat(17)}`),
  ],
  'too many functions': ['limit-functions', () => own(`${'(func)'.repeat(1001)} ${ENTRY}`)],
  'more code than a relay compiles in a moment': [
    'limit-code-size',
    () => own(`${`(func ${'nop '.repeat(12 * 1024)})`.repeat(3)} ${ENTRY}`),
  ],
  'a function that takes long to optimise': [
    'limit-function-size',
    () => withFunction('nop '.repeat(16 * 1024)),
  ],
  'too many locals': ['limit-locals', () => withFunction(`(local ${'i32 '.repeat(3000)})`)],
  'four billion locals': [
    'limit-locals',
    () =>
      sections(
        TYPES,
        FUNCTIONS,
        EXPORTS,
        section(10, 1, 10, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 0x41, 0, 0x0b),
      ),
  ],
  'locals whose counts wrap around': [
    'limit-locals',
    () =>
      sections(
        TYPES,
        FUNCTIONS,
        EXPORTS,
        section(
          10,
          1,
          16,
          2,
          0xff,
          0xff,
          0xff,
          0xff,
          0x0f,
          0x7f,
          0xff,
          0xff,
          0xff,
          0xff,
          0x0f,
          0x7f,
          0x41,
          0,
          0x0b,
        ),
      ),
  ],
  'too many globals': ['limit-globals', () => own(`${'(global i32 (i32.const 0))'.repeat(129)} ${ENTRY}`)],
  'too many exports': [
    'limit-exports',
    () => own(`(func $f) ${Array.from({ length: 65 }, (_, i) => `(export "e${i}" (func $f))`).join('')}`),
  ],
  'too many imports': [
    'limit-imports',
    () => own(`${'(import "core" "double" (func (param i32) (result i32)))'.repeat(65)} ${ENTRY}`),
  ],
  'too many data segments': [
    'limit-segments',
    () => own(`(memory 1 1) ${'(data (i32.const 4096) "x")'.repeat(65)} ${ENTRY}`),
  ],
  'blocks too deep': ['limit-nesting', () => withFunction(`${'(block '.repeat(101)}${')'.repeat(101)}`)],
  'a branch table of a thousand targets': [
    'limit-branch-table',
    () => withFunction(`(block (br_table ${'0 '.repeat(1000)} (i32.const 0)))`),
  ],
  'a thousand operands': [
    'limit-operands',
    () => withFunction(`${'(i32.const 0) '.repeat(1000)} ${'drop '.repeat(1000)}`),
  ],
  'a chain of calls that fills the stack': ['limit-stack', () => deepChain(40, 250)],
  'direct recursion': [
    'recursion',
    () => pickModule('(call $pick (local.get 0) (local.get 1) (local.get 2))'),
  ],
  'recursion of two functions': ['recursion', () => own(`(func $f (call $g)) (func $g (call $f)) ${ENTRY}`)],
  'recursion in code that cannot be reached': [
    'recursion',
    () => own(`(func $f unreachable (call $f)) ${ENTRY}`),
  ],
  'recursion by way of a table': [
    'recursion',
    () =>
      pickModule(
        '(call_indirect (type $t) (local.get 0) (local.get 1) (local.get 2) (i32.const 0))',
        '(type $t (func (param i32 i32 i32) (result i32))) (table 1 1 funcref) (elem (i32.const 0) $pick)',
      ),
  ],
  'recursion by way of a table and an equal type': [
    'recursion',
    () =>
      own(`(type $a (func)) (type $b (func)) (table 1 1 funcref) (elem (i32.const 0) $f)
        (func $f (type $a) (call_indirect (type $b) (i32.const 0))) ${ENTRY}`),
  ],
};
