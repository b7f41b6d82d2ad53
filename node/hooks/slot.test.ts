import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wat } from '../testing/wat.ts';
import type { ModuleVersion } from '../wasm/module-version.ts';
import { defineHook } from './define-hook.ts';
import { HookRuntime } from './hook-runtime.ts';
import { i32, mutableBytes, u32 } from './parameter.ts';

const counter = defineHook({
  id: 'counter',
  interfaceVersion: 1,
  summary: 'For tests: counts its calls in the state.',
  entry: 'count',
  parameters: [i32('a')],
  result: 'i32',
  default: (_a, state) => -++state[0],
  check: (result) => result < 1000,
  stateBytes: 8,
  checkState: (state) => state[7] === 0,
  fuel: 5000,
  vectors: [{ args: [0] }],
  confirmAfter: 5,
  strikes: { windowCalls: 10 },
});

/** Counts in the state and answers 100 * `tag` + count; `also` sees `$a`. */
const counting = (tag: number, also = '', extra = '') =>
  wat(`(module (import "core" "memory" (memory 1 1)) ${extra}
    (func (export "count") (param $a i32) (result i32)
      (i32.store8 (i32.const 64) (i32.add (i32.load8_u (i32.const 64)) (i32.const 1)))
      ${also}
      (i32.add (i32.const ${tag * 100}) (i32.load8_u (i32.const 64)))))`);

const on = (a: number, then: string) => `(if (i32.eq (local.get $a) (i32.const ${a})) (then ${then}))`;
/** Fails in a different way for each argument; good for 0. */
const failing = (tag: number) =>
  counting(
    tag,
    on(1, 'unreachable') +
      on(2, '(loop $l br $l)') +
      on(3, '(return (i32.const 5000))') +
      on(4, '(i32.store8 (i32.const 71) (i32.const 1))') +
      on(5, '(drop (i32.load (i32.const -1)))'),
  );

function open() {
  const news: string[] = [];
  let nowMs = 0;
  const runtime = new HookRuntime({
    clock: { nowMs: () => nowMs },
    listener: {
      onTransition: (_slot, transition, reason, hash, atMs) => {
        news.push(`${transition} ${names.get(hash)} ${reason} ${atMs}`);
      },
    },
  });
  const names = new Map<string, string>();
  const load = (name: string, bytes: Uint8Array): ModuleVersion => {
    const admission = runtime.admit(counter, bytes);
    assert.ok('admitted' in admission, JSON.stringify(admission));
    names.set(admission.admitted.hash, name);
    return admission.admitted;
  };
  const setTime = (ms: number) => {
    nowMs = ms;
  };
  return { runtime, news, load, setTime, slot: runtime.slot(counter, 'relay 1') };
}

