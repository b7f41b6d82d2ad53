import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defineHook } from '../hooks/define-hook.ts';
import { i32, mutableBytes } from '../hooks/parameter.ts';
import { pick, pickModule } from '../testing/pick-hook.ts';
import { wat } from '../testing/wat.ts';
import { admit } from './admit.ts';
import type { ModuleInterface } from './module-interface.ts';
import type { ModuleVersion } from './module-version.ts';

function admitted(bytes: Uint8Array, hook: ModuleInterface = pick): ModuleVersion {
  const admission = admit(bytes, hook);
  assert.ok('admitted' in admission, JSON.stringify(admission));
  return admission.admitted;
}

function rejection(bytes: Uint8Array): string {
  const admission = admit(bytes, pick);
  return 'rejected' in admission ? admission.rejected : 'admitted';
}

describe('admission', () => {
  it('runs a good module and says what it cost', () => {
    const version = admitted(pickModule('(i32.rem_u (local.get $b) (i32.const 1000))'));
    assert.equal(version.entry(1, 4321, 0), 321);
    // One for the entry, one each for local.get and i32.const, eight for the division.
    assert.equal(20000 - version.fuelLeft, 11);
    assert.deepEqual(version.facts.vectorFuel, [11, 11, 11]);
  });

  it('gives the same answer for the same bytes, whatever came between', () => {
    const good = pickModule('(i32.const 1)');
    const bad = pickModule('(loop $l br $l) (i32.const 0)');
    const first = [good, bad].map((bytes) => JSON.stringify(admit(bytes, pick)));
    assert.deepEqual(
      [good, bad].map((bytes) => JSON.stringify(admit(bytes, pick))),
      first,
    );
  });

  it('refuses an invalid module that would become valid, and set its own fuel, once rewritten', () => {
    // global.set 0 without any global of its own: the fuel global would take index 0.
    const body = [0x00, 0x41, 0xc0, 0x84, 0x3d, 0x24, 0x00, 0x41, 0x01, 0x0b];
    const bytes = Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...[1, 8, 1, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f],
      ...[3, 2, 1, 0],
      ...[7, 8, 1, 4, ...Buffer.from('pick'), 0, 0],
      ...[10, body.length + 2, 1, body.length, ...body],
    ]);
    assert.equal(rejection(bytes), 'invalid');
  });

  it('ends an endless loop by fuel, not by time', () => {
    const version = admitted(
      pickModule('(loop $l (br_if $l (i32.eq (local.get $a) (i32.const 77)))) (i32.const 0)'),
    );
    assert.throws(() => version.entry(77, 0, 0), /unreachable/);
    assert.ok(version.fuelLeft < 0);
    assert.equal(version.entry(1, 0, 0), 0, 'the next call has its full fuel again');
  });

  it('charges memory.fill by its length', () => {
    const version = admitted(
      pickModule('(memory.fill (i32.const 4096) (i32.const 1) (local.get $a)) (i32.const 0)'),
    );
    const fuelOf = (bytes: number) => {
      version.entry(bytes, 0, 0);
      return 20000 - version.fuelLeft;
    };
    assert.equal(fuelOf(8000) - fuelOf(0), 1000);
    assert.throws(() => version.entry(0x7fffffff, 0, 0));
    assert.ok(version.fuelLeft < 0, 'a length beyond the budget runs out instead of wrapping around');
  });
});

