import '../../../node/promise-with-resolvers.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RPC } from '@chainsafe/libp2p-gossipsub/message';
import type { PeerId } from '@libp2p/interface';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { type RandomStream, randomStream } from '../random.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { FailureLog, RelayRegistrar, relayComponents } from './components.ts';
import { syntheticIdentity } from './identity.ts';
import { type GossipSubInternals, gossipSubClass } from './internals.ts';
import { hearControl } from './peer-control.ts';
import { PeerStanding } from './peer-standing.ts';
import { routerOptions } from './router.ts';
import { ScoreSleep } from './score-sleep.ts';
import { soleControl } from './sole-control.ts';

const PEERS = 3;
const IDENTITIES = Array.from({ length: PEERS + 1 }, (_unused, index) => syntheticIdentity(index, 1).peerId);
/** The router has seen the first of them. */
const MESSAGES = [5, 6, 7, 8].map((byte) => new Uint8Array(32).fill(byte));
const NO_CONTROL = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] };
const OPTIONS = { D: 6, Dlo: 4, Dhi: 12, Dscore: 4, Dout: 2, Dlazy: 6, heartbeatMs: 1000 } as never;
const hex = (id: Uint8Array): string => Buffer.from(id).toString('hex');

interface TestedRouter extends GossipSubInternals {
  addPeer(peer: PeerId, direction: 'inbound' | 'outbound', address: Multiaddr): void;
  removePeer(peer: PeerId): void;
  heartbeat(): Promise<void>;
}

function lonelyRouter(): TestedRouter {
  const components = relayComponents(IDENTITIES[PEERS]!, null, new RelayRegistrar(), new FailureLog());
  const router = new (gossipSubClass(components))(components, routerOptions(OPTIONS, true));
  (router.mesh as Map<string, Set<string>>).set('up', new Set());
  router.seenCache.put(hex(MESSAGES[0]!));
  return router as TestedRouter;
}

function drawnRpc(random: RandomStream): RPC {
  const messageIDs = MESSAGES.filter(() => random.integer(2) === 0);
  const seen = MESSAGES.slice(0, 1);
  const ihave = [{ topicID: 'up', messageIDs: random.integer(4) === 0 ? messageIDs : seen }];
  const control = random.integer(2) === 0 ? { ihave } : { idontwant: [{ messageIDs }] };
  return { subscriptions: [], messages: [], control: { ...NO_CONTROL, ...control } };
}

/** What a router still has of a peer's control, by what it asks. */
function left(router: TestedRouter, id: string): unknown {
  const tables = router as unknown as Record<'peerhave' | 'idontwantCounts', Map<string, number>>;
  const unwanted = MESSAGES.filter((message) => router.idontwants.get(id)?.has(hex(message)) === true);
  return [tables.peerhave.get(id) ?? 0, tables.idontwantCounts.get(id) ?? 0, unwanted];
}

/** Of IHAVE and IDONTWANT of what it has seen, as the engine deals with them; anything else is the router's. */
function hear(router: TestedRouter, peer: PeerId, rpc: RPC): Promise<void> | undefined {
  const control = soleControl(rpc);
  const standing = router.score.peerStats.get(peer.toString());
  const isKnown = control?.offered.every((id) => router.seenCache.has(id)) === true;
  if (isKnown && standing instanceof PeerStanding && hearControl(standing, control)) return;
  return router.handleReceivedRpc(peer, rpc);
}

test('peer control: whatever comes, a router has of it what its own tables would have', async (context) => {
  let [counted, unwanted] = [0, 0];
  for (let seed = 0; seed < 150; seed++) {
    const clock = new VirtualClock(2, 1);
    context.mock.method(Date, 'now', () => clock.nowMs());
    const [plain, kept] = [lonelyRouter(), lonelyRouter()];
    new ScoreSleep(kept, clock, 0);
    const random = randomStream(seed, 'control');
    for (let happens = 0; happens < 60; happens++) {
      const peer = IDENTITIES[random.integer(PEERS)]!;
      switch (random.integer(10)) {
        case 0:
          for (const router of [plain, kept])
            router.addPeer(peer, 'inbound', multiaddr('/ip4/10.0.0.1/tcp/1'));
          break;
        case 1:
          if (random.integer(3) === 0) for (const router of [plain, kept]) router.removePeer(peer);
          break;
        case 2:
        case 3:
          for (const router of [plain, kept]) await router.heartbeat();
          break;
        default: {
          const rpc = drawnRpc(random);
          for (let times = random.integer(6); times >= 0; times--) {
            await plain.handleReceivedRpc(peer, rpc);
            await hear(kept, peer, rpc);
          }
        }
      }
      clock.nowUs += 50_000 * random.integer(9);
      for (const one of IDENTITIES) {
        const [mine, theirs] = [left(kept, one.toString()), left(plain, one.toString())] as [
          number[],
          number[],
        ];
        assert.deepEqual(mine, theirs, `seed ${seed}`);
        counted += mine[0]! + mine[1]!;
        unwanted += (mine[2] as unknown as Uint8Array[]).length;
      }
    }
    context.mock.restoreAll();
  }
  assert(counted > 1000 && unwanted > 1000, `${counted} counted, ${unwanted} unwanted`);
});