describe('slot', () => {
  it('answers with the default until a module is staged, and switches at the next call only', () => {
    const { slot, load, news, setTime } = open();
    assert.equal(slot.call(0), -1);
    slot.stage(load('A', counting(1)));
    assert.equal(slot.activeHash, null);
    setTime(7);
    assert.equal(slot.call(0), 102);
    assert.equal(slot.phase, 'trial');
    assert.deepEqual(news, ['staged A offered 0', 'activated A reached 7']);
  });

  it('waits for its time', () => {
    const { slot, load, setTime } = open();
    slot.stage(load('A', counting(1)), { notBeforeMs: 100 });
    setTime(99);
    assert.equal(slot.call(0), -1);
    setTime(100);
    assert.equal(slot.call(0), 102);
  });

  it('confirms after enough good calls', () => {
    const { slot, load, news } = open();
    slot.stage(load('A', counting(1)));
    for (let i = 0; i < 4; i++) slot.call(0);
    assert.equal(slot.phase, 'trial');
    slot.call(0);
    assert.equal(slot.phase, 'confirmed');
    assert.equal(news.at(-1), 'confirmed A trial-passed 0');
  });

  for (const [argument, reason] of [
    [1, 'trap'],
    [2, 'fuel'],
    [3, 'contract'],
    [4, 'state'],
    [5, 'trap'],
  ] as const) {
    it(`a ${reason} on trial (${argument}) rolls back and the same call is answered by the module before`, () => {
      const { slot, load, news } = open();
      const [a, b] = [load('A', counting(1)), load('B', failing(2))];
      slot.stage(a);
      for (let i = 0; i < 6; i++) slot.call(0);
      slot.stage(b);
      assert.equal(slot.call(0), 207);
      // The state goes back to what it was at the switch: the seventh call is counted again, by A.
      assert.equal(slot.call(argument), 107);
      assert.equal(slot.activeHash, a.hash);
      assert.deepEqual(news.slice(-2), [`quarantined B ${reason} 0`, `rolled-back B ${reason} 0`]);
      assert.equal(slot.stage(b), 'quarantined');
    });
  }

  it('without a module before, the default answers the failed call on the state before', () => {
    const { slot, load } = open();
    assert.equal(slot.call(0), -1);
    slot.stage(load('B', failing(2)));
    assert.equal(slot.call(1), -2);
    assert.equal(slot.activeHash, null);
  });

  it('a confirmed module survives two faults in its window and falls on the third', () => {
    const { slot, load, news } = open();
    const b = load('B', failing(2));
    slot.stage(b);
    for (let i = 0; i < 5; i++) slot.call(0);
    for (let round = 0; round < 4; round++) {
      slot.call(1);
      for (let i = 0; i < 5; i++) slot.call(0);
    }
    assert.equal(slot.activeHash, b.hash, 'never three in ten calls');
    slot.call(1);
    assert.equal(slot.activeHash, b.hash);
    slot.call(2);
    assert.equal(slot.activeHash, null);
    assert.equal(news.filter((line) => line.startsWith('struck')).length, 5);
    assert.deepEqual(news.slice(-2), ['quarantined B fuel 0', 'rolled-back B fuel 0']);
  });

  for (const [calls, isLast] of [
    [10, true],
    [11, false],
  ] as const) {
    it(`three faults in ${calls} calls are ${isLast ? 'too many' : 'let pass'} where the window is of 10`, () => {
      const { slot, load } = open();
      const module = load('A', failing(2));
      slot.stage(module);
      for (let i = 0; i < 5; i++) slot.call(0);
      for (let i = 0; i < calls; i++) slot.call(i < 2 || i === calls - 1 ? 1 : 0);
      assert.equal(slot.activeHash, isLast ? null : module.hash);
    });
  }

  it('a superseded trial leaves the confirmed module as the one to fall back to', () => {
    const { slot, load } = open();
    const [a, b, c] = [load('A', counting(1)), load('B', counting(2)), load('C', failing(3))];
    slot.stage(a);
    for (let i = 0; i < 6; i++) slot.call(0);
    slot.stage(b);
    slot.call(0);
    slot.stage(c);
    slot.call(0);
    assert.equal(slot.activeHash, c.hash);
    slot.call(1);
    assert.equal(slot.activeHash, a.hash);
  });

  it('keeps two versions at most: the third confirmed lets the first go', () => {
    const { slot, load } = open();
    const versions = [1, 2, 3].map((tag) => load(String(tag), counting(tag)));
    for (const version of versions) {
      slot.stage(version);
      for (let i = 0; i < 6; i++) slot.call(0);
    }
    assert.equal(slot.activeHash, versions[2].hash);
    assert.equal(slot.previousHash, versions[1].hash);
    slot.quarantine(versions[2].hash);
    slot.quarantine(versions[1].hash);
    assert.equal(slot.activeHash, null, 'and nobody remembers the first');
  });

  it('a revoked module is gone at once, staged or active', () => {
    const { slot, load } = open();
    const [a, b] = [load('A', counting(1)), load('B', counting(2))];
    slot.stage(a);
    slot.call(0);
    slot.stage(b);
    slot.quarantine(b.hash);
    slot.call(0);
    assert.equal(slot.activeHash, a.hash);
    slot.quarantine(a.hash);
    assert.equal(slot.activeHash, null);
    assert.equal(slot.stage(a), 'quarantined');
  });

  it('relays that share an instance do not see each other', () => {
    const { runtime, load } = open();
    const a = load('A', counting(1));
    const slots = Array.from({ length: 50 }, () => runtime.slot(counter));
    for (const slot of slots) slot.stage(a);
    for (let round = 1; round <= 3; round++) {
      for (const slot of slots) assert.equal(slot.call(0), 100 + round);
    }
  });

  it('a failed migration keeps the module out and the state as it was', () => {
    const { slot, load, news } = open();
    slot.call(0);
    const migrate = (body: string) => `(func (export "migrate") (param i32) (result i32) ${body})`;
    const wreck = '(memory.fill (i32.const 64) (i32.const 9) (i32.const 8))';
    slot.stage(load('A', counting(1, '', migrate(`${wreck} unreachable`))));
    assert.equal(slot.call(0), -2);
    slot.stage(load('B', counting(2, '', migrate(`${wreck} (i32.const 7)`))));
    assert.equal(slot.call(0), -3);
    slot.stage(load('C', counting(3, '', migrate(`${wreck} (i32.const 0)`))));
    assert.equal(slot.call(0), -4, 'a state outside the contract is no state');
    assert.deepEqual(
      news.filter((line) => line.startsWith('quarantined')),
      ['A', 'B', 'C'].map((name) => `quarantined ${name} migration 0`),
    );
    slot.stage(
      load('D', counting(4, '', migrate('(i32.store8 (i32.const 64) (i32.const 50)) (i32.const 0)'))),
    );
    assert.equal(slot.call(0), 451);
  });

  it("a stack at its end is the caller's affair, and not held against the module", () => {
    const { slot, load } = open();
    const a = load('A', counting(1));
    slot.stage(a);
    for (let i = 0; i < 6; i++) slot.call(0);
    const dig = (): void => {
      slot.call(0);
      dig();
    };
    assert.throws(dig, RangeError);
    assert.equal(slot.activeHash, a.hash);
    assert.equal(slot.quarantined.size, 0);
  });

  it('strikes on a longer trial do not count as good calls', () => {
    const { runtime } = open();
    const lenient = defineHook({
      id: 'lenient',
      interfaceVersion: 1,
      summary: 'For tests: forgives.',
      entry: 'count',
      parameters: [i32('a')],
      result: 'i32',
      default: () => -1,
      stateBytes: 8,
      fuel: 5000,
      vectors: [{ args: [0] }],
      confirmAfter: 5,
      strikes: { onTrial: 3 },
    });
    const admission = runtime.admit(lenient, failing(2));
    assert.ok('admitted' in admission);
    const slot = runtime.slot(lenient);
    slot.stage(admission.admitted);
    for (const a of [0, 1, 0, 1, 0, 0]) slot.call(a);
    assert.equal(slot.phase, 'trial', 'four good calls of six');
    slot.call(0);
    assert.equal(slot.phase, 'confirmed');
  });

  it('when the module to fall back to is revoked during a trial, its state is not given to the default', () => {
    const { slot, load } = open();
    const [a, b] = [load('A', counting(1)), load('B', failing(2))];
    slot.stage(a, { stateVersion: 4 });
    for (let i = 0; i < 6; i++) slot.call(0);
    slot.stage(b, { stateVersion: 4 });
    slot.call(0);
    slot.quarantine(a.hash);
    assert.equal(slot.call(1), -1, 'the default starts afresh');
  });
});

