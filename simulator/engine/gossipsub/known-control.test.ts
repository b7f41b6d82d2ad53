import '../../../node/promise-with-resolvers.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { Trace } from '../trace.ts';
import { Call, type SimulationEvent, VirtualClock } from '../virtual-clock.ts';
import { ARRIVAL, Arrival } from './arrival.ts';
import { FailureLog, RelayRegistrar, relayComponents } from './components.ts';
import { type Frame, FrameMint } from './frame.ts';
import { syntheticIdentity } from './identity.ts';
import { gossipSubClass } from './internals.ts';
import { KnownControl } from './known-control.ts';
import { idText } from './message-id.ts';
import { PeerStanding } from './peer-standing.ts';
import { routerOptions } from './router.ts';
import { ScoreSleep } from './score-sleep.ts';
import { Transport } from './transport.ts';

const NO_CONTROL = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] };
const [one, other] = [7, 8].map((byte) => new Uint8Array(32).fill(byte));
const [self, peer] = [0, 1].map((relay) => syntheticIdentity(relay, 1).peerId);
const mint = new FrameMint(true);
const nothing = (): void => {};

/** A frame that somebody has decoded. */
function frameOf(rpc: Partial<RPC>): Frame {
  const whole = { subscriptions: [], messages: [], ...rpc };
  const frame = mint.ofControl(whole, () => RPC.encode(whole));
  mint.decode(frame, (bytes) => RPC.decode(bytes));
  return frame;
}

const controlFrame = (control: Partial<RPC.ControlMessage>): Frame =>
  frameOf({ control: { ...NO_CONTROL, ...control } });
const offer = (...messageIDs: Uint8Array[]): Frame =>
  controlFrame({ ihave: [{ topicID: 'up', messageIDs }] });

/** Relay 1 of a network, with a real router that knows one peer; it has seen message `one`, until virtual second 10. */
function relayWithPeer(isAwake = true) {
  const clock = new VirtualClock(3, 1);
  const known = new KnownControl(clock, 3);
  const transport = new Transport(clock, [], mint, Trace.forRelays(3), null);
  known.shorten(transport, []);
  const options = routerOptions({ heartbeatMs: 1000 } as never, true);
  const components = relayComponents(self!, null, new RelayRegistrar(), new FailureLog());
  const router = new (gossipSubClass(components))(components, options);
  const scores = new ScoreSleep(router, clock, 1);
  router.score.addPeer(peer!.toString());
  const standing = router.score.peerStats.get(peer!.toString());
  assert(standing instanceof PeerStanding);
  const untilMs = clock.nowMs() + 10_000;
  known.awake[1] = isAwake ? 1 : 0;
  known.seen.add(1, idText(one!), untilMs);
  known.seen.add(0, idText(other!), untilMs);
  const takes = (event: SimulationEvent): boolean => {
    if (event instanceof Arrival) event.sender = standing;
    return (clock.shortcut as NonNullable<VirtualClock['shortcut']>)(event);
  };
  const takesFrame = (frame: Frame | null): boolean =>
    takes(new Arrival(nothing, ARRIVAL.frame, 0, 1, 0, frame));
  return { clock, transport, router, scores, standing, takes, takesFrame };
}

test('known control: IDONTWANT is dealt with on the spot, and IHAVE of what the relay surely remembers', () => {
  const { clock, transport, standing, takesFrame } = relayWithPeer();
  assert.equal(takesFrame(controlFrame({ idontwant: [{ messageIDs: [one!] }] })), true);
  clock.nowUs = 10e6;
  assert.equal(takesFrame(offer(one!)), true);
  assert.equal(takesFrame(offer(other!)), false, 'only relay 0 has seen it');
  assert.equal(takesFrame(offer(one!, other!)), false);
  clock.nowUs = 10.001e6;
  assert.equal(takesFrame(offer(one!)), false, 'it may have forgotten it');
  assert.equal(transport.counters.framesDelivered, 2);
  assert.deepEqual([standing.ihaves, standing.idontwants, standing.unwanted], [1, 1, idText(one!)]);
});

test('known control: nothing is dealt with on the spot at a relay whose router sleeps', () => {
  const { takesFrame } = relayWithPeer(false);
  assert.equal(takesFrame(controlFrame({ idontwant: [{ messageIDs: [one!] }] })), false);
  assert.equal(takesFrame(offer(one!)), false);
});

test('known control: of a peer that is gone, or once scores count, it goes the way of the router', () => {
  const { router, standing, takesFrame } = relayWithPeer();
  standing.connected = false;
  assert.equal(takesFrame(offer(one!)), false);
  standing.connected = true;
  assert.equal(takesFrame(offer(one!)), true);
  router.score.addPenalty('somebody', 1, '');
  assert.equal(takesFrame(offer(one!)), false);
});

test('known control: whatever may call for an answer goes the way of the router', () => {
  const topicID = 'up';
  const frames: Record<string, Frame | null> = {
    'no frame': null,
    'a frame that nobody has decoded': mint.ofBytes(offer(one!).bytes.slice()),
    graft: controlFrame({ graft: [{ topicID }] }),
    prune: controlFrame({ prune: [{ topicID, peers: [], backoff: 60 }] }),
    iwant: controlFrame({ iwant: [{ messageIDs: [one!] }] }),
    'IHAVE and IDONTWANT': controlFrame({
      ihave: [{ topicID, messageIDs: [one!] }],
      idontwant: [{ messageIDs: [one!] }],
    }),
    'IHAVE with a graft': controlFrame({
      ihave: [{ topicID, messageIDs: [one!] }],
      graft: [{ topicID }],
    }),
    'IDONTWANT with a subscription': frameOf({
      subscriptions: [{ topic: topicID, subscribe: true }],
      control: { ...NO_CONTROL, idontwant: [{ messageIDs: [one!] }] },
    }),
    'IDONTWANT with a message': frameOf({
      messages: [{ topic: topicID, data: one! }],
      control: { ...NO_CONTROL, idontwant: [{ messageIDs: [one!] }] },
    }),
  };
  const { takesFrame } = relayWithPeer();
  for (const [name, frame] of Object.entries(frames)) assert.equal(takesFrame(frame), false, name);
});

test('known control: other events take place', () => {
  assert.equal(relayWithPeer().takes(new Call(1, nothing)), false);
});

test('known control: the new process of a relay has seen nothing', () => {
  const { seen } = new KnownControl(new VirtualClock(3, 1), 3);
  for (const relay of [0, 1]) seen.add(relay, 'id', 10);
  seen.forget(1);
  assert.equal(seen.has(0, ['id'], 10), true);
  assert.equal(seen.has(1, ['id'], 10), false);
});
