import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wat } from '../testing/wat.ts';
import { defineHook, type Hook } from './define-hook.ts';
import { HookRuntime } from './hook-runtime.ts';
import { i32 } from './parameter.ts';

/** What the core's function does with the owner and an argument. */
type Behaviour = (owner: unknown, x: number) => number;

function open(behaviour: Behaviour) {
  const hook = defineHook({
    id: 'asking',
    interfaceVersion: 1,
    summary: 'For tests: asks the core.',
    entry: 'ask',
    parameters: [i32('x')],
    result: 'i32',
    default: () => -1,
    imports: {
      ask_core: {
        parameters: ['i32'],
        results: ['i32'],
        fuel: 100,
        run: (owner, x) => behaviour(owner, x as number),
      },
    },
    fuel: 1000,
    vectors: [{ args: [0] }],
  });
  const runtime = new HookRuntime();
  const admission = runtime.admit(
    hook,
    wat(`(module (import "core" "ask_core" (func $ask (param i32) (result i32)))
      (func (export "ask") (param i32) (result i32) (call $ask (local.get 0))))`),
  );
  assert.ok('admitted' in admission, JSON.stringify(admission));
  return { runtime, hook, version: admission.admitted };
}

describe('functions of the core', () => {
  it('know for whom the module runs; in the canary for nobody', () => {
    const owners: unknown[] = [];
    const { runtime, hook, version } = open((owner, x) => {
      owners.push(owner);
      return x + 1;
    });
    assert.deepEqual(owners, [null, null]);
    const slots = ['a', 'b'].map((owner) => runtime.slot(hook, owner));
    for (const slot of slots) slot.stage(version);
    assert.deepEqual(
      slots.map((slot) => slot.call(41)),
      [42, 42],
    );
    assert.deepEqual(owners.slice(2), ['a', 'b']);
  });

  it('are asked with every one of repeated calls', () => {
    let asked = 0;
    const { runtime, hook, version } = open((owner) => (owner === 'a' ? ++asked : 0));
    const slot = runtime.slot(hook, 'a');
    slot.stage(version);
    slot.repeat(7, 0);
    assert.equal(asked, 7);
  });

  it('that throw are a fault of the call, whatever they throw', () => {
    for (const thrown of [new Error('no'), new RangeError('no'), 'no', null]) {
      const { runtime, hook, version } = open((_owner, x) => {
        if (x === 7) throw thrown;
        return x;
      });
      const slot = runtime.slot(hook);
      slot.stage(version);
      assert.equal(slot.call(7), -1);
      assert.deepEqual([...slot.quarantined.values()], ['host-error']);
    }
  });

  it('cannot call the hook whose module called them', () => {
    let again: ((x: number) => number) | null = null;
    const { runtime, hook, version } = open((_owner, x) => (again !== null && x === 7 ? again(x) : x));
    const slot = runtime.slot(hook as Hook<typeof hook.parameters, 'i32'>);
    slot.stage(version);
    slot.call(1);
    again = (x) => slot.call(x);
    assert.equal(slot.call(7), -1, 'the default answers both');
  });
});
