import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRelay, TestRelay } from './testing/test-relay.ts';
import { DAY_MS, moduleBytes, START_MS, type TestRepository } from './testing/test-repository.ts';
import { VerificationCache } from './verification-cache.ts';

const RELAYS = 7500;

/** Bytes of the files that one relay reads of a publication. */
function bytesOf(repository: TestRepository, ...files: string[]): number {
  return files.reduce((sum, file) => sum + repository.get(file).length, 0);
}

test('verification cache: 7,500 relays check each signature and hash each file once', async () => {
  const cache = new VerificationCache();
  const { repository, relay } = await startRelay({ cache });
  const relays = [relay, ...Array.from({ length: RELAYS - 1 }, () => new TestRelay(repository, { cache }))];
  for (const one of relays) await one.client.refresh();
  repository.roles.root.keys = ['root-1', 'root-2', 'root-4'];
  repository.publishRoot();
  repository.addModule({ version: 2, bytes: moduleBytes('new', 20_000) });
  repository.publish({ bump: ['targets'] });
  const before = { ...cache.done };
  for (const { client } of relays) {
    const refreshed = await client.refresh();
    assert('updated' in refreshed && refreshed.updated);
    // Two of the old root's keys, two of its own; one of timestamp and snapshot, two of targets.
    assert.equal(refreshed.work.signatures, 8);
    const files = ['2.root.json', 'timestamp.json', '2.snapshot.json', '2.targets.json'];
    assert.equal(refreshed.work.bytes, bytesOf(repository, ...files));
    const downloaded = await client.download(client.targets()[1]);
    assert('bytes' in downloaded);
    assert.deepEqual(downloaded.work, { signatures: 0, bytes: 20_000 });
  }
  assert.equal(cache.done.signatures - before.signatures, 8);
  assert.equal(cache.done.hashed - before.hashed, 5);
  assert.equal(cache.done.parsed - before.parsed, 4);
});

test('verification cache: what a relay would have had to do is the same with and without it', async () => {
  const cache = new VerificationCache();
  const { repository, relay } = await startRelay({ cache });
  const alone = new TestRelay(repository);
  const sharing = new TestRelay(repository, { cache });
  assert.deepEqual(await alone.client.refresh(), await sharing.client.refresh());
  repository.publish({ bump: ['targets'], signers: { targets: ['targets-1'] } });
  const refused = await relay.refusal();
  assert.equal(refused?.refused, 'below-threshold');
  assert.deepEqual(await alone.refusal(), refused);
  assert.deepEqual(await sharing.refusal(), refused);
});

test('verification cache: relays that share it still decide each for itself', async () => {
  const cache = new VerificationCache();
  const { repository, relay } = await startRelay({ cache });
  const old = repository.copy();
  const behind = new TestRelay(repository, { cache });
  const late = new TestRelay(repository, { cache });
  const trusting = new TestRelay(repository, { cache, developmentNetwork: true });
  late.clock.timeMs = START_MS + DAY_MS;
  repository.publish({ bump: ['targets'] });
  assert.equal(await relay.updated(), true);
  assert.equal(await behind.updated(old), true);
  assert.equal((await relay.refusal(old))?.refused, 'rollback');
  assert.equal((await late.refusal())?.refused, 'expired');
  assert.equal(await trusting.updated(), true);
});

test('verification cache: relays share one copy of metadata and targets', async () => {
  const cache = new VerificationCache();
  const { repository, relay } = await startRelay({ cache });
  const other = new TestRelay(repository, { cache });
  const copies = new Map([...repository.files].map(([file, bytes]) => [file, Uint8Array.from(bytes)]));
  assert.equal(await other.updated(copies), true);
  for (const { client } of [relay, other]) await client.download(client.targets()[0]);
  for (const file of repository.files.keys()) {
    assert.equal(other.client.file(file), relay.client.file(file), file);
  }
});

test('verification cache: metadata cut out of a large message do not hold all of it in memory', async () => {
  const { repository } = await startRelay();
  const cut = (bytes: Uint8Array) => {
    const message = new Uint8Array(300_000);
    message.set(bytes, 1000);
    return message.subarray(1000, 1000 + bytes.length);
  };
  const relay = new TestRelay(repository, { root: cut(repository.firstRoot) });
  await relay.updated(new Map([...repository.files].map(([file, bytes]) => [file, cut(bytes)])));
  for (const target of relay.client.targets()) await relay.client.download(target);
  for (const [file, bytes] of repository.files) {
    const held = relay.client.file(file);
    assert.deepEqual(held, bytes);
    assert.equal(held?.buffer.byteLength, bytes.length, file);
  }
});

test('verification cache: a flood of metadata pushes out what nobody uses, and changes no decision', async () => {
  const cache = new VerificationCache(100_000, 8);
  const { repository, relay } = await startRelay({ cache });
  for (let n = 0; n < 50; n++) {
    const files = repository.copy().set('timestamp.json', Buffer.from(`{"flood":${n}}`));
    assert.equal((await relay.refusal(files))?.refused, 'malformed');
  }
  assert.equal(await relay.updated(), false);
  const parsed = cache.done.parsed;
  const another = new TestRelay(repository, { cache });
  assert.equal(await another.updated(), true);
  assert(cache.done.parsed > parsed, 'it was forgotten');
  assert.deepEqual(another.client.targets(), relay.client.targets());
});
