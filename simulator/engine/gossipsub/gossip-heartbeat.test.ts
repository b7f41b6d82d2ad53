import '../../../node/promise-with-resolvers.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { type RandomStream, randomStream } from '../random.ts';
import { FailureLog, RelayRegistrar, relayComponents } from './components.ts';
import { newsOf, tellNews } from './gossip-heartbeat.ts';
import { syntheticIdentity } from './identity.ts';
import { type GossipSubInternals, gossipSubClass } from './internals.ts';
import { routerOptions } from './router.ts';

const TOPIC = 'up';
const OPTIONS = { D: 6, Dlo: 0, Dhi: 99, Dscore: 4, Dout: 0, heartbeatMs: 1000 };
const { peerId: self } = syntheticIdentity(0, 1);

interface TestedRouter extends GossipSubInternals {
  heartbeat(): Promise<void>;
}

/** A router with drawn peers and messages, and what it sends, in its order. */
function drawnRouter(random: RandomStream) {
  const components = relayComponents(self, null, new RelayRegistrar(), new FailureLog());
  const options = routerOptions({ ...OPTIONS, Dlazy: random.integer(8) } as never, true);
  const router = new (gossipSubClass(components))(components, options) as TestedRouter;
  const [mesh, members] = [new Set<string>(), new Set<string>()];
  (router.mesh as Map<string, Set<string>>).set(TOPIC, mesh);
  (router.topics as Map<string, Set<string>>).set(TOPIC, members);
  for (let peer = random.integer(60); peer > 0; peer--) {
    const id = `peer ${peer}`;
    const hasStream = random.integer(6) > 0;
    if (random.integer(6) > 0) members.add(id);
    if (hasStream) router.streamsOutbound.set(id, { protocol: router.protocols[0] } as never);
    if (hasStream && random.integer(3) === 0) mesh.add(id);
  }
  const { mcache } = router as unknown as {
    mcache: { put(id: object, message: object, isValid: boolean): void };
  };
  for (let message = random.integer(5); message > 0; message--) {
    const msgId = Buffer.alloc(32, message);
    const isValid = random.integer(4) > 0;
    mcache.put({ msgId, msgIdStr: msgId.toString('hex') }, { topic: TOPIC, data: msgId }, isValid);
    if (random.integer(2) === 0) router.mcache.shift();
  }
  const sent: string[] = [];
  router.sendRpc = (peer, rpc) => sent.push(`${peer} ${Buffer.from(RPC.encode(rpc)).toString('hex')}`) > 0;
  return { router, sent };
}

test('gossip heartbeat: it tells the same peers the same as the heartbeat of js-libp2p, with the same draws', async (context) => {
  let told = 0;
  for (let seed = 0; seed < 300; seed++) {
    const [one, other] = [0, 1].map(() => drawnRouter(randomStream(seed, 'router'))) as [
      ReturnType<typeof drawnRouter>,
      ReturnType<typeof drawnRouter>,
    ];
    const draws = [0, 1].map(() => randomStream(seed, 'draws')) as [RandomStream, RandomStream];
    context.mock.method(Math, 'random', () => draws[0].uniform());
    await one.router.heartbeat();
    context.mock.restoreAll();
    context.mock.method(Math, 'random', () => draws[1].uniform());
    const news = newsOf(other.router);
    assert(news !== null);
    tellNews(other.router, news);
    context.mock.restoreAll();
    assert.deepEqual(other.sent, one.sent, `seed ${seed}`);
    told += one.sent.length;
  }
  assert(told > 500, `${told} were told`);
});

test('gossip heartbeat: what is in several meshes, or too much to be listed, is left to the router', () => {
  const { router } = drawnRouter(randomStream(1, 'router'));
  (router.mesh as Map<string, Set<string>>).set('other', new Set());
  assert.equal(newsOf(router), null);
  const { router: full } = drawnRouter(randomStream(1, 'router'));
  full.mcache.getGossipIDs = () => new Map([[TOPIC, new Array<Uint8Array>(5001).fill(Buffer.alloc(32))]]);
  assert.equal(newsOf(full), null);
});
