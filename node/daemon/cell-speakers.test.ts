import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import type { Libp2p } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { CELLS_PROTOCOL, fingerprintOf } from '../relay/libp2p-links.ts';
import { CellSpeakers } from './cell-speakers.ts';

const peerId = peerIdFromPrivateKey(await generateKeyPairFromSeed('Ed25519', new Uint8Array(32)));
const fingerprint = fingerprintOf(peerId);

function bench() {
  const events = new EventTarget();
  const speakers = new CellSpeakers(events as unknown as Libp2p);
  const tell = (type: string, detail: unknown) => events.dispatchEvent(new CustomEvent(type, { detail }));
  return {
    speakers,
    identify: (...protocols: string[]) => tell('peer:identify', { peerId, protocols }),
    leave: () => tell('peer:disconnect', peerId),
  };
}

describe('which peers are relays', () => {
  it('those that serve cells, as soon as they have said so, until they leave', async () => {
    const { speakers, identify, leave } = bench();
    const early = speakers.isRelay(fingerprint);
    assert.ok(early instanceof Promise, 'not known yet');
    identify('/other/1', CELLS_PROTOCOL);
    assert.equal(await early, true);
    assert.equal(speakers.isRelay(fingerprint), true);
    assert.equal(speakers.peerOf(fingerprint), peerId.toString());
    assert.deepEqual([...speakers.peers()], [peerId.toString()]);
    leave();
    assert.ok(speakers.isRelay(fingerprint) instanceof Promise, 'nothing is remembered of who has left');
    assert.equal(speakers.peerOf(fingerprint), null);
  });

  it('a peer that serves other things is a client', async () => {
    const { speakers, identify } = bench();
    const early = speakers.isRelay(fingerprint);
    identify('/other/1');
    assert.deepEqual([await early, speakers.isRelay(fingerprint), speakers.peers().size], [false, false, 0]);
  });
});
