import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError } from '../environment.ts';
import { targetFile } from '../trust/file-name.ts';
import { CHUNK_MAX_BYTES, REQUEST_TIMEOUT_MS } from './limits.ts';
import { PeerFetcher } from './peer-fetcher.ts';
import { type FileAsked, filePeer, honestPart, type PartAnswer } from './testing/file-peer.ts';
import { ManualEnvironment } from './testing/manual-environment.ts';

const LIMITS = { maxBytes: 1_000_000, timeoutMs: 60_000 };
/** Three parts, the last one short. */
const FILE = new Uint8Array(2 * CHUNK_MAX_BYTES + 100).map((_byte, index) => index % 251);

function fetcherOf(part: (asked: FileAsked, time: ManualEnvironment['time']) => PartAnswer) {
  const { peers, time } = new ManualEnvironment();
  peers.answers.set(
    'peer',
    filePeer((asked) => part(asked, time)),
  );
  return { fetcher: new PeerFetcher(peers, 'peer', time), peers, time };
}

test('peer fetcher: a file comes in parts and is put together', async () => {
  for (const length of [0, 1, CHUNK_MAX_BYTES, CHUNK_MAX_BYTES + 1, FILE.length]) {
    const file = FILE.subarray(0, length);
    const { fetcher, peers } = fetcherOf((asked) => honestPart(file, asked));
    const fetched = await fetcher.fetch('timestamp.json', LIMITS);
    assert('bytes' in fetched);
    assert.deepEqual(Buffer.compare(fetched.bytes, file), 0);
    assert.equal(peers.asked.length, Math.max(1, Math.ceil(length / CHUNK_MAX_BYTES)));
  }
});

test('peer fetcher: every name that signed metadata can give is asked for', async () => {
  const { fetcher } = fetcherOf((asked) => honestPart(FILE, asked));
  const name = targetFile('cell-admission/Strict_Cells.wasm', 'a'.repeat(64));
  assert('bytes' in (await fetcher.fetch(name, LIMITS)));
});

test('peer fetcher: a file that is announced too large is not fetched', async () => {
  const { fetcher, peers } = fetcherOf((asked) => honestPart(FILE, asked));
  const limits = { ...LIMITS, maxBytes: FILE.length - 1 };
  assert.deepEqual(await fetcher.fetch('f', limits), { failed: 'too-large' });
  assert.equal(peers.asked.length, 1);
});

test('peer fetcher: a length that changes on the way ends it', async () => {
  const { fetcher, peers } = fetcherOf((asked) => {
    const part = honestPart(FILE, asked);
    return asked.offset === 0 ? part : { ...part, totalBytes: part.totalBytes + 1 };
  });
  assert.deepEqual(await fetcher.fetch('f', LIMITS), { failed: 'not-found' });
  assert.equal(peers.asked.length, 2);
});

test('peer fetcher: a part that is short, empty or too long ends it', async () => {
  for (const length of [0, 1, CHUNK_MAX_BYTES - 1]) {
    const { fetcher, peers } = fetcherOf(() => ({
      totalBytes: FILE.length,
      bytes: FILE.subarray(0, length),
    }));
    assert.deepEqual(await fetcher.fetch('f', LIMITS), { failed: 'not-found' });
    assert.equal(peers.asked.length, 1, 'a trickle of small parts is no way to keep a relay busy');
  }
  const { fetcher } = fetcherOf(() => ({ totalBytes: 10, bytes: FILE.subarray(0, 11) }));
  assert.deepEqual(await fetcher.fetch('f', LIMITS), { failed: 'not-found' });
});

test('peer fetcher: an answer that is none of the protocol ends it', async () => {
  const { peers, time } = new ManualEnvironment();
  peers.answers.set('peer', () => Uint8Array.of(1, 2));
  assert.deepEqual(await new PeerFetcher(peers, 'peer', time).fetch('f', LIMITS), { failed: 'not-found' });
});

test('peer fetcher: failures of a request are told as what they mean for the file', async () => {
  const outcomes = [
    ['unreachable', 'not-found'],
    ['refused', 'not-found'],
    ['timeout', 'too-slow'],
    ['too-long', 'too-large'],
  ] as const;
  for (const [failure, failed] of outcomes) {
    const { fetcher } = fetcherOf(() => failure);
    assert.deepEqual(await fetcher.fetch('f', LIMITS), { failed }, failure);
  }
});

test('peer fetcher: REQUEST_TIMEOUT_MS bounds a part, and the deadline all of them together', async () => {
  const { fetcher, peers } = fetcherOf((asked, time) => {
    time.timeMs += REQUEST_TIMEOUT_MS - 1; // just in time, each of them
    return honestPart(FILE, asked);
  });
  const limits = { ...LIMITS, timeoutMs: REQUEST_TIMEOUT_MS + 1000 };
  assert.deepEqual(await fetcher.fetch('f', limits), { failed: 'too-slow' });
  assert.deepEqual(
    peers.asked.map((asked) => asked.limits.timeoutMs),
    [REQUEST_TIMEOUT_MS, 1001],
  );
});

test('peer fetcher: a peer that cannot be reached is not asked for the next file, but again later', async () => {
  const { fetcher, peers, time } = fetcherOf((asked) => honestPart(FILE, asked));
  const answers = peers.answers.get('peer')!;
  peers.answers.set('peer', () => new RequestError('unreachable', 'the connection was closed'));
  assert.deepEqual(await fetcher.fetch('2.root.json', LIMITS), { failed: 'not-found' });
  peers.answers.set('peer', answers);
  assert.deepEqual(await fetcher.fetch('timestamp.json', LIMITS), { failed: 'not-found' });
  assert.equal(peers.asked.length, 1);
  await time.advance(REQUEST_TIMEOUT_MS);
  assert('bytes' in (await fetcher.fetch('timestamp.json', LIMITS)));
});

test('peer fetcher: a peer without a file is asked for others', async () => {
  const { fetcher, peers } = fetcherOf((asked) => honestPart(FILE, asked));
  const answers = peers.answers.get('peer')!;
  peers.answers.set('peer', () => null);
  assert.deepEqual(await fetcher.fetch('2.root.json', LIMITS), { failed: 'not-found' });
  peers.answers.set('peer', answers);
  assert('bytes' in (await fetcher.fetch('timestamp.json', LIMITS)));
});

test('peer fetcher: a clock that is set back keeps nobody from asking', async () => {
  const { fetcher, peers, time } = fetcherOf((asked) => honestPart(FILE, asked));
  const answers = peers.answers.get('peer')!;
  peers.answers.set('peer', () => new RequestError('unreachable', 'the connection was closed'));
  await fetcher.fetch('2.root.json', LIMITS);
  peers.answers.set('peer', answers);
  time.timeMs -= 86_400_000;
  assert('bytes' in (await fetcher.fetch('timestamp.json', LIMITS)));
});
