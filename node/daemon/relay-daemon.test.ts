import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Exchange, type ExchangeReport, WebServer } from '../relay/exchange.ts';
import { sha256, TestRepository } from '../trust/testing/test-repository.ts';
import { DaemonError } from './daemon-error.ts';
import type { RelayDaemon } from './relay-daemon.ts';
import { acceptingModule, trappingModule } from './testing/modules.ts';
import { TestClient } from './testing/test-client.ts';
import {
  activeOf,
  LISTEN,
  lastingRepository,
  publishModule,
  sendTo,
  TestDaemons,
} from './testing/test-daemons.ts';

/** What never comes fails a test instead of holding all of them up. */
const DEADLINE = { timeout: 120_000 };

let daemons: TestDaemons;
const clients: TestClient[] = [];
beforeEach(() => {
  daemons = new TestDaemons();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.stop()));
  await daemons.end();
});

/** A client that is about to have a circuit. */
async function beginClient(relays: readonly RelayDaemon[]): Promise<TestClient> {
  const client = await TestClient.through(relays.map(({ addresses }) => addresses[0]!));
  clients.push(client);
  return client;
}

async function clientThrough(relays: readonly RelayDaemon[]): Promise<TestClient> {
  const client = await beginClient(relays);
  await client.opened;
  return client;
}

/** Three relays, each in a /16 of its own of the loopback network; the second and third keep a connection to the first. */
async function network(repository: TestRepository): Promise<RelayDaemon[]> {
  const first = await daemons.start(repository, 'guard', { listen: ['/ip4/127.1.0.1/tcp/0'] });
  const peers = first.addresses;
  const second = await daemons.start(repository, 'middle', { listen: ['/ip4/127.2.0.1/tcp/0'], peers });
  const exitService = new WebServer();
  const third = await daemons.start(repository, 'exit', {
    listen: ['/ip4/127.3.0.1/tcp/0'],
    peers,
    exitService,
  });
  // What is published before the mesh is there does not reach those who join it later.
  const isJoined = (relay: RelayDaemon, links: number): boolean =>
    new Set(relay.status().peers.flatMap(({ peer, mesh }) => (mesh ? [peer] : []))).size === links;
  await until(() => isJoined(first, 2) && isJoined(second, 1) && isJoined(third, 1));
  return [first, second, third];
}

