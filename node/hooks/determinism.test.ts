/**
 * The same calls make the same decisions: however many threads the slots are spread over, in whatever order the
 * relays come, on every version of Node.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { hiding, pick, pickModule } from '../testing/pick-hook.ts';
import { HookRuntime } from './hook-runtime.ts';

const RELAYS = 24;
const CALLS = 320;

const LATE = '(i32.gt_u (i32.load (i32.const 68)) (i32.const 150))';
const COUNT = '(i32.store (i32.const 68) (i32.add (i32.load (i32.const 68)) (i32.const 1)))';
const MODULES = [
  pickModule(`${COUNT} (i32.rem_u (i32.load (i32.const 68)) (i32.const 997))`),
  pickModule(hiding('unreachable')),
  pickModule(`${COUNT} (if ${LATE} (then (loop $l (br $l)))) (i32.const 5)`),
  pickModule(`${COUNT} (if ${LATE} (then (return (i32.const -1)))) (i32.const 6)`),
  // Would remember every call of every relay, if it could: in a global, and in scratch memory.
  pickModule(
    `(if (i32.gt_u (local.get $a) (i32.const 999)) (then
       (global.set $g (i32.add (global.get $g) (i32.const 1)))
       (i32.store (i32.const 7000) (i32.add (i32.load (i32.const 7000)) (i32.const 1)))
       (return (i32.add (global.get $g) (i32.load (i32.const 7000))))))
     (i32.const 8)`,
    '(global $g (mut i32) (i32.const 0))',
  ),
  pickModule(
    `(i32.and (i32.const 511) (i32.trunc_sat_f64_s (f64.div (f64.convert_i32_s (local.get $a)) (f64.convert_i32_s (local.get $b)))))`,
  ),
];

/** A digest of all answers, transitions and states, with the slots spread over so many threads. */
function digest(threads: number, backwards: boolean): string {
  const news = Array.from({ length: RELAYS }, () => createHash('sha256'));
  const runtimes = Array.from(
    { length: threads },
    () =>
      new HookRuntime({
        listener: {
          onTransition: (slot, transition, reason, hash) => {
            news[slot.owner as number].update(`${transition} ${reason} ${hash}\n`);
          },
        },
      }),
  );
  const slots = Array.from({ length: RELAYS }, (_, relay) => runtimes[relay % threads].slot(pick, relay));
  const order = slots.map((_, relay) => (backwards ? RELAYS - 1 - relay : relay));
  for (let call = 0; call < CALLS; call++) {
    for (const relay of order) {
      if (call % 80 === 0) {
        const module = MODULES[(call / 80 + relay) % MODULES.length];
        const admission = runtimes[relay % threads].admit(pick, module);
        assert.ok('admitted' in admission, JSON.stringify(admission));
        slots[relay].stage(admission.admitted);
      }
      const a = Math.imul(call * 31 + relay, 0x9e3779b1) >> 20;
      const answer = slots[relay].call(call % 97 === 96 ? 77 : a, relay - 7, call);
      news[relay].update(`${answer} `);
    }
  }
  const all = createHash('sha256');
  for (const [relay, hash] of news.entries())
    all.update(hash.digest()).update(slots[relay].copyState().state);
  return all.digest('hex').slice(0, 16);
}

describe('determinism', () => {
  it('decisions do not depend on the number of threads, or on the order of the relays', () => {
    const one = digest(1, false);
    assert.equal(digest(1, false), one);
    assert.equal(digest(3, false), one);
    assert.equal(digest(RELAYS, false), one);
    assert.equal(digest(2, true), one);
  });

  it('decisions are those that every version of Node has made so far', () => {
    assert.equal(digest(1, false), 'f8f130b24131f105');
  });
});
