import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BODY,
  EXPORTS,
  FUNCTIONS,
  own,
  section,
  sections,
  TYPES,
} from '../testing/hostile-modules/pieces.ts';
import { HIDDEN, hiding, PICK_FUEL, pick, pickModule } from '../testing/pick-hook.ts';
import { admit } from './admit.ts';

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

  it('a budget may be used up to the last unit', () => {
    const left = Array.from({ length: 6 }, (_unused, more) => {
      const loop = '(loop $l (br_if $l (local.tee $b (i32.sub (local.get $b) (i32.const 1)))))';
      const bytes = pickModule(hiding(`${'(nop)'.repeat(more)} ${loop}`));
      const one = run(bytes, HIDDEN, 1, 0).fuel;
      const most = 1 + Math.floor((PICK_FUEL - one) / 6);
      return PICK_FUEL - run(bytes, HIDDEN, most, 0).fuel;
    });
    assert.deepEqual(left.toSorted(), [0, 1, 2, 3, 4, 5]);
  });
});
