import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { metadataFile, TIMESTAMP_FILE, targetFile } from '../trust/file-name.ts';
import { BundleFetcher, decodeBundle, encodeBundle } from './bundle.ts';
import { BUNDLE_MAX_BYTES, BUNDLE_MAX_FILES, BUNDLE_MAX_ROOTS } from './limits.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);
const TARGET = targetFile('cell-admission/strict-cells-1.wasm', 'a'.repeat(64));
const WHOLE = [
  '3.root.json',
  '4.root.json',
  TIMESTAMP_FILE,
  '7.snapshot.json',
  '5.targets.json',
  '2.alice.json',
  '9.bob.json',
  TARGET,
];

const filesOf = (names: readonly string[], length = 3): Map<string, Uint8Array> =>
  new Map(names.map((name, index) => [name, new Uint8Array(length).fill(index)]));

/** The layout without any of the encoder's checks. */
function raw(files: readonly (readonly [string, Uint8Array])[], count = files.length): Uint8Array {
  const parts = files.map(([name, bytes]) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([Buffer.from([name.length]), Buffer.from(name, 'latin1'), length, bytes]);
  });
  return new Uint8Array(Buffer.concat([Buffer.from('RWB1'), Buffer.from([count]), ...parts]));
}

const rawNames = (names: readonly string[], length = 3): Uint8Array =>
  raw(names.map((name) => [name, new Uint8Array(length)] as const));

test('bundle: what is encoded is decoded, byte for byte', () => {
  const files = filesOf(WHOLE);
  const message = encodeBundle(files);
  assert.deepEqual([...decodeBundle(message)!], [...files]);
  assert.deepEqual(message, raw([...files]));
  for (const name of WHOLE) assert(decodeBundle(encodeBundle(filesOf([name]))), name);
});

test('bundle: a publication has one order, and no file twice', () => {
  for (let first = 0; first < WHOLE.length - 1; first++) {
    const swapped = [...WHOLE];
    [swapped[first], swapped[first + 1]] = [swapped[first + 1]!, swapped[first]!];
    assert.equal(decodeBundle(rawNames(swapped)), null, `${swapped[first]} first`);
    assert.throws(() => encodeBundle(filesOf(swapped)), RangeError);
    const twice = WHOLE.toSpliced(first, 0, WHOLE[first]!);
    assert.equal(decodeBundle(rawNames(twice)), null, `${WHOLE[first]} twice`);
  }
  assert.equal(decodeBundle(rawNames(['3.root.json', '5.root.json'])), null, 'a root left out');
  assert.equal(decodeBundle(rawNames(['7.snapshot.json', '8.snapshot.json'])), null, 'two snapshots');
  assert.equal(decodeBundle(rawNames([TARGET, TARGET.replace('a', 'b')])), null, 'two targets');
});

test('bundle: only files of a repository travel in it', () => {
  const names = [
    '',
    'x',
    '../1.root.json',
    '1.timestamp.json',
    '0.root.json',
    '01.root.json',
    '1.ROOT.json',
    '1.root.json ',
    'root.json',
    'targets/x',
    `targets/../${'a'.repeat(64)}.x`,
    `targets/hook/${'A'.repeat(64)}.x`,
    `${TARGET}/x`,
    `${'9'.repeat(16)}.root.json`,
  ];
  for (const name of names) {
    assert.equal(decodeBundle(rawNames([name])), null, name);
    assert.throws(() => encodeBundle(filesOf([name])), RangeError, name);
  }
});

test('bundle: target names are those that the trust client takes', () => {
  const name = targetFile('cell-admission/Strict_Cells-1.wasm', 'a'.repeat(64));
  assert(decodeBundle(rawNames([name])));
});

test('bundle: not a byte too few or too many', () => {
  const message = encodeBundle(filesOf(WHOLE));
  for (let length = 0; length < message.length; length++) {
    assert.equal(decodeBundle(message.subarray(0, length)), null, `${length} bytes`);
  }
  assert.equal(decodeBundle(Uint8Array.of(...message, 0)), null, 'a byte after the end');
  assert.equal(decodeBundle(Uint8Array.from(message, (byte, at) => (at === 3 ? byte + 1 : byte))), null);
  assert.equal(decodeBundle(raw([], 0)), null, 'no file');
  assert.equal(decodeBundle(raw([...filesOf(WHOLE)], WHOLE.length - 1)), null, 'a file that is not counted');
  assert.equal(decodeBundle(raw([...filesOf(WHOLE)], WHOLE.length + 1)), null, 'a file that is not there');
  const endless = raw([[TIMESTAMP_FILE, new Uint8Array(3)]]);
  new DataView(endless.buffer).setUint32(6 + TIMESTAMP_FILE.length, 0xffff_ffff);
  assert.equal(decodeBundle(endless), null, 'a length beyond the message');
});

