import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyPair } from '../relay/x25519.ts';
import { decodeDescriptor, encodeDescriptor } from './descriptor.ts';

const onionKey = new KeyPair(new Uint8Array(32).fill(7)).publicKey;
const descriptor = { address: 0xc0000201, port: 9001, onionKey, exit: true };

describe('a descriptor', () => {
  it('is read as it was written', () => {
    for (const exit of [true, false]) {
      const read = decodeDescriptor(encodeDescriptor({ ...descriptor, exit }))!;
      assert.deepEqual([read.address, read.port, read.exit], [0xc0000201, 9001, exit]);
      assert.deepEqual(Buffer.from(read.onionKey.bytes), Buffer.from(onionKey.bytes));
    }
  });

  it('bytes that are not exactly one are none', () => {
    const bytes = encodeDescriptor(descriptor);
    const changed = (at: number, byte: number): Uint8Array =>
      bytes.map((old, index) => (index === at ? byte : old));
    assert.equal(decodeDescriptor(bytes.subarray(1)), null);
    assert.equal(decodeDescriptor(Buffer.concat([bytes, Buffer.of(0)])), null);
    assert.equal(decodeDescriptor(new Uint8Array(0)), null);
    assert.equal(decodeDescriptor(changed(0, 2)), null, 'another version');
    assert.equal(decodeDescriptor(changed(1, 2)), null, 'an unknown flag');
    assert.equal(decodeDescriptor(encodeDescriptor({ ...descriptor, port: 0 })), null, 'no port');
  });
});
