import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { Call, VirtualClock } from '../virtual-clock.ts';
import { ARRIVAL, Arrival } from './arrival.ts';
import { type Frame, FrameMint } from './frame.ts';
import { idText } from './message-id.ts';
import { PatientControl } from './patient-control.ts';

const NO_CONTROL = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] };
const [one, other] = [7, 8].map((byte) => new Uint8Array(32).fill(byte));
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

/** Whether a frame may wait at relay 1 of a network that knows message `one` until virtual second 10. */
function mayWait(frame: Frame | null, { awake = true, atSeconds = 5 } = {}): boolean {
  const clock = new VirtualClock(3, 1);
  const control = new PatientControl(clock, 3);
  const startMs = clock.nowMs();
  control.awake[1] = awake ? 1 : 0;
  control.seen.add(1, idText(one!), startMs + 10_000);
  control.seen.add(0, idText(other!), startMs + 10_000);
  clock.nowUs = atSeconds * 1e6;
  return control.mayWait(new Arrival(nothing, ARRIVAL.frame, 0, 1, 0, frame));
}

test('patient control: IDONTWANT waits, and IHAVE of what the relay surely remembers', () => {
  assert.equal(mayWait(controlFrame({ idontwant: [{ messageIDs: [other!] }] })), true);
  assert.equal(mayWait(offer(one!)), true);
  assert.equal(mayWait(offer(one!), { atSeconds: 10 }), true);
  assert.equal(mayWait(offer(one!), { atSeconds: 10.001 }), false, 'it may have forgotten it');
  assert.equal(mayWait(offer(other!)), false, 'only relay 0 has seen it');
  assert.equal(mayWait(offer(one!, other!)), false);
});

test('patient control: nothing waits at a relay whose router sleeps', () => {
  assert.equal(mayWait(controlFrame({ idontwant: [{ messageIDs: [one!] }] }), { awake: false }), false);
  assert.equal(mayWait(offer(one!), { awake: false }), false);
});

test('patient control: whatever may call for an answer takes place at once', () => {
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
  for (const [name, frame] of Object.entries(frames)) assert.equal(mayWait(frame), false, name);
});

test('patient control: other events take place at once', () => {
  const control = new PatientControl(new VirtualClock(3, 1), 3);
  control.awake.fill(1);
  assert.equal(control.mayWait(new Call(1, nothing)), false);
});

test('patient control: the new process of a relay has seen nothing', () => {
  const { seen } = new PatientControl(new VirtualClock(3, 1), 3);
  for (const relay of [0, 1]) seen.add(relay, 'id', 10);
  seen.forget(1);
  assert.equal(seen.has(0, ['id'], 10), true);
  assert.equal(seen.has(1, ['id'], 10), false);
});
