import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerHandshake, ClientHandshake } from './handshake.ts';
import { KeyPair, PublicKey } from './x25519.ts';

const range = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => from + i);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const unhex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

const id = range(100, 20);
const onionKey = new KeyPair(range(0, 32));
const relay = { id, onionKey: onionKey.publicKey };

// Made by onion-vectors.py.
const B = '8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f';
const X = '358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254';
const Y = '79a631eede1bf9c98f12032cdeadd0e7a079398fc786b88cc846ec89af85a51a';
const AUTH = '1d79f6cf21127896d946243c31bde21ee5d4e3cb2ed5b89902476a70bff41392';
const KEYS =
  '0c40e13cbaf851d0aaf66b4ddb06ec8650185c360d08964649726064e051985dad6d21efa783651a' +
  '147d5a334cbc79fcc8b62683c75ecfea04d0be2d37915d2457235a4e7eb29abc';

/** Points of small order: RFC 7748 has any secret come to zero with them. */
const SMALL_ORDER = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f`,
];

describe('x25519', () => {
  it('agrees with the vectors of RFC 7748, section 6.1', () => {
    const alice = new KeyPair(unhex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'));
    const bob = new KeyPair(unhex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'));
    assert.equal(
      hex(alice.publicKey.bytes),
      '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
    );
    const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
    assert.equal(hex(alice.sharedWith(bob.publicKey)!), shared);
    assert.equal(hex(bob.sharedWith(alice.publicKey)!), shared);
  });
});

describe('handshake', () => {
  it('agrees with vectors of an independent implementation, on both sides', () => {
    const client = new ClientHandshake(relay, range(32, 32));
    assert.equal(hex(client.onionSkin), hex(id) + B + X);
    const answer = answerHandshake(id, onionKey, client.onionSkin, range(64, 32))!;
    assert.equal(hex(answer.reply), Y + AUTH);
    const flat = ({ forwardDigestSeed, backwardDigestSeed, forwardKey, backwardKey }: typeof answer.keys) =>
      hex(Buffer.concat([forwardDigestSeed, backwardDigestSeed, forwardKey, backwardKey]));
    assert.equal(flat(answer.keys), KEYS);
    assert.equal(flat(client.finish(answer.reply)!), KEYS);
  });

  it('a reply with any byte changed is refused by the client', () => {
    const client = new ClientHandshake(relay, range(32, 32));
    const { reply } = answerHandshake(id, onionKey, client.onionSkin, range(64, 32))!;
    for (let at = 0; at < reply.length; at++) {
      const changed = Uint8Array.from(reply);
      // Not the topmost bit of Y, which X25519 ignores but the authentication does not.
      changed[at] ^= 1;
      assert.equal(client.finish(changed), null, `byte ${at}`);
    }
    assert.equal(client.finish(reply.subarray(0, 63)), null);
    assert.ok(client.finish(reply) !== null, 'and the true one is taken');
  });

  it('a relay without the onion key cannot answer for it', () => {
    const client = new ClientHandshake(relay, range(32, 32));
    const impostor = new KeyPair(range(7, 32));
    const skin = Uint8Array.from(client.onionSkin);
    skin.set(impostor.publicKey.bytes, 20);
    const answer = answerHandshake(id, impostor, skin, range(64, 32))!;
    assert.equal(client.finish(answer.reply), null);
  });

  it('a skin for another identity or another onion key, or of another length, is refused by the relay', () => {
    const { onionSkin } = new ClientHandshake(relay, range(32, 32));
    for (const at of [0, 19, 20, 51]) {
      const changed = Uint8Array.from(onionSkin);
      changed[at] ^= 1;
      assert.equal(answerHandshake(id, onionKey, changed, range(64, 32)), null, `byte ${at}`);
    }
    assert.equal(answerHandshake(id, onionKey, onionSkin.subarray(1), range(64, 32)), null);
    assert.equal(answerHandshake(id, onionKey, new Uint8Array(0), range(64, 32)), null);
  });

  it('points of small order are refused by both sides', () => {
    const client = new ClientHandshake(relay, range(32, 32));
    for (const point of SMALL_ORDER) {
      const skin = Uint8Array.from(client.onionSkin);
      skin.set(unhex(point), 52);
      assert.equal(answerHandshake(id, onionKey, skin, range(64, 32)), null, point);
      assert.equal(client.finish(Buffer.concat([unhex(point), new Uint8Array(32)])), null, point);
    }
    assert.equal(onionKey.sharedWith(new PublicKey(unhex(SMALL_ORDER[0]))), null);
  });
});
