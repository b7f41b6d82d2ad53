import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OnionWorld } from '../testing/onion-world.ts';
import type { ExchangeReport } from './exchange.ts';
import type { ClientObserver } from './onion-client.ts';
import { CircuitEnd, StreamEndReason } from './reasons.ts';

/** A client that keeps a diary. */
function observed(world: OnionWorld, circuits = 1) {
  const diary: string[] = [];
  const observer: ClientObserver = {
    onCircuitOpen: () => diary.push('open'),
    onCircuitFailed: (_circuit, reason) => diary.push(`failed ${reason}`),
    onCircuitBroken: (_circuit, reason) => diary.push(`broken ${reason}`),
    onNoPath: () => diary.push('no path'),
  };
  const client = world.client({ observer, circuits });
  client.start();
  return { client, diary };
}

const kill = (world: OnionWorld, index: number): void =>
  world.network.remove(world.relays[index].descriptor.fingerprint);

describe('dead relays', () => {
  it('a dead guard is left for another, and not tried again for ten minutes', () => {
    const world = new OnionWorld({ relays: [2, 1, 1] });
    const first = world.openClient().openCircuits[0].path[0].fingerprint;
    const dead = world.relays.findIndex(({ descriptor }) => descriptor.fingerprint === first);
    kill(world, dead);
    const { client, diary } = observed(world, 20);
    world.environment.advance(5 * 60_000);
    const { connectFailed } = CircuitEnd;
    const failures = diary.filter((line) => line.startsWith('failed'));
    assert.ok(failures.every((line) => line === `failed ${connectFailed}`));
    assert.equal(client.openCircuits.length, 20, 'all through the other one');
    assert.ok(client.openCircuits.every(({ path }) => path[0].fingerprint !== first));
  });

  it('no guard, no path: the client says so, waits longer each time, and comes back when one does', () => {
    const world = new OnionWorld();
    const [{ descriptor, relay }] = world.relays;
    kill(world, 0);
    const { client, diary } = observed(world);
    world.environment.advance(9 * 60_000);
    assert.equal(diary[0], `failed ${CircuitEnd.connectFailed}`);
    const tries = diary.slice(1);
    assert.ok(tries.every((line) => line === 'no path'));
    assert.ok(tries.length > 8 && tries.length < 25, `${tries.length} tries in nine minutes`);
    world.network.add(descriptor.fingerprint, relay);
    world.environment.advance(3 * 60_000);
    assert.equal(client.openCircuits.length, 1);
  });

  for (const [place, name] of [
    [1, 'middle'],
    [2, 'exit'],
  ] as const) {
    it(`dead ${name}: the circuit fails with TRUNCATED, its guard is kept, another is chosen`, () => {
      // Two of the kind, of which one is dead.
      const world = new OnionWorld({ relays: place === 1 ? [1, 2, 1] : [1, 1, 2] });
      kill(world, place);
      const { client, diary } = observed(world, 10);
      world.environment.advance(120_000);
      assert.ok(diary.includes(`failed ${CircuitEnd.connectFailed}`), 'the dead one was tried');
      assert.equal(client.openCircuits.length, 10);
      const dead = world.relays[place].descriptor.fingerprint;
      for (const { path } of client.openCircuits) {
        assert.ok(path.every(({ fingerprint }) => fingerprint !== dead));
        assert.equal(path[0].fingerprint, world.relays[0].descriptor.fingerprint);
      }
      assert.equal(world.relays[0].relay.openCircuits, 10, 'nothing is left of those that failed');
      assert.deepEqual([client.counts.violations, world.relays[0].relay.counts.violations], [0, 0]);
    });

    it(`${name} that dies in mid-stream: the stream ends, and a new circuit takes the next`, () => {
      const world = new OnionWorld({ relays: place === 1 ? [1, 2, 1] : [1, 1, 2] });
      const { client, diary } = observed(world);
      world.environment.advance(100);
      const used = client.openCircuits[0].path[place].fingerprint;
      const reports: ExchangeReport[] = [];
      world.exchange(client, 100_000, 3_000_000, reports);
      world.environment.settleUntil(() => client.counts.received > 1000);
      kill(
        world,
        world.relays.findIndex(({ descriptor }) => descriptor.fingerprint === used),
      );
      world.environment.advance(5 * 60_000);
      assert.deepEqual(
        reports.map(({ intact, endReason }) => [intact, endReason]),
        [[false, StreamEndReason.destroy]],
      );
      assert.equal(diary[1], `broken ${CircuitEnd.linkClosed}`);
      assert.equal(diary.at(-1), 'open');
      world.exchange(client, 100, 10_000, reports);
      world.environment.advance(10_000);
      assert.ok(reports[1].intact);
      for (const { relay } of world.relays) assert.equal(relay.counts.violations, 0);
      client.close();
      world.environment.settle();
      assert.equal(world.cells.outstanding, 0);
    });
  }

  it('a relay that takes links and says nothing costs a build timeout', () => {
    const world = new OnionWorld({ relays: [1, 2, 1] });
    const mute = world.relays[1].descriptor.fingerprint;
    world.network.add(mute, {
      accept: (link) =>
        link.listen({ onCell: (cell) => world.cells.release(cell), onDrained: () => {}, onClosed: () => {} }),
    });
    const { client, diary } = observed(world, 10);
    world.environment.advance(20_000);
    const open = client.openCircuits.length;
    assert.ok(open > 0 && open < 10, `${open} went by the other one`);
    assert.ok(!diary.some((line) => line.startsWith('failed')));
    world.environment.advance(10 * 60_000);
    assert.ok(diary.includes(`failed ${CircuitEnd.timeout}`));
    assert.equal(client.openCircuits.length, 10);
    assert.equal(world.relays[0].relay.openCircuits, 10);
  });

  it('a relay that drains keeps its circuits and takes no new ones', () => {
    const world = new OnionWorld({ relays: [1, 1, 1] });
    const { client, diary } = observed(world);
    world.environment.advance(100);
    world.relays[1].relay.drain();
    const reports: ExchangeReport[] = [];
    world.exchange(client, 100, 100_000, reports);
    world.environment.advance(5000);
    assert.ok(reports[0].intact);
    client.openCircuits[0].retire();
    world.environment.advance(5000);
    assert.deepEqual(diary.slice(0, 2), ['open', `failed ${CircuitEnd.hibernating}`]);
    assert.equal(client.openCircuits.length, 0);
  });
});
