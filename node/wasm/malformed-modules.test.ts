/**
 * Malformed and invalid binaries, bred by rule from good ones: every cut, every lost and doubled byte, every number
 * padded and overlong, every kind of bad UTF-8, every instruction on operands of a wrong type.
 *
 * What the engine's validator calls invalid must be refused, with a typed code, and nothing may break down.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pick, pickModule } from '../testing/pick-hook.ts';
import { wat } from '../testing/wat.ts';
import { admit } from './admit.ts';
import { wasmEngine } from './engine.ts';
import { isBinary, TYPE_CODE } from './opcodes.ts';
import { REJECTION_CODES } from './rejection.ts';

const DEFECTS = ['internal-error', 'compile-failed', 'instantiate-failed'];

/** The rejection code, or `admitted`; fails on a defect, and on an invalid module that was let through. */
function verdict(bytes: Uint8Array, what: string): string {
  const admission = admit(bytes, pick);
  if ('admitted' in admission) {
    assert.ok(wasmEngine.validate(bytes), `${what}: invalid and admitted`);
    return 'admitted';
  }
  assert.ok(REJECTION_CODES.includes(admission.rejected), what);
  assert.ok(!DEFECTS.includes(admission.rejected), `${what}: ${admission.rejected}: ${admission.detail}`);
  return admission.rejected;
}

/** One of everything: imports, table, memory, globals, element and data segments, loops, floats, custom sections. */
const everything = wat(`(module
  (import "core" "double" (func $double (param i32) (result i32)))
  (import "core" "memory" (memory 1 1))
  (type $leaf (func (param i32) (result i32)))
  (table 2 2 funcref) (elem (i32.const 0) $leaf $leaf)
  (global $g (mut i64) (i64.const 5)) (global $h f64 (f64.const 2.5))
  (data (i32.const 4096) "some data") (data (i32.const 6000) "more")
  (func $leaf (type $leaf) (i32.mul (local.get 0) (i32.const 3)))
  (func (export "migrate") (param i32) (result i32) (i32.const 0))
  (func (export "pick") (param $a i32) (param $b i32) (param $c i32) (result i32) (local $x f64) (local $y i64)
    (local.set $x (f64.add (global.get $h) (f64.convert_i32_s (local.get $a))))
    (global.set $g (i64.reinterpret_f64 (local.get $x)))
    (block $out (loop $again
      (br_table $out $again $out (local.get $c))))
    (memory.copy (i32.const 8192) (i32.const 4096) (i32.const 9))
    (f64.store (i32.const 9000) (local.get $x))
    (i32.and (i32.const 255) (i32.add (call $double (local.get $b))
      (call_indirect (type $leaf) (i32.load8_u (i32.const 8193)) (i32.and (local.get $a) (i32.const 1)))))))`);

const SMALL = pickModule('(i32.const 1)');

/** Where the sections of a binary lie: id, its length field, its content. */
function sectionsOf(bytes: Uint8Array): { id: number; lengthAt: number; from: number; to: number }[] {
  const sections: { id: number; lengthAt: number; from: number; to: number }[] = [];
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at];
    let from = at + 1;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[from++];
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    sections.push({ id, lengthAt: at + 1, from, to: from + length });
    at = from + length;
  }
  return sections;
}

/** Replaces a section's content (a length below 128 is assumed). */
function withSection(bytes: Uint8Array, id: number, change: (content: number[]) => number[]): Uint8Array {
  const out = [...bytes.subarray(0, 8)];
  for (const section of sectionsOf(bytes)) {
    const content = [...bytes.subarray(section.from, section.to)];
    const changed = section.id === id ? change(content) : content;
    out.push(section.id, (changed.length & 0x7f) | 0x80, changed.length >>> 7, ...changed);
  }
  return Uint8Array.from(out);
}