describe('buffers', () => {
  const scramble = defineHook({
    id: 'scramble',
    interfaceVersion: 1,
    summary: 'For tests: changes a cell.',
    entry: 'scramble',
    parameters: [u32('key'), mutableBytes('cell', 514)],
    result: 'u32',
    default: (key, cell) => {
      cell[0] ^= key;
      return cell[0];
    },
    check: (result, _key, cell) => result >= 0 && cell[513] === 0,
    fuel: 10000,
    vectors: [{ args: [1, new Uint8Array(514)] }],
  });
  const module = wat(`(module (import "core" "memory" (memory 1 1))
    (func (export "scramble") (param $key i32) (param $cell i32) (result i32)
      (i32.store8 offset=1 (local.get $cell) (local.get $key))
      (if (i32.eq (local.get $key) (i32.const 7)) (then (i32.store8 offset=513 (local.get $cell) (i32.const 1))))
      (if (i32.eq (local.get $key) (i32.const 8)) (then unreachable))
      (i32.const -1)))`);

  it('reach the caller only when the call succeeds', () => {
    const runtime = new HookRuntime();
    const slot = runtime.slot(scramble);
    const admission = runtime.admit(scramble, module);
    assert.ok('admitted' in admission, JSON.stringify(admission));
    slot.stage(admission.admitted);
    const cell = new Uint8Array(514);
    assert.equal(slot.call(5, cell), 0xffffffff, 'u32 comes back unsigned');
    assert.deepEqual([...cell.subarray(0, 3)], [0, 5, 0]);
    assert.equal(slot.call(7, cell), 7, 'the default answered');
    assert.deepEqual([...cell.subarray(0, 3)], [7, 5, 0]);
    assert.equal(slot.activeHash, null);
  });

  it('a module without a memory of its own may ignore them', () => {
    const runtime = new HookRuntime();
    const slot = runtime.slot(scramble);
    const admission = runtime.admit(
      scramble,
      wat('(module (func (export "scramble") (param i32 i32) (result i32) (i32.const 4)))'),
    );
    assert.ok('admitted' in admission, JSON.stringify(admission));
    slot.stage(admission.admitted);
    const cell = new Uint8Array(514).fill(0);
    cell[3] = 9;
    assert.equal(slot.call(5, cell), 4);
    assert.equal(cell[3], 9);
  });

  it('refuse a buffer of another length', () => {
    const runtime = new HookRuntime();
    const slot = runtime.slot(scramble);
    const admission = runtime.admit(scramble, module);
    assert.ok('admitted' in admission);
    slot.stage(admission.admitted);
    assert.throws(() => slot.call(5, new Uint8Array(513)), /cell: 513 bytes, must be 514/);
  });
});

describe('types', () => {
  it('wrong arguments do not compile', () => {
    const { slot } = open();
    const scalar: number = slot.call(1);
    assert.ok(scalar < 0);
    // @ts-expect-error: a number is wanted
    slot.call('1');
    // @ts-expect-error: one argument is wanted
    slot.call(1, 2);
  });
});
