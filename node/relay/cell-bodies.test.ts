import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  readBegin,
  readCreate2,
  readCreated2,
  readExtend2,
  writeBegin,
  writeCreate2,
  writeCreated2,
  writeExtend2,
} from './cell-bodies.ts';
import { ONION_SKIN_BYTES, REPLY_BYTES } from './handshake.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const address = fc.integer({ min: 0, max: 0xffffffff });
const port = fc.integer({ min: 1, max: 0xffff });
const anything = fc.uint8Array({ maxLength: 498 });
const target = fc.record({
  fingerprint: bytesOf(20).map((bytes) => Buffer.from(bytes).toString('hex')),
  address,
  port,
});

function written(write: (into: Uint8Array) => number): Uint8Array {
  const into = new Uint8Array(498).fill(0xaa);
  return into.subarray(0, write(into));
}

function extendBody(
  ...specifiers: readonly (readonly [type: number, value: readonly number[]])[]
): Uint8Array {
  const encoded = specifiers.flatMap(([type, value]) => [type, value.length, ...value]);
  return written((into) => {
    into.set([specifiers.length, ...encoded]);
    return 1 + encoded.length + writeCreate2(into.subarray(1 + encoded.length), new Uint8Array(84).fill(5));
  });
}

const IPV4 = [0, [1, 2, 3, 4, 0x23, 0x29]] as const;
const IDENTITY = [2, Array.from({ length: 20 }, (_, i) => i)] as const;
/** Ed25519 identity: known to tor, of no use here. */
const ED25519 = [3, Array.from({ length: 32 }, () => 9)] as const;

describe('cell bodies', () => {
  it('what is written is read back: handshakes, extensions, destinations', () => {
    fc.assert(
      fc.property(
        bytesOf(ONION_SKIN_BYTES),
        bytesOf(REPLY_BYTES),
        target,
        address,
        port,
        (skin, reply, to, ip, at) => {
          assert.deepEqual(readCreate2(written((into) => writeCreate2(into, skin))), skin);
          assert.deepEqual(readCreated2(written((into) => writeCreated2(into, reply))), reply);
          assert.deepEqual(readExtend2(written((into) => writeExtend2(into, to, skin))), {
            target: { ...to },
            onionSkin: skin,
          });
          const destination = { address: ip, port: at };
          assert.deepEqual(readBegin(written((into) => writeBegin(into, destination))), destination);
        },
      ),
      { seed },
    );
  });

  it('readers answer null to whatever is cut short, and throw at nothing', () => {
    fc.assert(
      fc.property(target, bytesOf(ONION_SKIN_BYTES), fc.nat({ max: 118 }), (to, skin, cut) => {
        const body = written((into) => writeExtend2(into, to, skin));
        assert.equal(readExtend2(body.subarray(0, cut)), null);
        assert.equal(readCreate2(written((into) => writeCreate2(into, skin)).subarray(0, cut % 88)), null);
      }),
    );
    fc.assert(
      fc.property(anything, (body) => {
        for (const read of [readCreate2, readCreated2, readExtend2, readBegin]) read(body);
      }),
      { seed, numRuns: 2000 },
    );
  });

  it('EXTEND2 needs one address and one identity; other specifiers are skipped', () => {
    const read = readExtend2(extendBody(ED25519, IPV4, IDENTITY))!;
    assert.deepEqual(read.target, {
      fingerprint: '000102030405060708090a0b0c0d0e0f10111213',
      address: 0x01020304,
      port: 9001,
    });
    for (const [name, body] of Object.entries({
      'no specifier': extendBody(),
      'no address': extendBody(IDENTITY),
      'no identity': extendBody(IPV4),
      'two addresses': extendBody(IPV4, IPV4, IDENTITY),
      'two identities': extendBody(IPV4, IDENTITY, IDENTITY),
      'an address of five bytes': extendBody([0, [1, 2, 3, 4, 5]], IDENTITY),
      'an identity of 19 bytes': extendBody(IPV4, [2, IDENTITY[1].slice(1)]),
    }))
      assert.equal(readExtend2(body), null, name);
  });

  it('handshakes that are not ntor, or not of its length, are none', () => {
    const skin = new Uint8Array(84);
    for (const [at, value] of [
      [0, 1],
      [1, 0],
      [1, 3],
      [2, 1],
      [3, 83],
      [3, 85],
    ]) {
      const body = written((into) => writeCreate2(into, skin));
      body[at] = value;
      assert.equal(readCreate2(body), null, `byte ${at} is ${value}`);
    }
  });

  it('BEGIN: an address and a port in plain decimal, a name, or nothing', () => {
    const read = (text: string) => readBegin(Buffer.from(text, 'latin1'));
    assert.deepEqual(read('1.2.3.4:443\0'), { address: 0x01020304, port: 443 });
    assert.deepEqual(read('255.255.255.255:65535\0junk'), { address: 0xffffffff, port: 65535 });
    for (const name of ['example.org:80\0', '1.2.3:80\0', '01.2.3.4:80\0', '1.2.3.256:80\0', 'a.onion:1\0'])
      assert.equal(read(name), 'name', name);
    for (const none of [
      '',
      '\0',
      '1.2.3.4\0',
      '1.2.3.4:0\0',
      '1.2.3.4:65536\0',
      ':80\0',
      '1.2.3.4:443',
      '::1:80\0',
      'a b:80\0',
    ])
      assert.equal(read(none), null, none);
  });
});