test('bundle: a message in the middle of a buffer is read where it lies', () => {
  const message = encodeBundle(filesOf(WHOLE));
  const buffer = new Uint8Array(message.length + 20);
  buffer.set(message, 10);
  const files = decodeBundle(buffer.subarray(10, 10 + message.length));
  assert.deepEqual([...files!], [...filesOf(WHOLE)]);
  assert.equal(files!.get(TARGET)!.buffer, buffer.buffer, 'files are views, not copies');
});

test('bundle: BUNDLE_MAX_BYTES, BUNDLE_MAX_FILES and BUNDLE_MAX_ROOTS hold', () => {
  const overhead = encodeBundle(filesOf([TIMESTAMP_FILE], 0)).length;
  const full = filesOf([TIMESTAMP_FILE], BUNDLE_MAX_BYTES - overhead);
  assert(decodeBundle(encodeBundle(full)));
  const over = filesOf([TIMESTAMP_FILE], BUNDLE_MAX_BYTES - overhead + 1);
  assert.throws(() => encodeBundle(over), RangeError);
  assert.equal(decodeBundle(raw([...over])), null);
  const roles = Array.from({ length: BUNDLE_MAX_FILES + 1 }, (_unused, index) =>
    metadataFile(`role-${String(index).padStart(3, '0')}`, 1),
  );
  assert(decodeBundle(rawNames(roles.slice(1))));
  assert.equal(decodeBundle(rawNames(roles)), null);
  const roots = Array.from({ length: BUNDLE_MAX_ROOTS + 1 }, (_unused, index) =>
    metadataFile('root', index + 1),
  );
  assert(decodeBundle(rawNames(roots.slice(1))));
  assert.equal(decodeBundle(rawNames(roots)), null);
});

const anyName = fc.oneof(
  fc.constantFrom(...WHOLE),
  fc.string({ maxLength: 40 }),
  fc.tuple(fc.nat(), fc.stringMatching(/^[a-z]{1,8}$/)).map(([version, role]) => `${version}.${role}.json`),
);
const anyFiles = fc.array(fc.tuple(anyName, fc.uint8Array({ maxLength: 20 })), { maxLength: 6 });

test('bundle: no message makes the decoder throw', () => {
  const almost = fc
    .tuple(anyFiles, fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 3 }))
    .map(([files, flips]) => {
      const message = raw(files);
      for (const [at, byte] of flips) if (at < message.length) message[at] = byte;
      return message;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), almost), (message) => {
      const files = decodeBundle(message);
      // Whatever is taken has one form only: it is what the encoder would have made of it.
      if (files !== null) assert.deepEqual(encodeBundle(files), message);
    }),
    { seed, numRuns: 2000 },
  );
});

test('bundle: whatever the encoder takes comes back', () => {
  fc.assert(
    fc.property(fc.subarray(WHOLE, { minLength: 1 }), fc.uint8Array({ maxLength: 100 }), (names, bytes) => {
      const files = new Map(names.map((name) => [name, bytes]));
      assert.deepEqual([...decodeBundle(encodeBundle(files))!], [...files]);
    }),
    { seed },
  );
});

test('bundle: a fetcher over one has its files and no others, and no more than is allowed', async () => {
  const fetcher = new BundleFetcher(filesOf(WHOLE));
  const limits = { maxBytes: 3, timeoutMs: 1 };
  assert.deepEqual(await fetcher.fetch(TIMESTAMP_FILE, limits), { bytes: new Uint8Array(3).fill(2) });
  assert.deepEqual(await fetcher.fetch(TIMESTAMP_FILE, { ...limits, maxBytes: 2 }), { failed: 'too-large' });
  assert.deepEqual(await fetcher.fetch('5.root.json', limits), { failed: 'not-found' });
});
