import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import { encode } from 'it-length-prefixed';
import { BYTE_KINDS } from '../../measure/load-result.ts';
import { splitFrame } from './rpc-bytes.ts';

function split(rpc: Partial<RPC>): Record<string, number> {
  return partsOf(encode.single(RPC.encode({ subscriptions: [], messages: [], ...rpc })).subarray());
}

/** Kinds that have any bytes. */
function partsOf(frame: Uint8Array): Record<string, number> {
  const parts = splitFrame(frame);
  assert.equal(
    parts.reduce((sum, bytes) => sum + bytes, 0),
    frame.length,
    'nothing is counted twice or left out',
  );
  return Object.fromEntries(
    BYTE_KINDS.map((kind, index) => [kind, parts[index]]).filter(([, bytes]) => bytes),
  );
}

const control = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] };
const id = new Uint8Array(32).fill(7);

test('rpc bytes: a message counts with its topic, its tag and its length', () => {
  // data: tag, 3 bytes of length, 20,000; topic: tag, length, 2; around them a tag and 3 bytes of length, and the frame's 3.
  const message = { data: new Uint8Array(20_000), topic: 'up' };
  assert.deepEqual(split({ messages: [message] }), { messages: 4 + (4 + 20_000) + (2 + 2), framing: 3 });
});

test('rpc bytes: control is told apart by what it says', () => {
  // Each part: its own tag and length; a topic of 2 and ids of 32 have a tag and a length each.
  assert.deepEqual(split({ control: { ...control, graft: [{ topicID: 'up' }] } }), {
    graft: 6,
    framing: 1 + 2,
  });
  assert.deepEqual(
    split({ control: { ...control, prune: [{ topicID: 'up', peers: [], backoff: 60 }] } }).prune,
    8,
  );
  assert.deepEqual(split({ control: { ...control, iwant: [{ messageIDs: [id, id] }] } }).iwant, 2 + 2 * 34);
  assert.deepEqual(
    split({ control: { ...control, ihave: [{ topicID: 'up', messageIDs: [id] }] } }).ihave,
    2 + 4 + 34,
  );
  assert.deepEqual(split({ control: { ...control, idontwant: [{ messageIDs: [id] }] } }).idontwant, 2 + 34);
  assert.deepEqual(split({ subscriptions: [{ subscribe: true, topic: 'up' }] }), {
    subscriptions: 8,
    framing: 1,
  });
});

test('rpc bytes: a frame of several things is split among them', () => {
  const parts = split({
    subscriptions: [{ subscribe: true, topic: 'up' }],
    messages: [{ data: new Uint8Array(10), topic: 'up' }],
    control: { ...control, graft: [{ topicID: 'up' }], idontwant: [{ messageIDs: [id] }] },
  });
  assert.deepEqual(parts, {
    subscriptions: 8,
    messages: 2 + 12 + 4,
    graft: 6,
    idontwant: 36,
    framing: 1 + 2,
  });
});

test('rpc bytes: what is broken, cut off or unknown counts as framing, and nothing is read beyond the end', () => {
  const whole = encode.single(
    RPC.encode({ subscriptions: [], messages: [{ data: new Uint8Array(50), topic: 'up' }] }),
  );
  for (let length = 0; length < whole.byteLength; length++) partsOf(whole.subarray(0, length));
  assert.deepEqual(partsOf(Uint8Array.of(3, 0x12, 200, 1)), { framing: 4 }, 'longer than the frame');
  assert.deepEqual(partsOf(Uint8Array.of(2, 0x08, 1)), { framing: 3 }, 'a number where none belongs');
  assert.deepEqual(partsOf(Uint8Array.of(3, 0x7a, 1, 1)), { framing: 4 }, 'a field of a later version');
  assert.deepEqual(partsOf(new Uint8Array(20).fill(0xff)), { framing: 20 });
});