describe('binaries bred from good ones', () => {
  it('the good ones are admitted', () => {
    assert.equal(verdict(everything, 'everything'), 'admitted');
    assert.equal(
      verdict(
        withSection(everything, -1, (content) => content),
        'with padded lengths',
      ),
      'admitted',
    );
    assert.equal(verdict(SMALL, 'small'), 'admitted');
  });

  it('cut off at every byte', () => {
    for (let end = 0; end < everything.length; end++) {
      const found = verdict(everything.slice(0, end), `cut at ${end}`);
      assert.notEqual(found, 'admitted', `cut at ${end}`);
    }
  });

  it('without each byte, and with each byte twice', () => {
    for (let at = 0; at < everything.length; at++) {
      const bytes = [...everything];
      verdict(Uint8Array.from(bytes.toSpliced(at, 1)), `without byte ${at}`);
      verdict(Uint8Array.from(bytes.toSpliced(at, 0, bytes[at])), `byte ${at} twice`);
    }
  });

  it('with every value in every byte of a small one', () => {
    for (let at = 0; at < SMALL.length; at++) {
      for (let value = 0; value < 256; value++) {
        const bytes = SMALL.slice();
        bytes[at] = value;
        verdict(bytes, `byte ${at} is ${value}`);
      }
    }
  });

  it('with every section longer and shorter by one than it says', () => {
    for (const { id, lengthAt } of sectionsOf(SMALL)) {
      for (const by of [-1, 1]) {
        const bytes = SMALL.slice();
        bytes[lengthAt] += by;
        assert.notEqual(verdict(bytes, `section ${id} ${by}`), 'admitted');
      }
    }
  });

  it('with two sections exchanged', () => {
    const sections = sectionsOf(everything).map(({ lengthAt, to }) => everything.subarray(lengthAt - 1, to));
    for (let i = 0; i < sections.length; i++) {
      for (let k = i + 1; k < sections.length; k++) {
        const order = [...sections];
        [order[i], order[k]] = [order[k], order[i]];
        const bytes = Buffer.concat([everything.subarray(0, 8), ...order]);
        assert.notEqual(verdict(bytes, `sections ${i} and ${k}`), 'admitted');
      }
    }
  });

  it('with sections that nobody has defined', () => {
    for (let id = 13; id < 256; id++) {
      const bytes = Uint8Array.from([...SMALL, id, 0]);
      assert.notEqual(verdict(bytes, `section ${id}`), 'admitted');
    }
  });
});

describe('numbers', () => {
  /** The value 5 in `bytes` bytes, with the unused bits of the last as given. */
  const padded = (bytes: number, last: number) => [0x85, ...Array<number>(bytes - 2).fill(0x80), last];
  const constant = (opcode: number, number: number[]) =>
    withSection(SMALL, 10, () => {
      // Of three parameters to one result: a constant that is dropped, and a 1.
      const body = [0, opcode, ...number, 0x1a, 0x41, 1, 0x0b];
      return [1, body.length, ...body];
    });

  it('an i32 may have five bytes, if the unused bits repeat the sign, and no more', () => {
    assert.equal(verdict(constant(0x41, padded(5, 0x00)), 'five bytes'), 'admitted');
    for (const last of [0x10, 0x20, 0x40, 0x08, 0x70]) {
      assert.notEqual(verdict(constant(0x41, padded(5, last)), `last byte ${last}`), 'admitted');
    }
    assert.notEqual(verdict(constant(0x41, padded(6, 0)), 'six bytes'), 'admitted');
  });

  it('an i64 may have ten bytes, if the unused bits repeat the sign, and no more', () => {
    assert.equal(verdict(constant(0x42, padded(10, 0x00)), 'ten bytes'), 'admitted');
    for (const last of [0x01, 0x02, 0x40, 0x7e]) {
      assert.notEqual(verdict(constant(0x42, padded(10, last)), `last byte ${last}`), 'admitted');
    }
    assert.notEqual(verdict(constant(0x42, padded(11, 0)), 'eleven bytes'), 'admitted');
  });

  it('an index may have five bytes, if the unused bits are zero, and no more', () => {
    const localGet = (number: number[]) =>
      withSection(SMALL, 10, () => {
        const body = [0, 0x20, ...number, 0x1a, 0x41, 1, 0x0b];
        return [1, body.length, ...body];
      });
    assert.equal(verdict(localGet([0x81, 0x80, 0x80, 0x80, 0x00]), 'five bytes'), 'admitted');
    for (const last of [0x10, 0x70, 0x40]) {
      assert.notEqual(verdict(localGet([0x81, 0x80, 0x80, 0x80, last]), `last byte ${last}`), 'admitted');
    }
    assert.notEqual(verdict(localGet([0x81, 0x80, 0x80, 0x80, 0x80, 0x00]), 'six bytes'), 'admitted');
  });
});

