import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { moduleBytes, sha256, TestRepository } from '../trust/testing/test-repository.ts';
import { publishBundle, UPDATE_TOPIC } from './gossip-channel.ts';
import { GossipsubPubsub } from './gossipsub-pubsub.ts';
import { Libp2pPeers } from './libp2p-peers.ts';
import { SyncServer } from './sync-server.ts';
import { connect, startNode, type TestNode } from './testing/libp2p-node.ts';
import { NetworkRelay, type NetworkRelayOptions } from './testing/network-relay.ts';
import { publicationBundle, repositorySource } from './testing/publication.ts';

const SMALL = moduleBytes('small', 5000);
/** Five chunks, the last one short. */
const LARGE = moduleBytes('large', 300 * 1024).map((byte, index) => byte ^ (index >> 8));

const stops: (() => unknown)[] = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function relayOf(repository: TestRepository, options?: NetworkRelayOptions): Promise<NetworkRelay> {
  const relay = await NetworkRelay.start(repository, options);
  stops.push(() => relay.stop());
  return relay;
}

async function bareNode(): Promise<TestNode> {
  const node = await startNode();
  stops.push(() => node.libp2p.stop());
  return node;
}

function repositoryWith(bytes: Uint8Array): TestRepository {
  const repository = new TestRepository();
  repository.addModule({ bytes });
  repository.publish();
  return repository;
}

/** Connects, and waits until each router knows that the other one listens. */
async function join(from: TestNode, to: TestNode): Promise<void> {
  await connect(from, to);
  const listens = ({ router }: TestNode, { libp2p }: TestNode): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (router.getSubscribers(UPDATE_TOPIC).some((peer) => peer.equals(libp2p.peerId))) resolve();
      };
      router.addEventListener('subscription-change', look);
      look();
    });
  const waits: Promise<void>[] = [];
  if (to.router.getTopics().includes(UPDATE_TOPIC)) waits.push(listens(from, to));
  if (from.router.getTopics().includes(UPDATE_TOPIC)) waits.push(listens(to, from));
  await Promise.all(waits);
}

const isStaged = (relay: NetworkRelay, bytes: Uint8Array) => () => relay.staged.has(sha256(bytes));

test('libp2p: a bundle with its module inside is staged, and forwarded to a relay further on', async () => {
  const repository = repositoryWith(SMALL);
  const [first, second, third] = [
    await relayOf(repository),
    await relayOf(repository),
    await relayOf(repository),
  ];
  await join(first.node, second.node);
  await join(second.node, third.node);
  await publishBundle(first.environment, publicationBundle(repository, SMALL));
  for (const relay of [first, second, third]) {
    await relay.until(isStaged(relay, SMALL));
    assert.deepEqual(relay.staged.get(sha256(SMALL)), SMALL);
    assert.deepEqual(relay.refused, []);
  }
  assert.deepEqual(second.verdicts, [{ from: first.name, verdict: 'accept' }]);
  assert.deepEqual(third.verdicts, [{ from: second.name, verdict: 'accept' }]);
});

test('libp2p: a large module is announced, and fetched by chunks from two peers', async () => {
  const repository = repositoryWith(LARGE);
  const seeds = [await relayOf(repository), await relayOf(repository)];
  for (const seed of seeds) await seed.takeFrom(repository);
  const relay = await relayOf(repository);
  for (const seed of seeds) await join(relay.node, seed.node);
  await publishBundle(seeds[0]!.environment, publicationBundle(repository));
  await relay.until(isStaged(relay, LARGE));
  assert.deepEqual(relay.staged.get(sha256(LARGE)), LARGE);
  for (const seed of seeds) assert(seed.askedForTargets.includes(relay.name), 'both have served');
});

