/**
 * Modules that mean harm, or were written by somebody unlucky, each with the outcome it must have.
 *
 * The tables lie in node/testing/hostile-modules: refused at load, refused by the canary, admitted and then
 * contained while in service.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HookRuntime } from '../hooks/hook-runtime.ts';
import { BROKEN_BYTES } from '../testing/hostile-modules/broken-bytes.ts';
import { FAILING_CANARY } from '../testing/hostile-modules/failing-canary.ts';
import { FAILING_IN_SERVICE } from '../testing/hostile-modules/failing-in-service.ts';
import { FOREIGN_FEATURES } from '../testing/hostile-modules/foreign-features.ts';
import { GOOD } from '../testing/hostile-modules/pieces.ts';
import { WRONG_INTERFACE } from '../testing/hostile-modules/wrong-interface.ts';
import { HIDDEN, pick } from '../testing/pick-hook.ts';
import { admit } from './admit.ts';
import { REJECTION_CODES } from './rejection.ts';

const REFUSED_AT_LOAD = { ...BROKEN_BYTES, ...FOREIGN_FEATURES, ...WRONG_INTERFACE };

describe('refused at load', () => {
  for (const [name, [code, make]] of Object.entries(REFUSED_AT_LOAD)) {
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
      [...Object.values(REFUSED_AT_LOAD), ...Object.values(FAILING_CANARY)].map(([code]) => code as string),
    );
    assert.deepEqual(REJECTION_CODES.filter((code) => !earned.has(code)).sort(), unreached.sort());
  });
});

describe('refused by the canary', () => {
  for (const [name, [code, make]] of Object.entries(FAILING_CANARY)) {
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
    const admission = admit(GOOD, pick, { vectors: [{ args: [1, 2, 3], expect: 4 }] });
    assert.equal('rejected' in admission && admission.rejected, 'canary-result');
  });
});

describe('contained in service', () => {
  for (const [name, [reason, make]] of Object.entries(FAILING_IN_SERVICE)) {
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
      const before = admitted(GOOD);
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
