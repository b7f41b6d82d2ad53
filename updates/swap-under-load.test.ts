import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cellAdmission } from '../node/hooks/catalogue/cell-admission.ts';
import { circuitScheduling } from '../node/hooks/catalogue/circuit-scheduling.ts';
import { flowWindow } from '../node/hooks/catalogue/flow-window.ts';
import type { AnyHook } from '../node/hooks/define-hook.ts';
import { FIXED_FLOW } from '../node/relay/circuit-window.ts';
import type { ExchangeReport } from '../node/relay/exchange.ts';
import { OnionWorld } from '../node/testing/onion-world.ts';
import { buildUpdate } from './build.ts';

const DOWN_BYTES = 3_000_000;
const UP_BYTES = 2_000_000;

async function stager(world: OnionWorld, hook: AnyHook, update: string): Promise<() => string> {
  const { wasm } = await buildUpdate(update);
  const admission = world.runtime.admit(hook, wasm);
  assert.ok('admitted' in admission, update);
  const { admitted } = admission;
  return () => {
    for (const { core } of world.relays) core.slot(hook as never).stage(admitted);
    return admitted.hash;
  };
}

/** Counts the cells that are sent to each relay and to the client, by the fingerprint (null: the client). */
function countSent(world: OnionWorld): Map<string | null, number> {
  const sent = new Map<string | null, number>();
  for (const link of world.network.links) {
    for (const end of [link, link.other!]) {
      end.tap = () => {
        sent.set(end.peer, (sent.get(end.peer) ?? 0) + 1);
        return true;
      };
    }
  }
  return sent;
}

describe('a swap under load', () => {
  for (const [update, reason, places] of [
    ['bad-trap', 'trap', [0, 1, 2]],
    ['bad-loop', 'fuel', [0, 1, 2]],
    ['bad-call-1000', 'trap', [0, 1, 2]],
    // It fails at SENDMEs, which nobody but the exit can tell from other cells.
    ['bad-flapping', 'trap', [2]],
  ] as const) {
    it(`${update} in mid-stream: rolled back where it fails, every cell answered exactly once`, async () => {
      const world = new OnionWorld();
      const stage = await stager(world, cellAdmission, update);
      const client = world.openClient();
      const reports: ExchangeReport[] = [];
      const sent = countSent(world);
      const before = world.relays.map(({ relay }) => ({ ...relay.counts }));
      const clientBefore = client.counts.received;
      world.exchange(client, UP_BYTES, DOWN_BYTES, reports);
      world.environment.settleUntil(() => world.relays[2].relay.counts.received > 500);
      const hash = stage();
      world.environment.settle();
      assert.deepEqual([reports.length, reports[0].intact], [1, true], 'both ends vouch for all of it');
      assert.equal(reports[0].bytesReceived, DOWN_BYTES);
      for (const [place, { relay, core, descriptor }] of world.relays.entries()) {
        const slot = core.slot(cellAdmission);
        const fails = (places as readonly number[]).includes(place);
        assert.deepEqual(
          [slot.activeHash, slot.quarantined.get(hash)],
          fails ? [null, reason] : [hash, undefined],
        );
        const { received, relayed, dropped, closed, violations } = relay.counts;
        const cells = received - before[place].received;
        assert.equal(cells, sent.get(descriptor.fingerprint), 'what was sent to it arrived');
        assert.ok(cells > UP_BYTES / 498);
        // The exit is where they end; the others pass each on, once.
        if (place < 2) assert.equal(relayed - before[place].relayed, cells);
        assert.deepEqual([dropped, closed, violations], [0, 0, 0]);
      }
      assert.equal(client.counts.received - clientBefore, sent.get(null));
      assert.equal(client.openCircuits.length, 1, 'the circuit lives');
      client.close();
      world.environment.settle();
      assert.equal(world.cells.outstanding, 0);
    });
  }

  it('a good module in mid-stream, at every hook that cells reach: no circuit breaks, nothing is lost', async () => {
    const world = new OnionWorld();
    const stages = [
      await stager(world, cellAdmission, 'strict-cells'),
      await stager(world, circuitScheduling, 'ewma-scheduling'),
      await stager(world, flowWindow, 'vegas-window'),
    ];
    const client = world.openClient({ circuits: 5 });
    const reports: ExchangeReport[] = [];
    for (let stream = 0; stream < 10; stream++) world.exchange(client, 10_000, DOWN_BYTES / 5, reports);
    for (const [step, stage] of stages.entries()) {
      world.environment.settleUntil(() => client.counts.received > (step + 1) * 2500);
      assert.equal(reports.length, 0, 'in mid-stream');
      stage();
    }
    world.environment.settle();
    assert.equal(reports.length, 10);
    assert.ok(reports.every(({ intact }) => intact));
    assert.equal(client.openCircuits.length, 5);
    for (const { core } of world.relays.slice(0, 2)) {
      for (const hook of [cellAdmission, circuitScheduling]) {
        assert.equal(core.slot(hook as never).phase, 'confirmed');
      }
    }
    assert.notEqual(world.relays[2].core.slot(flowWindow).activeHash, null, 'at the exit, where SENDMEs go');
  });

  it('a window that is exhausted when its module is swapped: nothing moves, and then all of it arrives', async () => {
    const world = new OnionWorld();
    const stage = await stager(world, flowWindow, 'vegas-window');
    const client = world.openClient();
    const exit = world.relays[2];
    const reports: ExchangeReport[] = [];
    for (let stream = 0; stream < 4; stream++) world.exchange(client, 100, DOWN_BYTES / 4, reports);
    const before = exit.relay.counts.originated;
    // From the client no SENDME gets through.
    const entry = world.network.links.find(({ other }) => other!.peer === null)!;
    world.environment.settleUntil(() => exit.relay.counts.originated - before > 100);
    entry.hold(true);
    world.environment.advance(10_000);
    const stuck = exit.relay.counts.originated;
    const window = FIXED_FLOW.initialWindowCells;
    assert.ok(stuck - before >= window && stuck - before < 2 * window, `${stuck - before} cells under way`);
    const hash = stage();
    world.environment.advance(10_000);
    assert.equal(exit.relay.counts.originated, stuck, 'a swap opens no window');
    assert.equal(exit.core.slot(flowWindow).activeHash, null, 'the hook was not reached');
    entry.hold(false);
    world.environment.settle();
    assert.equal(exit.core.slot(flowWindow).activeHash, hash);
    assert.equal(reports.length, 4);
    assert.ok(reports.every(({ intact }) => intact));
    assert.equal(client.openCircuits.length, 1);
  });
});
