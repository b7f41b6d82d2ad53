import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CellFlag, CircuitState, cellAdmission } from '../node/hooks/catalogue/cell-admission.ts';
import { CELL, RELAY } from '../node/hooks/catalogue/cell-commands.ts';
import { connectionLimit } from '../node/hooks/catalogue/connection-limit.ts';
import type { AnyHook } from '../node/hooks/define-hook.ts';
import { HookRuntime } from '../node/hooks/hook-runtime.ts';
import { buildUpdate } from './build.ts';

interface Caller {
  call(...args: number[]): number;
}

/** A slot with an ordinary past, into which the module is staged; `reason` and `call` of its end. */
async function end(hook: AnyHook, name: string, call: (slot: Caller) => number, calls: number) {
  let count = 0;
  const news: string[] = [];
  const runtime = new HookRuntime({
    listener: {
      onTransition: (_slot, transition, reason) => {
        if (transition !== 'staged' && transition !== 'quarantined')
          news.push(`${transition} ${reason} ${count}`);
      },
    },
  });
  const { wasm } = await buildUpdate(name);
  const admission = runtime.admit(hook, wasm);
  assert.ok('admitted' in admission, `the canary must not see it: ${JSON.stringify(admission)}`);
  const slot = runtime.slot(hook) as unknown as Caller & {
    stage: ReturnType<HookRuntime['slot']>['stage'];
    activeHash: string | null;
  };
  for (let i = 0; i < 2000; i++) call(slot);
  slot.stage(admission.admitted);
  let harm = 0;
  for (count = 1; count <= calls; count++) if (call(slot) !== 0) harm++;
  return { news, harm, activeHash: slot.activeHash };
}

const dataCell = (slot: Caller) =>
  slot.call(
    CELL.relay,
    RELAY.data,
    CircuitState.open,
    CellFlag.recognized | CellFlag.fromClient | CellFlag.knownStream,
  );

describe('bad modules', () => {
  for (const [name, ending, harm] of [
    ['bad-trap', ['activated reached 1', 'rolled-back trap 2'], 0],
    ['bad-loop', ['activated reached 1', 'rolled-back fuel 2'], 0],
    // Eleven answers of a thousand are more than the tolerance of ten; the first cell passed.
    ['bad-output', ['activated reached 1', 'rolled-back health 12'], 11],
    ['bad-call-1000', ['activated reached 1', 'rolled-back trap 1000'], 0],
  ] as const) {
    it(`${name}: ${ending.at(-1)}; ${harm} cells come to harm`, async () => {
      const found = await end(cellAdmission, name, dataCell, 4000);
      assert.deepEqual(found.news, ending);
      assert.equal(found.harm, harm);
      assert.equal(found.activeHash, null);
    });
  }

  it('bad-flapping: confirmed, forgiven twice, and taken out for the third fault within a thousand calls', async () => {
    let cells = 0;
    const everyFourHundredth = (slot: Caller) => {
      const relay = ++cells % 400 === 0 ? RELAY.sendme : RELAY.data;
      return slot.call(CELL.relay, relay, CircuitState.open, CellFlag.recognized);
    };
    const { news, harm } = await end(cellAdmission, 'bad-flapping', everyFourHundredth, 4000);
    assert.deepEqual(news, [
      'activated reached 1',
      'confirmed trial-passed 1000',
      'struck trap 1600',
      'struck trap 2000',
      'rolled-back trap 2400',
    ]);
    assert.equal(harm, 0, 'each failed call was answered by the default');
  });

  it('bad-leak: passes its trial, and is taken out when it fails too often', async () => {
    const { news, harm, activeHash } = await end(cellAdmission, 'bad-leak', dataCell, 4000);
    assert.deepEqual(news.slice(0, 2), ['activated reached 1', 'confirmed trial-passed 1000']);
    assert.match(news[2], /^rolled-back health/);
    assert.equal(activeHash, null);
    assert.ok(harm < 40, `${harm} cells of 4,000 came to harm`);
  });

  it('bad-state: the corrupt state never reaches the relay', async () => {
    const { news, harm } = await end(connectionLimit, 'bad-state', (slot) => slot.call(1, 0, 5), 10);
    assert.deepEqual(news, ['activated reached 1', 'rolled-back state 2']);
    assert.equal(harm, 0);
  });
});
