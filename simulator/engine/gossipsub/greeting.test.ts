import '../../../node/promise-with-resolvers.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { FailureLog, RelayRegistrar, relayComponents } from './components.ts';
import { FrameMint } from './frame.ts';
import { greetingOf, takeGreeting } from './greeting.ts';
import { syntheticIdentity } from './identity.ts';
import { type GossipSubInternals, gossipSubClass, type OutboundStreamInternals } from './internals.ts';
import { routerOptions } from './router.ts';

const NO_CONTROL = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] };
const IDENTITIES = Array.from({ length: 4 }, (_unused, index) => syntheticIdentity(index, 1));
const self = IDENTITIES[0]!.peerId;
const peers = IDENTITIES.slice(1).map(({ peerId }) => peerId);

function subscription(topic: string, subscribe = true): RPC {
  return { subscriptions: [{ topic, subscribe }], messages: [] };
}

function graft(...topics: string[]): RPC {
  const control = { ...NO_CONTROL, graft: topics.map((topicID) => ({ topicID })) };
  return { subscriptions: [], messages: [], control };
}

/** A real router that is in a topic, wants two peers in its mesh and has a stream to each; and what RPCs have left in it. */
function router() {
  const components = relayComponents(self, null, new RelayRegistrar(), new FailureLog());
  const options = routerOptions({ D: 2, Dlo: 2, Dhi: 3, Dscore: 1, Dout: 0, Dlazy: 6 } as never, true);
  const router = new (gossipSubClass(components))(components, options);
  const sent: string[] = [];
  const mesh = router.mesh as Map<string, Set<string>>;
  mesh.set('up', new Set());
  for (const peer of peers) {
    router.score.addPeer(peer.toString());
    router.streamsOutbound.set(
      peer.toString(),
      streamOf(router, (bytes) => sent.push(`${peer} ${bytes}`)),
    );
  }
  const accepted = () =>
    Array.from(router.acceptFromWhitelist, ([id, { messagesAccepted }]) => `${id} ${messagesAccepted}`);
  return { router, left: () => ({ topics: router.topics, mesh, accepted: accepted(), sent }) };
}

function streamOf({ protocols }: GossipSubInternals, told: (bytes: Uint8Array) => void) {
  return { protocol: protocols[0], push: told } as unknown as OutboundStreamInternals;
}

function take(router: GossipSubInternals, from: (typeof peers)[number], rpc: RPC): boolean {
  const greeting = greetingOf(rpc);
  return greeting !== null && takeGreeting(router, from, greeting);
}

test('greeting: what is taken straight leaves in a router what its own way leaves', async () => {
  const [straight, own] = [router(), router()];
  const taken: boolean[] = [];
  // The third is one more than the mesh wants; the first says it twice.
  for (const [peer, rpc] of [
    [0, subscription('up')],
    [1, subscription('up')],
    [2, subscription('up')],
    [0, subscription('up')],
    [0, subscription('down')],
    [0, graft('up')],
  ] as const) {
    taken.push(take(straight.router, peers[peer]!, rpc));
    await own.router.handleReceivedRpc(peers[peer]!, rpc);
    assert.deepEqual(straight.left(), own.left());
  }
  assert(taken.every(Boolean));
  assert.equal(own.left().sent.length, 2, 'two were grafted');
});

test('greeting: GRAFT of who is not in the mesh is left to the router, untouched', () => {
  const { router: asked, left } = router();
  const before = structuredClone(left());
  assert.equal(take(asked, peers[0]!, graft('up')), false);
  assert.equal(take(asked, peers[0]!, graft('down')), false);
  assert.deepEqual(left(), before);
});

test('greeting: a peer that is shut out is not heard', () => {
  const { router: asked, left } = router();
  const before = structuredClone(left());
  asked.acceptFrom = () => false;
  assert.equal(take(asked, peers[0]!, subscription('up')), true);
  assert.deepEqual(left(), before);
});

test('greeting: a router whose listeners hear of subscriptions takes them itself', () => {
  const { router: asked } = router();
  asked.addEventListener('subscription-change', () => {});
  assert.equal(take(asked, peers[0]!, subscription('up')), false);
});

test('greeting: more than one thing in an RPC is none', () => {
  const both = { ...graft('up'), ...{ subscriptions: subscription('up').subscriptions } };
  const pruned = { ...NO_CONTROL, graft: [{ topicID: 'up' }], prune: [{ topicID: 'up', peers: [] }] };
  for (const rpc of [
    subscription('up', false),
    graft('up', 'down'),
    both,
    { subscriptions: [], messages: [], control: pruned },
    { subscriptions: [], messages: [] },
    { ...subscription('up'), messages: [{ topic: 'up' }] },
  ]) {
    assert.equal(greetingOf(rpc as RPC), null);
  }
});

test('greeting: each is encoded once', () => {
  const mint = new FrameMint(true);
  let encoded = 0;
  const frameOf = (rpc: RPC) =>
    mint.ofControl(rpc, () => {
      encoded++;
      return RPC.encode(rpc);
    });
  const rpcs = [subscription('up'), graft('up'), subscription('down')];
  const frames = rpcs.map(frameOf);
  assert.deepEqual(rpcs.map(frameOf), frames);
  assert.equal(encoded, 3);
  assert.equal(new Set(frames.map(({ bytes }) => String(bytes))).size, 3);
  assert.deepEqual(
    frames.map((frame) => greetingOf(mint.decode(frame, (bytes) => RPC.decode(bytes)))),
    rpcs.map(greetingOf),
  );
});