describe('names', () => {
  const BAD_UTF8: Record<string, number[]> = {
    'a continuation without a start': [0x80],
    'a start without a continuation': [0xc3],
    'a start and an ASCII letter': [0xc3, 0x28],
    'an overlong slash in two bytes': [0xc0, 0xaf],
    'an overlong slash in three bytes': [0xe0, 0x80, 0xaf],
    'an overlong slash in four bytes': [0xf0, 0x80, 0x80, 0xaf],
    'a surrogate': [0xed, 0xa0, 0x80],
    'beyond U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
    'five bytes': [0xf8, 0x88, 0x80, 0x80, 0x80],
    'a byte that never occurs': [0xff],
    'three bytes cut off': [0xe2, 0x82],
  };

  for (const [what, name] of Object.entries(BAD_UTF8)) {
    it(`${what}: refused wherever a name stands`, () => {
      const inExport = withSection(SMALL, 7, () => [1, name.length, ...name, 0, 0]);
      const inImport = withSection(everything, 2, (content) => {
        // The first import's names are "core" and "double".
        return [content[0], name.length, ...name, ...content.slice(6)];
      });
      const inField = withSection(everything, 2, (content) => [
        ...content.slice(0, 6),
        name.length,
        ...name,
        ...content.slice(13),
      ]);
      const inCustom = Uint8Array.from([...SMALL, 0, name.length + 1, name.length, ...name]);
      for (const bytes of [inExport, inImport, inField, inCustom])
        assert.equal(verdict(bytes, what), 'malformed');
    });
  }
});

describe('instructions', () => {
  const TYPES = Object.values(TYPE_CODE);
  const CONSTANTS: Record<number, number[]> = {
    [TYPE_CODE.i32]: [0x41, 1],
    [TYPE_CODE.i64]: [0x42, 1],
    [TYPE_CODE.f32]: [0x43, 0, 0, 0x80, 0x3f],
    [TYPE_CODE.f64]: [0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
  };

  it('every numeric instruction takes operands of one type and refuses the three others', () => {
    for (let opcode = 0x45; opcode <= 0xc4; opcode++) {
      let admittedTypes = 0;
      for (const type of TYPES) {
        const operand = CONSTANTS[type];
        const operands = isBinary(opcode) ? [...operand, ...operand] : operand;
        const bytes = withSection(SMALL, 10, () => {
          const body = [0, ...operands, opcode, 0x1a, 0x41, 1, 0x0b];
          return [1, body.length, ...body];
        });
        if (verdict(bytes, `opcode ${opcode} on type ${type}`) === 'admitted') admittedTypes++;
      }
      assert.equal(admittedTypes, 1, `opcode 0x${opcode.toString(16)}`);
    }
  });

  it('no instruction takes its operands from an empty stack', () => {
    for (let opcode = 0x45; opcode <= 0xc4; opcode++) {
      const bytes = withSection(SMALL, 10, () => [1, 6, 0, opcode, 0x1a, 0x41, 1, 0x0b]);
      assert.equal(verdict(bytes, `opcode ${opcode}`), 'invalid');
    }
  });

  it('every single opcode, and every one behind each prefix, is refused or valid', () => {
    for (let opcode = 0; opcode < 256; opcode++) {
      for (const rest of [[], [0], [0, 0], [0x40], [0x7f], [1, 0, 0]]) {
        for (const prefix of [[], [0xfb], [0xfc], [0xfd], [0xfe]]) {
          const body = [0, ...prefix, opcode, ...rest, 0x41, 1, 0x0b];
          verdict(
            withSection(SMALL, 10, () => [1, body.length, ...body]),
            `${prefix} ${opcode} ${rest}`,
          );
        }
      }
    }
  });
});
