import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OnionWorld } from '../testing/onion-world.ts';
import type { ExchangeReport } from './exchange.ts';

describe('data plane', () => {
  it('three hops: what is sent each way arrives whole, and nothing of it is left over', () => {
    const world = new OnionWorld();
    const client = world.openClient();
    assert.equal(client.openCircuits.length, 1);
    const reports: ExchangeReport[] = [];
    world.exchange(client, 300_000, 1_500_000, reports);
    world.environment.advance(60_000);
    assert.equal(reports.length, 1);
    assert.equal(reports[0].bytesReceived, 1_500_000);
    assert.ok(reports[0].intact);
    client.close();
    world.environment.settle();
    assert.deepEqual(
      world.relays.map(({ relay }) => relay.openCircuits),
      [0, 0, 0],
    );
    assert.equal(world.cells.outstanding, 0);
    assert.equal(world.keystreams.heldBytes, 0);
  });
});