describe('purity', () => {
  it('a module cannot remember anything in a global', () => {
    // Hidden behind a number that no vector has.
    const version = admitted(
      pickModule(
        '(if (i32.eq (local.get $a) (i32.const 77)) (then (global.set $g (i32.const 9)))) (global.get $g)',
        '(global $g (mut i32) (i32.const 1))',
      ),
    );
    assert.equal(version.entry(77, 0, 0), 9);
    assert.equal(version.entry(1, 0, 0), 1);
  });

  it('a module cannot remember anything in its scratch memory', () => {
    for (const [store, load, bytes] of [
      ['i32.store8', 'i32.load8_u', 1],
      ['i32.store', 'i32.load', 4],
      ['i64.store', 'i64.load', 8],
      ['f64.store', 'f64.load', 8],
    ] as const) {
      const type = store.slice(0, 3);
      const one = `(${type}.const 1)`;
      const seen = type === 'i32' ? '' : type === 'i64' ? 'i32.wrap_i64' : 'i32.trunc_sat_f64_s';
      const read = seen === '' ? `(${load} (local.get $b))` : `(${seen} (${load} (local.get $b)))`;
      const version = admitted(
        pickModule(
          `(if (i32.eq (local.get $a) (i32.const 77)) (then (${store} (local.get $b) ${one}))) (if (result i32) (i32.eq (local.get $c) (i32.const 77)) (then ${read}) (else (i32.const 0)))`,
        ),
      );
      for (let at = 0; at + bytes <= 65536; at += at < 4200 || at > 65000 ? 1 : 97) {
        if (at + bytes > 64 && at < 128) continue; // the state is the host's business
        assert.equal(version.entry(77, at, 77), 1, `${store} at ${at}`);
        assert.equal(version.entry(1, at, 77), 0, `${store} at ${at} is still there`);
      }
    }
  });

  it('a store at a constant address is let off its mark only if all of it lies in the state', () => {
    for (const at of [0, 57, 60, 61, 63, 64, 72, 120, 121, 124, 127, 128, 2041, 2047, 2048]) {
      const version = admitted(
        pickModule(
          `(if (i32.eq (local.get $a) (i32.const 77)) (then (i64.store (i32.const ${at}) (i64.const -1))))
           (if (result i32) (i32.eq (local.get $c) (i32.const 77)) (then (i32.load8_u (local.get $b))) (else (i32.const 0)))`,
        ),
      );
      version.entry(77, 0, 0);
      for (let byte = at; byte < at + 8; byte++) {
        const inState = byte >= 64 && byte < 128;
        if (!inState) assert.equal(version.entry(1, byte, 77), 0, `store at ${at}, byte ${byte}`);
      }
    }
  });

  it('gives back its data, however it was overwritten', () => {
    const body = `
      (if (i32.eq (local.get $a) (i32.const 77)) (then (memory.fill (local.get $b) (i32.const 255) (local.get $c))))
      (i32.load8_u (i32.and (local.get $b) (i32.const 0xffff)))`;
    const data =
      '(data (i32.const 4094) "abcd") (data (i32.const 2048) "x") (data (i32.const 4096) "z") (data (i32.const 65535) "!")';
    const version = admitted(pickModule(body, data));
    const byteAt = (at: number) => version.entry(1, at, 0);
    const all = () => [2048, 4094, 4095, 4096, 4097, 4098, 65535].map(byteAt);
    const wanted = [...Buffer.from('xabzd\0!')];
    assert.deepEqual(all(), wanted);
    for (const [at, length] of [
      [0, 65536],
      [4095, 1],
      [4096, 1],
      [2040, 9],
      [65535, 1],
      [2049, 2047],
    ] as const) {
      version.entry(77, at, length);
      assert.deepEqual(all(), wanted, `after ${length} bytes at ${at}`);
    }
  });

  it('the canary finds a module that counts its calls in a global', () => {
    const counting = pickModule(
      '(global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)',
      '(global $g (mut i32) (i32.const 0))',
    );
    assert.equal(rejection(counting), 'canary-impure');
  });

  it('the canary finds a module that reads scratch it never wrote', () => {
    assert.equal(rejection(pickModule('(i32.load8_u (i32.const 5000))')), 'canary-impure');
  });
});

describe('determinism', () => {
  const nan = defineHook({
    id: 'nan',
    interfaceVersion: 1,
    summary: 'For tests: bits of numbers.',
    entry: 'bits',
    parameters: [i32('which'), mutableBytes('out', 24)],
    result: 'i64',
    default: () => 0n,
    fuel: 1000,
    vectors: [{ args: [0, new Uint8Array(24)] }],
  });

  it('makes NaN canonical wherever its bits are seen', () => {
    const version = admitted(
      wat(`(module (import "core" "memory" (memory 1 1)) (func (export "bits") (param $which i32) (param $out i32) (result i64)
        (local $x f64)
        (local.set $x (f64.const -nan:0x4000000000001))
        (f64.store (local.get $out) (local.get $x))
        (f64.store (i32.const 80) (local.get $x))
        (f32.store offset=8 (local.get $out) (f32.const nan:0x200001))
        (if (result i64) (local.get $which)
          (then (i64.reinterpret_f64 (f64.copysign (f64.const 1) (local.get $x))))
          (else (i64.reinterpret_f64 (local.get $x))))))`),
      nan,
    );
    const { at, bytes } = nan.layout.buffers[0];
    assert.deepEqual([at, bytes], [64, 24], 'one store lies in the window for sure, the others may');
    assert.equal(version.entry(0, at), 0x7ff8000000000000n);
    assert.equal(version.entry(1, at), 0x3ff0000000000000n);
    const stored = Buffer.from(version.bufferWindows[0]);
    assert.equal(stored.readBigUInt64LE(0), 0x7ff8000000000000n);
    assert.equal(stored.readUInt32LE(8), 0x7fc00000);
    assert.equal(stored.readBigUInt64LE(16), 0x7ff8000000000000n);
  });
});
