import '../../../node/promise-with-resolvers.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeerId } from '@libp2p/interface';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { type RandomStream, randomStream } from '../random.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { FailureLog, RelayRegistrar, relayComponents } from './components.ts';
import { type Identity, syntheticIdentity } from './identity.ts';
import { type GossipSubInternals, gossipSubClass } from './internals.ts';
import { PeerStanding, PeerStandings } from './peer-standing.ts';
import { ScoreSleep } from './score-sleep.ts';

const TOPIC = 'topic';
const PEERS = 5;
/** One that can be closed. */
const STREAM = { rawStream: null, pushPrefixed: () => {}, close: async () => {} };
const IDENTITIES = Array.from({ length: PEERS + 1 }, (_unused, index) => syntheticIdentity(index, 1));

interface TestedRouter extends GossipSubInternals {
  addPeer(peer: PeerId, direction: 'inbound' | 'outbound', address: Multiaddr): void;
  removePeer(peer: PeerId): void;
}

/** A router that knows nobody and is subscribed to a topic. */
function lonelyRouter(): TestedRouter {
  const { peerId } = IDENTITIES[PEERS];
  const components = relayComponents(peerId, null, new RelayRegistrar(), new FailureLog());
  const router = new (gossipSubClass(components))(components, { globalSignaturePolicy: 'StrictNoSign' });
  (router.mesh as Map<string, Set<string>>).set(TOPIC, new Set());
  return router as TestedRouter;
}

/** A router as js-libp2p has it and one that keeps standings, which live through the same. */
class Pair {
  readonly clock = new VirtualClock(2, 1);
  private readonly plain = lonelyRouter();
  private readonly sleeping = lonelyRouter();
  private readonly scores = new ScoreSleep(this.sleeping, this.clock, 0);

  both(happens: (router: TestedRouter) => unknown): void {
    const answer = happens(this.plain);
    assert.equal(happens(this.sleeping), answer);
  }

  /** One that finds nothing to do but to ask for scores. */
  heartbeat(): void {
    const { score, mesh, topics, streamsOutbound } = this.plain;
    for (const peer of mesh.get(TOPIC)!) score.score(peer);
    for (const peer of topics.get(TOPIC) ?? []) if (streamsOutbound.has(peer)) score.score(peer);
    this.scores.askedByHeartbeat(this.sleeping);
  }
}

function connect(router: TestedRouter, { peerId }: Identity, isSubscribed: boolean): void {
  const id = peerId.toString();
  router.addPeer(peerId, 'inbound', multiaddr('/ip4/10.0.0.1/tcp/1'));
  if (!isSubscribed) return;
  router.streamsOutbound.set(id, STREAM);
  const topics = router.topics as Map<string, Set<string>>;
  topics.set(TOPIC, (topics.get(TOPIC) ?? new Set()).add(id));
}

/** Something that happens to both, with nothing held against anybody. */
function happensNext(pair: Pair, random: RandomStream): void {
  const identity = IDENTITIES[random.integer(PEERS)];
  const id = identity.peerId.toString();
  const isSubscribed = random.integer(8) > 0;
  switch (random.integer(8)) {
    case 0:
    case 1:
      pair.both((router) => connect(router, identity, isSubscribed));
      break;
    case 2:
      if (random.integer(8) === 0) pair.both((router) => router.removePeer(identity.peerId));
      break;
    case 3:
      pair.both((router) => router.score.score(id));
      break;
    case 4:
      for (let rpcs = random.integer(2) * 200; rpcs >= 0; rpcs--)
        pair.both((router) => router.acceptFrom(id));
      break;
    case 5:
      pair.both((router) => (router.mesh.get(TOPIC) as Set<string>).delete(id));
      if (isSubscribed) pair.both((router) => void (router.mesh.get(TOPIC) as Set<string>).add(id));
      break;
    default:
      for (let beats = random.integer(3); beats >= 0; beats--) {
        pair.heartbeat();
        // A process that stood still has its next one sooner.
        pair.clock.nowUs += random.integer(2) === 0 ? 800_000 : 1e6;
      }
  }
  pair.clock.nowUs += 50_000 * random.integer(9);
}

test('peer standings: after the first misdeed, scores and acceptance are what js-libp2p has kept', (context) => {
  let remembered = 0;
  for (let seed = 0; seed < 200; seed++) {
    const pair = new Pair();
    const { clock } = pair;
    context.mock.method(Date, 'now', () => clock.nowMs());
    const random = randomStream(seed, 'standings');
    for (let left = random.integer(60); left >= 0; left--) happensNext(pair, random);
    for (const { peerId } of IDENTITIES)
      pair.both((router) => router.score.addPenalty(peerId.toString(), 9, ''));
    for (let look = 0; look < 12; look++) {
      for (const { peerId } of IDENTITIES) {
        const id = peerId.toString();
        pair.both((router) => {
          const score = router.score.score(id);
          if (score === 0 && router.peers.has(id)) remembered++;
          return score;
        });
        pair.both((router) => router.acceptFrom(id));
      }
      clock.nowUs += 50_000 * random.integer(6);
    }
    context.mock.restoreAll();
  }
  assert(remembered > 500, `scores of before counted ${remembered} times`);
});

test('peer standings: they have every member of the stats that js-libp2p keeps of a peer, and its value', () => {
  const { score } = lonelyRouter();
  score.addPeer('peer');
  const kept = score.peerStats.get('peer')!;
  const standing = new PeerStanding(new PeerStandings(lonelyRouter(), new VirtualClock(1, 1)), {}, 0);
  assert.deepEqual({ ...standing, ...kept, knownIPs: standing.knownIPs }, { ...standing });
  assert.equal(kept.knownIPs.size, 0);
});
