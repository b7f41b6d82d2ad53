import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { targetFile } from '../trust/file-name.ts';
import {
  decodeFilePart,
  decodeRequest,
  decodeState,
  encodeFilePart,
  encodeFileRequest,
  encodeState,
  filePartAnswerBytes,
  STATE_ANSWER_BYTES,
  SYNC_REQUEST_MAX_BYTES,
} from './sync-protocol.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);
const version = fc.integer({ min: 1, max: 2 ** 48 - 1 });
const anyVersions = fc.record(
  {
    root: version,
    timestamp: version,
    snapshot: version,
    timestampSha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  },
  { noNullPrototype: true },
);

test('sync protocol: versions come back as they were told', () => {
  const first = { root: 1, timestamp: 0, snapshot: 0, timestampSha256: '' };
  assert.deepEqual(decodeState(encodeState(first)), first, 'before the first timestamp');
  fc.assert(
    fc.property(anyVersions, (versions) => {
      const data = encodeState(versions);
      assert.equal(data.length, STATE_ANSWER_BYTES);
      assert.deepEqual(decodeState(data), versions);
      assert.deepEqual(decodeRequest(data), { kind: 'state', versions });
    }),
    { seed },
  );
});

test('sync protocol: a version too large to tell is told as the largest', () => {
  const versions = { root: 1, timestamp: 2 ** 53 - 1, snapshot: 1, timestampSha256: 'a'.repeat(64) };
  assert.equal(decodeState(encodeState(versions))?.timestamp, 2 ** 48 - 1);
});

test('sync protocol: a question for a part comes back as it was asked', () => {
  const names = ['timestamp.json', '7.targets.json', targetFile('hook/Some_File.wasm', 'a'.repeat(64))];
  const number = fc.nat(2 ** 32 - 1);
  fc.assert(
    fc.property(fc.constantFrom(...names), number, number, (name, offset, maxBytes) => {
      const asked = decodeRequest(encodeFileRequest(name, offset, maxBytes));
      assert.deepEqual(asked, { kind: 'file', name, offset, maxBytes });
    }),
    { seed },
  );
});

test('sync protocol: the longest name that the trust client takes fits into a question', () => {
  const name = targetFile(`${'h'.repeat(64)}/${'f'.repeat(100)}`, 'a'.repeat(64));
  assert(encodeFileRequest(name, 0, 1).length <= SYNC_REQUEST_MAX_BYTES);
});

test('sync protocol: names that no repository has are neither asked nor heard', () => {
  for (const name of ['', '/etc/passwd', '../secret', '.json', 'a b', 'a\n', 'ä', 'x'.repeat(302)]) {
    assert.throws(() => encodeFileRequest(name, 0, 1), RangeError, name);
    const header = encodeFileRequest('x', 0, 1).subarray(0, 9);
    assert.equal(decodeRequest(Buffer.concat([header, Buffer.from(name, 'latin1')])), null, name);
  }
});

test('sync protocol: a part carries the length of the whole', () => {
  const part = { totalBytes: 300_000, bytes: Uint8Array.of(1, 2, 3) };
  const data = encodeFilePart(part);
  assert.equal(data.length, filePartAnswerBytes(3));
  assert.deepEqual(decodeFilePart(data), part);
  for (let length = 0; length < 4; length++) assert.equal(decodeFilePart(data.subarray(0, length)), null);
  assert.deepEqual(decodeFilePart(encodeFilePart({ totalBytes: 0, bytes: new Uint8Array() })), {
    totalBytes: 0,
    bytes: new Uint8Array(),
  });
});

test('sync protocol: whatever comes, nothing is thrown, and a cut or longer STATE is nothing', () => {
  const state = encodeState({ root: 1, timestamp: 1, snapshot: 1, timestampSha256: 'a'.repeat(64) });
  for (let length = 0; length < state.length; length++) {
    assert.equal(decodeState(state.subarray(0, length)), null);
    assert.equal(decodeRequest(state.subarray(0, length)), null);
  }
  assert.equal(decodeState(Uint8Array.of(...state, 0)), null);
  assert.equal(decodeRequest(new Uint8Array(SYNC_REQUEST_MAX_BYTES + 1).fill(2)), null);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(1, 2, 3), (data, kind) => {
      const asked = Uint8Array.of(kind, ...data);
      const request = decodeRequest(asked);
      if (request?.kind === 'file') {
        const { name, offset, maxBytes } = request;
        assert.deepEqual(encodeFileRequest(name, offset, maxBytes), asked);
      }
      decodeState(asked);
      decodeFilePart(data);
    }),
    { seed, numRuns: 1000 },
  );
});
