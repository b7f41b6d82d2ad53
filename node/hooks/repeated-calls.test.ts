import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wat } from '../testing/wat.ts';
import type { ModuleVersion } from '../wasm/module-version.ts';
import { defineHook } from './define-hook.ts';
import { HookRuntime } from './hook-runtime.ts';
import { i32 } from './parameter.ts';
import type { HookSlot } from './slot.ts';

const hook = defineHook({
  id: 'judge',
  interfaceVersion: 1,
  summary: 'For tests: answers with its argument.',
  entry: 'judge',
  parameters: [i32('a')],
  result: 'i32',
  default: (a, state) => a + state[0],
  check: (result) => result < 100,
  stateBytes: 4,
  health: { penalty: (answer, a) => Math.abs(answer - a), tolerance: 3, defaultIsPerfect: true },
  fuel: 5000,
  vectors: [{ args: [0] }],
  confirmAfter: 6,
  strikes: { windowCalls: 10 },
});

const answering = (body: string, memory = '') =>
  wat(`(module ${memory} (func (export "judge") (param $a i32) (result i32) ${body}))`);
const MEMORY = '(import "core" "memory" (memory 1 1))';

const modules: Readonly<Record<string, Uint8Array>> = {
  'what it is given': answering('(local.get $a)'),
  'one more, which is within what may be wrong': answering('(i32.add (local.get $a) (i32.const 1))'),
  'five more, which is too wrong': answering('(i32.add (local.get $a) (i32.const 5))'),
  'what is against the contract, above 7': answering(
    '(if (result i32) (i32.gt_s (local.get $a) (i32.const 7)) (then (i32.const 100)) (else (local.get $a)))',
  ),
  'a trap, above 7': answering(
    '(if (i32.gt_s (local.get $a) (i32.const 7)) (then unreachable)) (local.get $a)',
  ),
  'one more each time': answering(
    `(i32.store8 (i32.const 64) (i32.add (i32.load8_u (i32.const 64)) (i32.const 1)))
     (i32.add (local.get $a) (i32.load8_u (i32.const 64)))`,
    MEMORY,
  ),
};

/** A slot with all that came of it, and how often each module was run. */
function open() {
  const news: string[] = [];
  const runtime = new HookRuntime({
    listener: {
      onTransition: (slot, transition, reason, hash) =>
        news.push(
          `${transition} ${reason} ${hash} ${(slot as HookSlot).phase} ${JSON.stringify((slot as HookSlot).health)}`,
        ),
    },
  });
  let runs = 0;
  const load = (name: string): ModuleVersion => {
    const admission = runtime.admit(hook, modules[name]!);
    assert('admitted' in admission, `${name}: ${JSON.stringify(admission)}`);
    const { admitted } = admission;
    const { entry } = admitted;
    const counted: ModuleVersion['entry'] = (...args) => {
      runs++;
      return entry(...args);
    };
    return Object.assign(admitted, { entry: counted });
  };
  const slot = runtime.slot(hook);
  const seen = () => ({ news, health: slot.health, phase: slot.phase, ...slot.copyState() });
  return { slot, load, seen, runs: () => runs };
}

describe('repeated calls', () => {
  for (const before of [null, ...Object.keys(modules)]) {
    for (const name of Object.keys(modules)) {
      it(`are as so many calls: ${name}${before === null ? '' : `, after ${before}`}`, () => {
        for (const [first, second] of [
          [0, 0],
          [0, 9],
          [9, 0],
        ]) {
          for (let times = 0; times <= 16; times++) {
            const [one, other] = [open(), open()];
            const both = [one, other];
            if (before !== null) for (const { slot, load } of both) slot.stage(load(before));
            if (before !== null) for (const { slot } of both) for (let i = 0; i < 7; i++) slot.call(first);
            for (const { slot, load } of both) slot.stage(load(name));
            for (let i = 0; i < times; i++) one.slot.call(second);
            other.slot.repeat(times, second);
            assert.deepEqual(other.seen(), one.seen(), `${times} times`);
            assert.equal(one.slot.call(first), other.slot.call(first));
          }
        }
      });
    }
  }

  it('run a module without memory until it has answered well once, and one with memory each time', () => {
    const runsOf = (name: string): number => {
      const { slot, load, runs } = open();
      slot.stage(load(name));
      slot.repeat(1, 0);
      const before = runs();
      slot.repeat(50, 0);
      return runs() - before;
    };
    assert.equal(runsOf('what it is given'), 1);
    assert.equal(runsOf('one more, which is within what may be wrong'), 1);
    const { slot, load, runs } = open();
    slot.stage(load('one more each time'));
    slot.repeat(3, 0);
    assert.equal(runs(), 3);
  });
});
