/** Floods of each bound of limits.ts that has no test beside what it bounds; each names the bound. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_BYTES } from './examination.ts';
import type { Fetched } from './fetcher.ts';
import { metadataFile } from './file-name.ts';
import {
  CACHE_MAX_BYTES,
  CACHE_MAX_FILES,
  FETCH_TIMEOUT_MS,
  KEYS_PER_ROLE_MAX,
  PATHS_PER_DELEGATION_MAX,
  REFRESH_TIMEOUT_MS,
  ROOT_MAX_BYTES,
  ROOTS_KEPT,
  ROOTS_PER_REFRESH,
  SNAPSHOT_MAX_BYTES,
  TARGET_BYTES_PER_SECOND_MIN,
  TARGET_MAX_BYTES,
  TARGETS_MAX_BYTES,
  TIMESTAMP_MAX_BYTES,
} from './limits.ts';
import { startRelay } from './testing/test-relay.ts';
import { decode, encode, type JsonValue, moduleBytes, TestSource } from './testing/test-repository.ts';
import { CHUNK_BYTES } from './update-target.ts';
import { VerificationCache } from './verification-cache.ts';

/** The same metadata, so long by a member that nobody looks at. */
function padded(bytes: Uint8Array, length: number): Uint8Array {
  const { signatures, signed } = decode(bytes);
  const withPadding = (padding: string): Uint8Array => encode({ signatures, signed, padding } as JsonValue);
  return withPadding('x'.repeat(length - withPadding('').length));
}

for (const [name, role, maxBytes] of [
  ['ROOT_MAX_BYTES', 'root', ROOT_MAX_BYTES],
  ['TIMESTAMP_MAX_BYTES', 'timestamp', TIMESTAMP_MAX_BYTES],
  ['SNAPSHOT_MAX_BYTES', 'snapshot', SNAPSHOT_MAX_BYTES],
  ['TARGETS_MAX_BYTES', 'targets', TARGETS_MAX_BYTES],
] as const) {
  test(`limits: ${name}: metadata of that length are taken, a byte more is too large and not read`, async () => {
    assert.equal(MAX_BYTES[role], maxBytes);
    assert(maxBytes <= 256 * 1024, 'an attacker without a key must not make a relay hold more');
    for (const excess of [0, 1]) {
      const { repository, relay } = await startRelay();
      repository.pinned = false; // else the bytes would have to be those that are named
      repository.publishRoot();
      repository.publish({ bump: ['targets'] });
      const file = role === 'timestamp' ? 'timestamp.json' : metadataFile(role, 2);
      const files = repository.copy();
      files.set(file, padded(repository.get(file), maxBytes + excess));
      const refused = await relay.refusal(files);
      assert.equal(refused?.refused ?? null, excess === 0 ? null : 'too-large');
      if (refused !== null) assert(refused.work.bytes < maxBytes, 'it has not even been hashed');
    }
  });

  test(`limits: ${name}: a source is told where to stop reading`, async () => {
    const { repository, relay } = await startRelay();
    repository.pinned = false;
    repository.publishRoot();
    repository.publish({ bump: ['targets'] });
    const source = new TestSource(repository.files);
    await relay.client.refresh(source);
    const asked = source.asked.findIndex((file) => file.includes(`${role}.json`));
    assert.equal(source.limits[asked]?.maxBytes, maxBytes);
  });
}

test('limits: TARGET_MAX_BYTES: a longer target is not listed, however well it is signed', async () => {
  for (const excess of [0, 1]) {
    const { repository, relay } = await startRelay();
    repository.addModule({ version: 2, bytes: moduleBytes('long', TARGET_MAX_BYTES + excess) });
    repository.publish({ bump: ['targets'] });
    await relay.updated();
    assert.equal(relay.paths().length, excess === 0 ? 2 : 1);
  }
  assert.equal(TARGET_MAX_BYTES, 64 * CHUNK_BYTES);
});