/** Looks now and then: what happens inside a client is told to nobody. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function refused(start: Promise<unknown>): Promise<DaemonError> {
  const error = await start.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DaemonError, String(error));
  assert.ok(error.cure.length > 0);
  return error;
}

describe('a relay on TCP', DEADLINE, () => {
  it('a module is published to one relay, and all of the network have it', async () => {
    const repository = lastingRepository();
    const relays = await network(repository);
    const module = acceptingModule(1);
    publishModule(repository, module, 1);
    const [outcome] = await sendTo(relays[2]!.addresses, repository, module);
    assert.equal(outcome!.outcome, 'taken');
    for (const relay of relays) {
      await daemons.logged(relay, 'staged');
      const slot = relay.status().hooks.find(({ hook }) => hook === 'cell-admission')!;
      assert.deepEqual(slot.pending, {
        sha256: sha256(module),
        module: 'strict-cells',
        version: 1,
        notBeforeMs: 0,
      });
      assert.equal(slot.active, null, 'no cell has reached the hook');
      assert.deepEqual(relay.status().refusals, []);
    }
    // Sent again, it is known.
    const [again] = await sendTo(relays[0]!.addresses, repository, module);
    assert.equal(again!.outcome, 'had');
  });

  it('is the same relay after a restart, with the module that ran and what it trusts', async () => {
    const repository = lastingRepository();
    const module = acceptingModule(1);
    const relays = await network(repository);
    const [guard] = relays as [RelayDaemon];
    publishModule(repository, module, 1);
    await sendTo(guard.addresses, repository, module);
    const client = await clientThrough(relays);
    await client.exchange({ bytesUp: 600_000, bytesDown: 0 });
    await daemons.logged(guard, 'confirmed');
    const before = guard.status();
    await daemons.stop(guard);
    const after = (await daemons.start(repository, 'guard', { listen: ['/ip4/127.1.0.1/tcp/0'] })).status();
    assert.deepEqual([after.peer, after.fingerprint], [before.peer, before.fingerprint]);
    assert.deepEqual(after.trust, before.trust);
    assert.equal(after.trust.timestamp, 1);
    const slotOf = ({ hooks }: typeof before) => hooks.find(({ hook }) => hook === 'cell-admission');
    assert.deepEqual(slotOf(after), slotOf(before));
    assert.equal(slotOf(after)?.active?.sha256, sha256(module));
    assert.equal(slotOf(after)?.phase, 'confirmed');
  });

  it('a relay that joins later catches up with those that are there', async () => {
    const repository = lastingRepository();
    const module = acceptingModule(1);
    const first = await daemons.start(repository, 'first');
    publishModule(repository, module, 1);
    await sendTo(first.addresses, repository, module);
    const late = await daemons.start(repository, 'late', { peers: first.addresses });
    await daemons.logged(late, 'staged');
    assert.deepEqual(late.status().trust, first.status().trust);
  });

  it('a peer that is named later is kept, and dialled again when either end hangs up', DEADLINE, async () => {
    const repository = lastingRepository();
    const [one, other] = [await daemons.start(repository, 'one'), await daemons.start(repository, 'other')];
    const isLinked = (): boolean =>
      [one, other].every(({ identity }) => {
        const peers = (identity === one.identity ? other : one).status().peers;
        return peers.some(({ peer }) => peer === identity.peerId.toString());
      });
    assert.equal(await one.keepPeer(other.addresses[0]!), true);
    await until(isLinked);
    await other.hangUp(one.identity.peerId.toString());
    await until(() => !isLinked());
    await until(isLinked);
    assert.throws(() => one.keepPeer('nowhere'), DaemonError);
  });

  it('an authority is polled, though it is no peer to keep', async () => {
    const repository = lastingRepository();
    const module = acceptingModule(1);
    const authority = await daemons.start(repository, 'authority');
    publishModule(repository, module, 1);
    await sendTo(authority.addresses, repository, module);
    const relay = await daemons.start(repository, 'relay', {
      channels: [],
      authorities: authority.addresses,
    });
    await daemons.logged(relay, 'trusted', ({ channel }) => channel === 'directory');
    await daemons.logged(relay, 'staged');
  });

  it('relays that share a circuit compare what they run, and the one behind takes it', async () => {
    const repository = lastingRepository();
    const module = acceptingModule(1);
    // The first hears of updates by circuits only.
    const listen = ['/ip4/127.1.0.1/tcp/0'];
    const first = await daemons.start(repository, 'guard', { listen, channels: ['circuit'] });
    const second = await daemons.start(repository, 'middle', { listen: ['/ip4/127.2.0.1/tcp/0'] });
    const third = await daemons.start(repository, 'exit', {
      listen: ['/ip4/127.3.0.1/tcp/0'],
      exitService: new WebServer(),
    });
    publishModule(repository, module, 1);
    await sendTo(second.addresses, repository, module);
    assert.equal(first.status().trust.timestamp, 0);
    await clientThrough([first, second, third]);
    await daemons.logged(first, 'trusted', ({ channel }) => channel === 'circuit');
    await daemons.logged(first, 'staged');
  });

  it('of two publications with the same versions, the second is not taken for the first', async () => {
    const [first, second] = [lastingRepository(), lastingRepository()];
    const relay = await daemons.start(first, 'relay');
    const modules = [acceptingModule(1), acceptingModule(2)] as const;
    publishModule(first, modules[0], 1);
    publishModule(second, modules[1], 1);
    const [taken] = await sendTo(relay.addresses, first, modules[0]);
    assert.equal(taken!.outcome, 'taken');
    const [other] = await sendTo(relay.addresses, second, modules[1], 1000);
    assert.equal(other!.outcome, 'not-taken');
  });

  it('an update of strangers is refused, and the status says so', async () => {
    const relay = await daemons.start(lastingRepository(), 'relay');
    const strangers = lastingRepository();
    const module = acceptingModule(1);
    strangers.addModule({ bytes: module });
    strangers.publish({ signers: { timestamp: ['targets-1'] } });
    const [outcome] = await sendTo(relay.addresses, strangers, module, 1000);
    assert.equal(outcome!.outcome, 'not-taken');
    const [refusal] = relay.status().refusals;
    assert.deepEqual([refusal?.reason, refusal?.channel], ['below-threshold', 'gossip']);
    assert.equal(relay.status().trust.timestamp, 0);
    const metrics = await relay.metrics.registry.metrics();
    assert.match(
      metrics,
      /relaywave_update_refusals_total\{channel="gossip",reason="below-threshold"\} [1-9]/,
    );
  });
});

describe('a swap under load on TCP', DEADLINE, () => {
  for (const [name, module, becomes] of [
    ['a good module', acceptingModule(1), 'confirmed'],
    ['a module that traps', trappingModule(), 'quarantined'],
  ] as const) {
    it(`${name}, gossiped in mid-stream: every byte arrives, and no circuit or connection ends`, async () => {
      const repository = lastingRepository();
      const relays = await network(repository);
      const client = await clientThrough(relays);
      publishModule(repository, module, 1);
      const before = relays.map((relay) => daemons.logOf(relay).length);
      const sizes = { bytesUp: 200_000, bytesDown: 1_000_000 };
      let isOver = false;
      const reports: ExchangeReport[] = [];
      const streaming = async (): Promise<void> => {
        while (!isOver) reports.push(await client.exchange(sizes));
      };
      // Two streams at a time, one after the other, until every relay has come to its verdict.
      const streams = [streaming(), streaming()];
      await sendTo(relays[0]!.addresses, repository, module);
      await Promise.all(relays.map((relay) => daemons.logged(relay, becomes)));
      isOver = true;
      await Promise.all(streams);
      assert.ok(reports.length >= 2);
      for (const { intact, bytesReceived } of reports) {
        assert.ok(intact, 'both ends vouch for all of it');
        assert.equal(bytesReceived, sizes.bytesDown);
      }
      assert.deepEqual([client.onion.openCircuits.length, client.broken], [1, 0]);
      for (const [place, relay] of relays.entries()) {
        const { dropped, closed, ignored, violations } = relay.traffic.relay.counts;
        assert.deepEqual([dropped, closed, ignored, violations], [0, 0, 0, 0]);
        assert.equal(activeOf(relay), becomes === 'confirmed' ? sha256(module) : null);
        const kept = new Set(relays.map(({ identity }) => identity.peerId.toString()));
        const lost = daemons
          .logOf(relay)
          .slice(before[place])
          .filter(({ event, peer }) => event === 'peer-lost' && kept.has(String(peer)));
        assert.deepEqual(lost, [], 'relays stay connected');
      }
    });
  }
});

describe('the end of a relay on TCP', DEADLINE, () => {
  it('drains: an open circuit goes on, a new one is refused, and it waits until the last has ended', async () => {
    const relays = await network(lastingRepository());
    const client = await clientThrough(relays);
    const [guard] = relays as [RelayDaemon];
    const drained = guard.drain(60_000);
    assert.equal(guard.status().phase, 'draining');
    const late = await beginClient(relays);
    await until(() => late.failed > 0);
    assert.equal(guard.traffic.relay.openCircuits, 1);
    const report = await client.exchange({ bytesUp: 100_000, bytesDown: 300_000 });
    assert.ok(report.intact);
    client.onion.close();
    assert.equal(await drained, 0);
  });

  it('a circuit that does not end in time is cut, and its client told why', async () => {
    const relays = await network(lastingRepository());
    const client = await clientThrough(relays);
    const [guard] = relays as [RelayDaemon];
    const ended = new Promise<ExchangeReport>((resolve) => {
      const clock = { nowMs: () => 0 };
      client.onion.openStream(
        { address: 0x5db8d822, port: 443 },
        new Exchange({ bytesUp: 1, bytesDown: 2 ** 31 }, clock, resolve),
      );
    });
    assert.equal(await guard.drain(0), 1);
    await daemons.stop(guard);
    assert.equal((await ended).intact, false);
  });

  it('ends twice without harm, and leaves the state folder to the next', async () => {
    const repository = lastingRepository();
    const relay = await daemons.start(repository, 'relay', { statusPort: 0 });
    await daemons.stop(relay);
    await relay.stop();
    await daemons.start(repository, 'relay', { statusPort: 0 });
  });
});

describe('a start that cannot be', DEADLINE, () => {
  it('a state folder in use: says by which process, and leaves the other relay alone', async () => {
    const repository = lastingRepository();
    const relay = await daemons.start(repository, 'relay');
    const error = await refused(daemons.start(repository, 'relay'));
    assert.equal(error.fault, 'failed');
    assert.match(error.message, new RegExp(`relay is in use by process ${process.pid}$`));
    assert.equal(relay.status().phase, 'serving');
  });

  it('a port that is taken, for cells or for the status: says which, and starts when it is free', async () => {
    const repository = lastingRepository();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const listen = [`/ip4/127.0.0.1/tcp/${port}`];
    const cells = await refused(daemons.start(repository, 'relay', { listen }));
    assert.equal(cells.fault, 'failed');
    assert.equal(cells.message, `${listen[0]}: cannot be listened on (EADDRINUSE)`);
    const status = await refused(daemons.start(repository, 'relay', { statusPort: port }));
    assert.equal(status.message, `--status-port ${port}: cannot be listened on (EADDRINUSE)`);
    await new Promise((resolve) => taken.close(resolve));
    await daemons.start(repository, 'relay', { listen });
  });

  it('a root that is none, or is not signed, or of another network: refused before anything is touched', async () => {
    const repository = lastingRepository();
    const none = await refused(daemons.start(repository, 'relay', { root: Buffer.from('{}') }));
    assert.match(none.message, /no root of an update repository/);
    const unsigned = new TestRepository();
    unsigned.next.root = 1;
    unsigned.publishRoot(() => {}, ['targets-1']);
    const broken = await refused(daemons.start(unsigned, 'relay'));
    assert.match(broken.message, /below-threshold/);
    const module = acceptingModule(1);
    publishModule(repository, module, 1);
    const relay = await daemons.start(repository, 'relay');
    await sendTo(relay.addresses, repository, module);
    await daemons.stop(relay);
    const other = lastingRepository();
    other.roles.root.keys.reverse();
    other.next.root = 1;
    other.publishRoot();
    const foreign = await refused(daemons.start(other, 'relay'));
    assert.match(foreign.message, /belongs to a network with another root/);
    assert.equal(foreign.fault, 'usage');
    assert.equal((await daemons.start(repository, 'relay')).status().trust.timestamp, 1);
  });

  it('an address that is none is a mistake of whoever wrote it', async () => {
    const repository = lastingRepository();
    for (const options of [
      { listen: ['127.0.0.1:9001'] },
      { listen: LISTEN, peers: ['/ip4/127.0.0.1/udp/1'] },
      { listen: LISTEN, authorities: ['/ip4/127.0.0.1/tcp/1'] },
    ]) {
      assert.equal((await refused(daemons.start(repository, 'relay', options))).fault, 'usage');
    }
  });
});
