import '../../../node/promise-with-resolvers.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { FailureLog, RelayRegistrar, relayComponents } from './components.ts';
import { syntheticIdentity } from './identity.ts';
import { type GossipSubInternals, gossipSubClass } from './internals.ts';
import { idText } from './message-id.ts';
import { routerOptions } from './router.ts';
import { soleControl, takeSoleControl } from './sole-control.ts';

const { peerId: self } = syntheticIdentity(0, 1);
const { peerId: peer } = syntheticIdentity(1, 1);
const [seen, unseen] = [7, 8].map((byte) => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array];
const NO_CONTROL = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] };

function rpcOf(control: Partial<RPC.ControlMessage>): RPC {
  return { subscriptions: [], messages: [], control: { ...NO_CONTROL, ...control } };
}

const offering = (...messageIDs: Uint8Array[]): RPC => rpcOf({ ihave: [{ topicID: 'up', messageIDs }] });

/** A real router that is in the mesh of a topic and has seen one message; and what RPCs have left in it. */
function routerWithMesh() {
  const components = relayComponents(self, null, new RelayRegistrar(), new FailureLog());
  const options = routerOptions({ D: 6, Dlo: 4, Dhi: 12, Dscore: 4, Dout: 2, Dlazy: 6 } as never, true);
  const router = new (gossipSubClass(components))(components, options);
  router.score.addPeer(peer.toString());
  router.seenCache.put(idText(seen));
  (router.mesh as Map<string, Set<string>>).set('up', new Set());
  const left = () => {
    const { peerhave, iasked, idontwants, idontwantCounts } = router as unknown as Record<string, unknown>;
    const { acceptFromWhitelist } = router as unknown as Record<
      string,
      ReadonlyMap<string, { messagesAccepted: number }>
    >;
    const accepted = acceptFromWhitelist!.get(peer.toString())?.messagesAccepted;
    return { peerhave, iasked, idontwants, idontwantCounts, accepted };
  };
  return { router, left };
}

/** Whether it was taken straight; otherwise the router has done it all. */
function take(router: GossipSubInternals, rpc: RPC): boolean {
  const control = soleControl(rpc);
  if (control !== null && takeSoleControl(router, peer.toString(), control)) return true;
  void router.handleReceivedRpc(peer, rpc);
  return false;
}

test('sole control: what is taken straight leaves in a router what its own way leaves', async () => {
  const kinds: Record<string, readonly RPC[]> = {
    IHAVE: [offering(seen), offering(seen, seen)],
    'more IHAVE than a heartbeat allows': Array.from({ length: 12 }, () => offering(seen)),
    'IHAVE of a topic that it is not in': [rpcOf({ ihave: [{ topicID: 'down', messageIDs: [seen] }] })],
    IDONTWANT: [
      rpcOf({ idontwant: [{ messageIDs: [seen, unseen] }] }),
      rpcOf({ idontwant: [{ messageIDs: [] }] }),
    ],
  };
  for (const [name, rpcs] of Object.entries(kinds)) {
    const [straight, own] = [routerWithMesh(), routerWithMesh()];
    for (const rpc of rpcs) {
      assert.equal(take(straight.router, rpc), true, name);
      await own.router.handleReceivedRpc(peer, rpc);
      assert.deepEqual(straight.left(), own.left(), name);
    }
  }
});

test('sole control: a peer that is shut out is not heard', () => {
  const { router, left } = routerWithMesh();
  const before = structuredClone(left());
  router.acceptFrom = () => false;
  assert.equal(take(router, rpcOf({ idontwant: [{ messageIDs: [seen] }] })), true);
  assert.equal(take(router, offering(seen)), true);
  assert.deepEqual(left(), before);
});

test('sole control: IHAVE of anything new is left to the router, untouched', () => {
  const { router, left } = routerWithMesh();
  const before = structuredClone(left());
  const control = soleControl(offering(seen, unseen))!;
  assert.equal(takeSoleControl(router, peer.toString(), control), false);
  assert.deepEqual(left(), before);
});
