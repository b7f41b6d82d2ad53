/**
 * Modules that mean harm, or were written by somebody unlucky, each with the outcome it must have.
 *
 * Three tables: refused at load, refused by the canary, admitted and then contained while in service.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HookRuntime } from '../hooks/hook-runtime.ts';
import { HIDDEN, hiding, PICK_FUEL, pick, pickModule } from '../testing/pick-hook.ts';
import { wat } from '../testing/wat.ts';
import { admit } from './admit.ts';
import { REJECTION_CODES, type RejectionCode } from './rejection.ts';

const ENTRY = '(func (export "pick") (param i32 i32 i32) (result i32) (i32.const 0))';
const own = (text: string, options = {}) => wat(`(module ${text})`, options);
/** A module with the usual entry, of which `body` is the first function. */
const withFunction = (body: string, extra = '') => own(`${extra} (func $f ${body}) ${ENTRY}`);
const good = pickModule('(i32.rem_u (local.get $b) (i32.const 1000))');

function patched(bytes: Uint8Array, patch: (copy: Uint8Array) => void): Uint8Array {
  const copy = bytes.slice();
  patch(copy);
  return copy;
}

function sections(...parts: number[][]): Uint8Array {
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...parts.flat()]);
}
const section = (id: number, ...content: number[]) => [id, content.length, ...content];
const text = (name: string) => [name.length, ...Buffer.from(name)];
const TYPES = section(1, 1, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f);
const FUNCTIONS = section(3, 1, 0);
const EXPORTS = section(7, 1, ...text('pick'), 0, 0);
const bodyOf = (...code: number[]) => section(10, 1, code.length + 2, 0, ...code, 0x0b);
const BODY = bodyOf(0x41, 0);

/** A chain of functions, each with many locals, that calls down to the bottom. */
function deepChain(functions: number, locals: number): Uint8Array {
  const local = `(local ${'i64 '.repeat(locals)})`;
  const chain = Array.from({ length: functions }, (_, i) => `(func $f${i} ${local} (call $f${i + 1}))`);
  return own(`${chain.join(' ')} (func $f${functions}) (func (export "pick") (param i32 i32 i32) (result i32)
    (call $f0) (i32.const 0))`);
}

const AT_LOAD: Record<string, [RejectionCode, () => Uint8Array]> = {
  'nothing at all': ['malformed', () => new Uint8Array(0)],
  'not WebAssembly': ['malformed', () => Buffer.from('hello world')],
  'a component instead of a module': ['malformed', () => patched(good, (b) => b.set([0x0d, 0, 1, 0], 4))],
  'WebAssembly version 2': ['malformed', () => patched(good, (b) => b.set([2], 4))],
  truncated: ['malformed', () => good.slice(0, 40)],
  'too large': [
    'too-large',
    () => {
      const bytes = new Uint8Array(40_000);
      bytes.set(good);
      return bytes;
    },
  ],
  'zeros after the end': ['malformed', () => Uint8Array.from([...good, 0, 0, 0])],
  'a section that is longer than the file': ['malformed', () => sections([1, 0xff, 0xff, 3, 0])],
  'a section length that wraps around': ['malformed', () => sections([1, 0xff, 0xff, 0xff, 0xff, 0x0f])],
  'a number of six bytes': ['malformed', () => sections([1, 0x80, 0x80, 0x80, 0x80, 0x80, 0])],
  'a number beyond 32 bits': ['malformed', () => sections([1, 0xff, 0xff, 0xff, 0xff, 0x1f])],
  'four billion types': ['malformed', () => sections(section(1, 0xff, 0xff, 0xff, 0xff, 0x0f))],
  'sections out of order': ['malformed', () => sections(TYPES, FUNCTIONS, BODY, EXPORTS)],
  'a section twice': ['malformed', () => sections(TYPES, TYPES, FUNCTIONS, EXPORTS, BODY)],
  'bytes left over in a section': [
    'malformed',
    () => sections(section(1, 1, 0x60, 0, 0, 7), FUNCTIONS, EXPORTS, BODY),
  ],
  'a function without a body': ['malformed', () => sections(TYPES, FUNCTIONS, EXPORTS)],
  'a body without an end': [
    'malformed',
    () => sections(TYPES, FUNCTIONS, EXPORTS, section(10, 1, 4, 0, 0x41, 0, 0x41)),
  ],
  'code after the end of a body': [
    'malformed',
    () => sections(TYPES, FUNCTIONS, EXPORTS, section(10, 1, 5, 0, 0x41, 0, 0x0b, 0x0b)),
  ],
  'a name that is not UTF-8': [
    'malformed',
    () => sections(TYPES, FUNCTIONS, section(7, 1, 1, 0xff, 0, 0), BODY),
  ],
  'a custom section whose name is not UTF-8': [
    'malformed',
    () => sections([0, 2, 1, 0xff], TYPES, FUNCTIONS, EXPORTS, BODY),
  ],
  'a padded block type': [
    'malformed',
    () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x02, 0xc0, 0x7f, 0x0b, 0x41, 0)),
  ],
  'a wrong type on the stack': ['invalid', () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x42, 0))],
  'an empty stack': ['invalid', () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x6a))],
  'a branch to nowhere': ['invalid', () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x0c, 9))],
  'a local that does not exist': ['invalid', () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x20, 3))],
  'a global that admission will add': [
    'invalid',
    () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x41, 0x7f, 0x24, 0, 0x41, 0)),
  ],
  'a function that admission will add': [
    'invalid',
    () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x10, 1, 0x41, 0)),
  ],
  'a type that admission will add': ['invalid', () => sections(TYPES, section(3, 1, 1), EXPORTS, BODY)],
  'a load without a memory': [
    'invalid',
    () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x41, 0, 0x28, 2, 0)),
  ],
  'an export of a function that is not there': [
    'invalid',
    () => sections(TYPES, FUNCTIONS, section(7, 1, ...text('pick'), 0, 9), BODY),
  ],
  'an else outside of an if': [
    'invalid',
    () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x41, 0, 0x05, 0x41, 0)),
  ],

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

