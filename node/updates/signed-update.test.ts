import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { signUpdate, UPDATE_MAX_BYTES, verifyUpdate } from './signed-update.ts';
import { trustKeys } from './trust.ts';

const [alice, bob, mallory] = [0, 1, 2].map(() => generateKeyPairSync('ed25519'));
const trust = trustKeys([alice.publicKey, bob.publicKey], 2);
const now = Date.UTC(2026, 0, 1);
const about = {
  module: 'strict-cells',
  version: 2,
  hook: 'cell-admission',
  interfaceVersion: 1,
  expires: '2026-06-01T00:00:00Z',
};
const binary = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0]);
const signed = signUpdate(about, binary, [alice.privateKey, bob.privateKey]);

function refusal(bytes: Uint8Array, atMs = now): string {
  const result = verifyUpdate(bytes, trust, atMs);
  return 'refused' in result ? result.refused : 'verified';
}

test('signed update: what two trusted keys signed is verified and comes back whole', () => {
  const result = verifyUpdate(signed, trust, now);
  assert('verified' in result);
  assert.deepEqual([...result.verified.binary], [...binary]);
  assert.equal(result.verified.manifest.module, 'strict-cells');
  assert.equal(result.verified.manifest.length, 8);
});

test('signed update: too few, repeated or foreign signatures are below the threshold', () => {
  assert.equal(refusal(signUpdate(about, binary, [alice.privateKey])), 'below-threshold');
  assert.equal(refusal(signUpdate(about, binary, [alice.privateKey, alice.privateKey])), 'below-threshold');
  assert.equal(refusal(signUpdate(about, binary, [alice.privateKey, mallory.privateKey])), 'below-threshold');
  assert.equal(refusal(signUpdate(about, binary, [])), 'below-threshold');
});

test('signed update: expiry is exclusive and the relay clock decides', () => {
  assert.equal(refusal(signed, Date.parse(about.expires) - 1), 'verified');
  assert.equal(refusal(signed, Date.parse(about.expires)), 'expired');
});

test('signed update: a binary that was swapped, cut or lengthened is refused', () => {
  const swapped = signed.slice();
  swapped[swapped.length - 1] ^= 1;
  assert.equal(refusal(swapped), 'wrong-hash');
  assert.equal(refusal(signed.slice(0, -1)), 'wrong-length');
  assert.equal(refusal(Uint8Array.from([...signed, 0])), 'wrong-length');
});

test('signed update: a manifest changed after signing is refused', () => {
  const text = Buffer.from(signed).toString('latin1').replace('"version":2', '"version":3');
  assert.equal(refusal(Buffer.from(text, 'latin1')), 'below-threshold');
  const extra = Buffer.from(signed).toString('latin1').replace('"version":2', '"version":2,"x":1');
  assert.equal(refusal(Buffer.from(extra, 'latin1')), 'malformed');
});

test('signed update: endless data is refused before it is parsed', () => {
  assert.equal(refusal(new Uint8Array(UPDATE_MAX_BYTES + 1)), 'too-large');
});

test('signed update: any mutation of any byte is refused, and none throws', () => {
  fc.assert(
    fc.property(fc.nat(signed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const mutated = signed.slice();
      mutated[at] ^= flip;
      const result = verifyUpdate(mutated, trust, now);
      assert('refused' in result && result.detail.length > 0);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
      assert('refused' in verifyUpdate(noise, trust, now));
    }),
  );
});

test('trust: a threshold that nobody or everybody meets is a usage error', () => {
  assert.throws(() => trustKeys([alice.publicKey], 0), RangeError);
  assert.throws(() => trustKeys([alice.publicKey, alice.publicKey], 2), RangeError);
});
