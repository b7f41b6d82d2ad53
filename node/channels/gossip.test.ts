import '../promise-with-resolvers.ts';
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { gossipsub } from '@chainsafe/libp2p-gossipsub';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import { RelayCore } from '../core.ts';
import { HookRuntime } from '../hooks/hook-runtime.ts';
import { signUpdate, verifyUpdate } from '../updates/signed-update.ts';
import { MemoryStore } from '../updates/store.ts';
import { trustKeys } from '../updates/trust.ts';
import { Updater } from '../updates/updater.ts';
import { type GossipEnvironment, joinGossipChannel, publishUpdate, UPDATE_TOPIC } from './gossip.ts';
import { GossipsubPubsub, PUBSUB_OPTIONS, type ValidatingGossipSub } from './gossipsub-pubsub.ts';

const developer = generateKeyPairSync('ed25519');
const trust = trustKeys([developer.publicKey], 1);

/** The smallest module that fits the cell hook: it accepts every cell. */
const ACCEPT_ALL = Buffer.from(
  '0061736d0100000001090160047f7f7f7f017f030201000' + '70e010a61646d69745f63656c6c00000a0601040041000b',
  'hex',
);

/** A relay on a real libp2p stack over TCP, and what it is told of updates. */
async function startRelay() {
  const libp2p = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), pubsub: gossipsub({ ...PUBSUB_OPTIONS, heartbeatInterval: 100 }) },
  });
  const router = libp2p.services.pubsub as ValidatingGossipSub;
  const environment: GossipEnvironment = {
    clock: { nowMs: () => Date.now() },
    pubsub: new GossipsubPubsub(router, libp2p.peerId),
    processor: { work: (_work, done) => done() },
  };
  const events: string[] = [];
  let settle: (events: string[]) => void = () => {};
  const settled = new Promise<string[]>((resolve) => {
    settle = resolve;
  });
  const core = new RelayCore({ runtime: new HookRuntime(), store: new MemoryStore(), owner: 'relay' });
  const updater = new Updater(environment.processor, core, {
    onHeard: () => events.push('heard'),
    onVerified: () => events.push('verified'),
    onStaged: (_id, { manifest }) => settle([...events, `staged ${manifest.module}`]),
    onRefused: (_id, reason) => settle([...events, `refused: ${reason}`]),
  });
  const verify = ({ data }: { data: Uint8Array }) => verifyUpdate(data, trust, environment.clock.nowMs());
  joinGossipChannel(environment, verify, updater);
  const neighbour = new Promise<void>((resolve) => {
    router.addEventListener('gossipsub:graft', ({ detail }) => {
      if (detail.topic === UPDATE_TOPIC) resolve();
    });
  });
  return { libp2p, environment, settled, neighbour };
}

async function carry(data: Uint8Array): Promise<{ publisher: string[]; receiver: string[] }> {
  const [publisher, receiver] = await Promise.all([startRelay(), startRelay()]);
  try {
    await publisher.libp2p.dial(receiver.libp2p.getMultiaddrs());
    await Promise.all([publisher.neighbour, receiver.neighbour]);
    await publishUpdate(publisher.environment, data);
    return { publisher: await publisher.settled, receiver: await receiver.settled };
  } finally {
    await Promise.all([publisher.libp2p.stop(), receiver.libp2p.stop()]);
  }
}

const about = {
  module: 'accept-all',
  version: 1,
  hook: 'cell-admission',
  interfaceVersion: 1,
  expires: '2100-01-01T00:00:00Z',
};

test('gossip channel: over libp2p and TCP an update is heard, verified and staged', async () => {
  const { publisher, receiver } = await carry(signUpdate(about, ACCEPT_ALL, [developer.privateKey]));
  assert.deepEqual(receiver, ['heard', 'verified', 'staged accept-all']);
  assert.deepEqual(publisher, receiver, 'the publisher takes its own update');
});

test('gossip channel: an update that nobody trusted signed is refused', async () => {
  const mallory = generateKeyPairSync('ed25519');
  const { receiver } = await carry(signUpdate(about, ACCEPT_ALL, [mallory.privateKey]));
  assert.deepEqual(receiver, ['heard', 'refused: below-threshold']);
});

test('gossip channel: what the hook does not admit is refused after it was verified', async () => {
  const wrong = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0]);
  const { receiver } = await carry(signUpdate(about, wrong, [developer.privateKey]));
  assert.deepEqual(receiver, ['heard', 'verified', 'refused: export-missing']);
});