test('limits: FETCH_TIMEOUT_MS, TARGET_BYTES_PER_SECOND_MIN: nothing is waited for longer', async () => {
  const { repository, relay } = await startRelay();
  repository.addModule({ version: 2, bytes: moduleBytes('long', 10 * TARGET_BYTES_PER_SECOND_MIN) });
  repository.publish({ bump: ['targets'] });
  const source = new TestSource(repository.files);
  await relay.client.refresh(source);
  for (const { timeoutMs } of source.limits) assert.equal(timeoutMs, FETCH_TIMEOUT_MS);
  for (const target of relay.client.targets()) await relay.client.download(target, source);
  assert.equal(source.limits.at(-1)?.timeoutMs, FETCH_TIMEOUT_MS + 10_000);
});

test('limits: REFRESH_TIMEOUT_MS: roots without end, each just in time, end a refresh by the clock', async () => {
  const { repository, relay } = await startRelay();
  for (let root = 0; root < 20; root++) repository.publishRoot();
  const source = new TestSource(repository.files);
  const late = {
    fetch: (file: string, limits: { maxBytes: number; timeoutMs: number }): Promise<Fetched> => {
      relay.clock.timeMs += limits.timeoutMs;
      return source.fetch(file, limits);
    },
  };
  const result = await relay.client.refresh(late);
  assert('refused' in result && result.refused === 'too-slow');
  assert.equal(source.asked.length, Math.ceil(REFRESH_TIMEOUT_MS / FETCH_TIMEOUT_MS));
});

test('limits: ROOTS_KEPT: a chain over many refreshes leaves so many roots in memory and in the store', async () => {
  const { repository, relay } = await startRelay();
  while (repository.next.root <= ROOTS_KEPT + ROOTS_PER_REFRESH) repository.publishRoot();
  repository.publish();
  for (let at = 0; at < Math.ceil(repository.next.root / ROOTS_PER_REFRESH); at++) await relay.updated();
  assert.equal(relay.client.versions().root, ROOTS_KEPT + ROOTS_PER_REFRESH);
  const kept = relay.store.list().filter((file) => file.endsWith('.root.json'));
  assert.equal(kept.length, ROOTS_KEPT);
  assert.equal(relay.client.file(metadataFile('root', ROOTS_PER_REFRESH)), null);
});

test('limits: KEYS_PER_ROLE_MAX: a role with more keys makes a root malformed before a signature is looked at', async () => {
  for (const excess of [0, 1]) {
    const { repository, relay } = await startRelay();
    const keys = Array.from({ length: KEYS_PER_ROLE_MAX + excess }, (_, index) => `timestamp-many-${index}`);
    repository.roles.timestamp = { threshold: 1, keys };
    repository.publishRoot();
    repository.publish();
    const refused = await relay.refusal();
    assert.equal(refused?.refused ?? null, excess === 0 ? null : 'malformed');
    if (refused !== null) assert.equal(refused.work.signatures, 0);
  }
});

test('limits: PATHS_PER_DELEGATION_MAX: a delegation with more patterns makes targets malformed', async () => {
  for (const excess of [0, 1]) {
    const { repository, relay } = await startRelay();
    const paths = Array.from({ length: PATHS_PER_DELEGATION_MAX + excess }, (_, index) => `hook-${index}/*`);
    repository.delegate({ name: 'lab', paths });
    repository.publish({ bump: ['targets'] });
    assert.equal((await relay.refusal())?.refused ?? null, excess === 0 ? null : 'malformed');
  }
});

test('limits: CACHE_MAX_FILES, CACHE_MAX_BYTES: a flood of files that differ in one byte stays below both', () => {
  const cache = new VerificationCache();
  const { files, targets } = cache as unknown as Record<'files' | 'targets', { size: number; bytes: number }>;
  for (let index = 0; index < CACHE_MAX_FILES + 100; index++) {
    cache.parse('timestamp', Buffer.from(`{"forged":${index}}`));
  }
  assert.equal(files.size, CACHE_MAX_FILES);
  const long = 1024 * 1024;
  for (let index = 0; index < CACHE_MAX_BYTES / long + 10; index++)
    cache.oneCopy(moduleBytes(`${index}`, long));
  assert.equal(targets.bytes, CACHE_MAX_BYTES);
});