const IN_CANARY: Record<string, [RejectionCode, () => Uint8Array]> = {
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

/** Behave on the vectors, fail on the hidden argument: [reason of the roll-back, module]. */
const IN_SERVICE: Record<string, [string, () => Uint8Array]> = {
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

describe('refused at load', () => {
  for (const [name, [code, make]] of Object.entries(AT_LOAD)) {
    it(`${name}: ${code}`, () => {
      const admission = admit(make(), pick);
      assert.equal(
        'rejected' in admission ? admission.rejected : 'admitted',
        code,
        JSON.stringify(admission),
      );
    });
  }

  it('every code that a module can earn at load has a module that earns it', () => {
    const unreached = [
      'internal-error',
      'compile-failed',
      'instantiate-failed',
      'canary-host',
      'canary-result',
    ];
    const earned = new Set(
      [...Object.values(AT_LOAD), ...Object.values(IN_CANARY)].map(([code]) => code as string),
    );
    assert.deepEqual(REJECTION_CODES.filter((code) => !earned.has(code)).sort(), unreached.sort());
  });
});

describe('refused by the canary', () => {
  for (const [name, [code, make]] of Object.entries(IN_CANARY)) {
    it(`${name}: ${code}`, () => {
      const admission = admit(make(), pick);
      assert.equal(
        'rejected' in admission ? admission.rejected : 'admitted',
        code,
        JSON.stringify(admission),
      );
    });
  }

  it('a vector that comes with the module is held against it', () => {
    const admission = admit(good, pick, { vectors: [{ args: [1, 2, 3], expect: 4 }] });
    assert.equal('rejected' in admission && admission.rejected, 'canary-result');
  });
});

describe('contained in service', () => {
  for (const [name, [reason, make]] of Object.entries(IN_SERVICE)) {
    it(`${name}: rolled back (${reason}), and the same call answered by the module before`, () => {
      const news: string[] = [];
      const runtime = new HookRuntime({
        listener: { onTransition: (_slot, transition, why) => news.push(`${transition} ${why}`) },
      });
      const admitted = (bytes: Uint8Array) => {
        const admission = runtime.admit(pick, bytes);
        assert.ok('admitted' in admission, JSON.stringify(admission));
        return admission.admitted;
      };
      const slot = runtime.slot(pick);
      const before = admitted(good);
      slot.stage(before);
      for (let i = 0; i < 100; i++) slot.call(5, 50, 0);
      slot.stage(admitted(make()));
      assert.equal(slot.call(5, 50, 0), 50);
      assert.equal(slot.call(HIDDEN, 51, 0), 51);
      assert.equal(slot.activeHash, before.hash);
      assert.equal(slot.call(5, 52, 0), 52);
      assert.equal(news.at(-1), `rolled-back ${reason}`);
      assert.deepEqual(slot.copyState().state, new Uint8Array(64));
    });
  }
});

describe('the meter against tricks', () => {
  const run = (bytes: Uint8Array, ...args: [number, number, number]) => {
    const admission = admit(bytes, pick);
    assert.ok('admitted' in admission, JSON.stringify(admission));
    const { admitted } = admission;
    const result = admitted.entry(...args);
    return { result, fuel: PICK_FUEL - admitted.fuelLeft };
  };

  it('code after unreachable, with loops and stores on a stack of no type, stays valid', () => {
    const { result } = run(
      pickModule(`(block $out (br $out)
        (loop $l unreachable i32.store f64.store (drop (f64.copysign)) memory.fill (br_if $l)))
        (i32.const 3)`),
      1,
      2,
      3,
    );
    assert.equal(result, 3);
  });

  it('a custom section between any two others changes nothing', () => {
    const custom = [0, 3, 1, 0x78, 7];
    const parts = [TYPES, FUNCTIONS, EXPORTS, BODY];
    const bytes = sections(custom, ...parts.flatMap((part) => [part, custom]));
    assert.deepEqual(run(bytes, 0, 0, 0), run(sections(...parts), 0, 0, 0));
  });

  it('padded numbers mean the same as short ones', () => {
    // local.get 0 with its index in five bytes; the counts of bodies and of locals padded too.
    const body = [0x80, 0x80, 0x00, 0x20, 0x80, 0x80, 0x80, 0x80, 0x00, 0x0b];
    const code = [10, body.length + 4, 0x81, 0x80, 0x00, body.length, ...body];
    assert.equal(run(sections(TYPES, FUNCTIONS, EXPORTS, code), 9, 0, 0).result, 9);
  });

  it('a data count section without data is dropped', () => {
    const bytes = sections(TYPES, FUNCTIONS, section(5, 1, 1, 1, 1), EXPORTS, section(12, 0), BODY);
    assert.equal(run(bytes, 0, 0, 0).result, 0);
  });

  it('the same import twice is one function to the core and two to the module', () => {
    const bytes = own(`(import "core" "double" (func $x (param i32) (result i32)))
      (import "core" "double" (func $y (param i32) (result i32)))
      (func (export "pick") (param i32 i32 i32) (result i32) (call $x (call $y (i32.and (local.get 1) (i32.const 15)))))`);
    const { result, fuel } = run(bytes, 0, 7, 0);
    assert.equal(result, 28, 'fuel is charged for each call');
    assert.equal(fuel, 1 + 3 + 2 * (5 + 50));
  });

  it('an import sees the canonical NaN only, through its shim', () => {
    const bytes = own(`(import "core" "round" (func $r (param f64) (result i32)))
      (func (export "pick") (param i32 i32 i32) (result i32) (call $r (f64.const 3.6)))`);
    assert.equal(run(bytes, 0, 0, 0).result, 4);
  });

  it('blocks with parameters and several results keep their values', () => {
    const bytes = pickModule(`(local.get $a) (local.get $b)
      (loop $l (param i32 i32) (result i32 i32)
        (local.set $c (i32.add (local.get $c) (i32.const 1)))
        (br_if $l (i32.lt_s (local.get $c) (i32.const 5))))
      i32.sub (i32.const 999) i32.and`);
    assert.equal(run(bytes, 9, 2, 0).result, 7 & 999);
  });

  it('fuel is exact at the edge: a budget that fits by one unit runs, one less does not', () => {
    // `$a` is the hidden argument, so that the canary does not loop.
    const body = hiding('(loop $l (br_if $l (local.tee $b (i32.sub (local.get $b) (i32.const 1)))))');
    const bytes = pickModule(body);
    const one = run(bytes, HIDDEN, 1, 0).fuel;
    const perRound = run(bytes, HIDDEN, 2, 0).fuel - one;
    assert.equal(perRound, 6);
    const most = 1 + Math.floor((PICK_FUEL - one) / perRound);
    assert.equal(run(bytes, HIDDEN, most, 0).fuel, one + (most - 1) * perRound);
    assert.throws(() => run(bytes, HIDDEN, most + 1, 0), /unreachable/);
  });
});