test('libp2p: a download goes on when a serving peer dies in the middle', async () => {
  const repository = repositoryWith(LARGE);
  const [steady, dying] = [await relayOf(repository), await relayOf(repository)];
  for (const seed of [steady, dying]) await seed.takeFrom(repository);
  const relay = await relayOf(repository);
  for (const seed of [steady, dying]) await join(relay.node, seed.node);
  let died: Promise<void> | null = null;
  dying.beforeAnswer = () => {
    if (dying.askedForTargets.length === 0) return;
    died ??= dying.stop();
    return died.then(() => new Promise(() => {}));
  };
  await publishBundle(steady.environment, publicationBundle(repository));
  await relay.until(isStaged(relay, LARGE));
  assert.deepEqual(relay.staged.get(sha256(LARGE)), LARGE);
  assert(died !== null, 'the other one had been asked');
});

test('libp2p: a relay that joins late catches up when it connects', async () => {
  const repository = repositoryWith(SMALL);
  const early = await relayOf(repository);
  await early.takeFrom(repository);
  const late = await relayOf(repository, { channels: ['catch-up'] });
  await connect(late.node, early.node);
  await late.until(isStaged(late, SMALL));
  assert.deepEqual(late.client.versions(), early.client.versions());
});

test('libp2p: an authority that is not connected is dialled and polled', async () => {
  const repository = repositoryWith(SMALL);
  const authority = await bareNode();
  const peers = new Libp2pPeers({ libp2p: authority.libp2p, onError: assert.ifError });
  new SyncServer(repositorySource(repository), { nowMs: () => 0 }).start(peers);
  const { peerId } = authority.libp2p;
  const authorities = [peerId.toString()];
  const relay = await relayOf(repository, { channels: ['directory'], authorities });
  await relay.node.libp2p.peerStore.merge(peerId, { multiaddrs: authority.libp2p.getMultiaddrs() });
  await relay.until(isStaged(relay, SMALL));
  assert.deepEqual(relay.client.versions(), repositorySource(repository).versions());
});

for (const who of ['older', 'newer'] as const) {
  test(`libp2p: on a circuit that the ${who} relay builds, the newer one hands over`, async () => {
    const repository = repositoryWith(SMALL);
    const newer = await relayOf(repository, { channels: ['circuit'] });
    const older = await relayOf(repository, { channels: ['circuit'] });
    await newer.takeFrom(repository);
    await connect(older.node, newer.node);
    if (who === 'older') await older.circuits.onCircuit(newer.name);
    else await newer.circuits.onCircuit(older.name);
    await older.until(isStaged(older, SMALL));
    assert.deepEqual(older.client.versions(), newer.client.versions());
  });
}

test('libp2p: an update below its threshold is refused, costs its sender and goes no further', async () => {
  const repository = new TestRepository();
  repository.addModule({ bytes: SMALL });
  repository.publish({ signers: { targets: ['targets-1'] } });
  const [relay, behind] = [await relayOf(repository), await relayOf(repository)];
  const attacker = await bareNode();
  await join(relay.node, behind.node);
  await join(attacker, relay.node);
  const pubsub = new GossipsubPubsub(attacker.router, attacker.libp2p.peerId);
  await publishBundle({ pubsub }, publicationBundle(repository, SMALL));
  await relay.until(() => relay.verdicts.length > 0);
  const from = attacker.libp2p.peerId.toString();
  assert.deepEqual(relay.verdicts, [{ from, verdict: 'reject' }]);
  assert.equal(relay.refused[0]?.reason, 'below-threshold');
  assert.equal(relay.refused[0]?.peer, from);
  const invalid =
    relay.node.router.dumpPeerScoreStats()[from]?.topics[UPDATE_TOPIC]?.invalidMessageDeliveries;
  assert(invalid !== undefined && invalid > 0, 'the sender has paid');
  // A genuine one comes through after it: had the false one been forwarded, it would have come first.
  repository.publish({ bump: ['targets'] });
  await publishBundle(relay.environment, publicationBundle(repository, SMALL));
  await behind.until(isStaged(behind, SMALL));
  assert.deepEqual(behind.verdicts, [{ from: relay.name, verdict: 'accept' }]);
  assert.deepEqual(relay.staged.get(sha256(SMALL)), SMALL);
});
