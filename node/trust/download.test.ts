import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fetched } from './fetcher.ts';
import { targetFile } from './file-name.ts';
import { startRelay } from './testing/test-relay.ts';
import { moduleBytes, TestSource } from './testing/test-repository.ts';
import { MemoryTrustStore } from './trust-store.ts';

async function startDownload() {
  const started = await startRelay();
  const [target] = started.relay.client.targets();
  const file = targetFile(target.path, target.sha256);
  const source = new TestSource(started.repository.files);
  /** Downloads from a source that answers this. */
  const download = (answer: Fetched) => {
    source.instead.set(file, answer);
    return started.relay.client.download(target, source);
  };
  return { ...started, target, file, source, download };
}

test('download: bytes of another length or hash are refused and not kept', async () => {
  const { relay, target, file, download } = await startDownload();
  const cases = [
    [{ bytes: moduleBytes('module', 63) }, 'wrong-length'],
    [{ bytes: moduleBytes('module', 65) }, 'wrong-length'],
    [{ bytes: new Uint8Array() }, 'wrong-length'],
    [{ bytes: moduleBytes('Module', 64) }, 'wrong-hash'],
    [{ failed: 'not-found' }, 'not-found'],
    [{ failed: 'too-large' }, 'too-large'],
    [{ failed: 'too-slow' }, 'too-slow'],
  ] as const;
  for (const [answer, reason] of cases) {
    const refused = await download(answer);
    assert('refused' in refused && refused.refused === reason, reason);
    assert.equal(refused.file, file);
    assert.equal(relay.client.file(file), null);
  }
  const good = await relay.client.download(target);
  assert('bytes' in good);
  assert.deepEqual(relay.client.file(file), moduleBytes('module'));
});

test('download: a fetcher is told what is wanted, and how much and how long at most', async () => {
  const { relay, target, source } = await startDownload();
  await relay.client.download(target, source);
  const [limits] = source.limits;
  assert.equal(limits.maxBytes, 64);
  assert.equal(limits.timeoutMs, 20_004);
  assert.deepEqual(limits.target, { sha256: target.sha256, length: 64, chunks: [target.sha256] });
});

test('download: what the store has is not fetched again, unless it is broken', async () => {
  const { relay, target, file, source } = await startDownload();
  await relay.client.download(target, source);
  await relay.client.download(target, source);
  assert.equal(source.asked.length, 1);
  relay.store.write(file, moduleBytes('broken'));
  assert.equal(relay.client.file(file), null);
  const again = await relay.client.download(target, source);
  assert('bytes' in again);
  assert.equal(source.asked.length, 2);
});

test('download: a target that is not listed is refused unasked', async () => {
  const { relay, target, source } = await startDownload();
  for (const forged of [
    { ...target, path: 'cell-admission/forged.wasm' },
    { ...target, role: 'guards' },
    { ...target, sha256: '0'.repeat(64) },
    { ...target, length: 65 },
  ]) {
    const refused = await relay.client.download(forged, source);
    assert('refused' in refused && refused.refused === 'not-found');
  }
  relay.clock.timeMs += 1e12;
  const expired = await relay.client.download(target, source);
  assert('refused' in expired && expired.refused === 'not-found');
  assert.deepEqual(source.asked, []);
});

test('download: a target that is no longer listed leaves the store, and does not come back late', async () => {
  const { relay, repository, target, file } = await startDownload();
  await relay.client.download(target);
  assert(relay.store.list().includes(file));
  delete repository.contentOf('targets').targets[target.path];
  let answer: (fetched: Fetched) => void = () => {};
  relay.store.remove(file);
  const late = relay.client.download(target, { fetch: () => new Promise((resolve) => (answer = resolve)) });
  relay.store.write(file, repository.get(file));
  repository.publish({ bump: ['targets'] });
  assert.equal(await relay.updated(), true);
  assert(!relay.store.list().includes(file));
  assert.equal(relay.client.file(file), null);
  answer({ bytes: repository.get(file) });
  assert('bytes' in (await late));
  assert(!relay.store.list().includes(file));
});

test('file: only names of trusted files have bytes', async () => {
  const { relay, repository } = await startDownload();
  repository.publish({ bump: ['targets'] });
  await relay.updated();
  const names = [
    '1.snapshot.json',
    '1.targets.json',
    'snapshot.json',
    '0.root.json',
    '2.root.json',
    '',
    '../x',
  ];
  for (const name of names) assert.equal(relay.client.file(name), null, name);
  assert.deepEqual(relay.client.file('2.snapshot.json'), repository.get('2.snapshot.json'));
});

test('file: a disk without room keeps no relay from serving what it has got, and is given it later', async () => {
  const store = new MemoryTrustStore();
  const write = store.write.bind(store);
  store.write = () => {
    throw new Error('the disk is full');
  };
  const { relay, repository } = await startRelay({ store });
  const [target] = relay.client.targets();
  const file = targetFile(target.path, target.sha256);
  await relay.client.download(target);
  assert.equal(store.read(file), null);
  assert.deepEqual(relay.client.file(file), repository.get(file));
  const failures = relay.client.storeFailures();
  repository.publish();
  await relay.updated();
  assert(relay.client.storeFailures() > failures, 'it is tried again with each publication');
  store.write = write;
  repository.publish();
  await relay.updated();
  assert.deepEqual(store.read(file), repository.get(file));
  assert.deepEqual(relay.client.file(file), repository.get(file));
});

test('file: what the disk had no room for is forgotten when it is no longer listed', async () => {
  const { relay, repository, target, file } = await startDownload();
  relay.store.write = () => {
    throw new Error('the disk is full');
  };
  await relay.client.download(target);
  assert.deepEqual(relay.client.file(file), repository.get(file));
  delete repository.contentOf('targets').targets[target.path];
  repository.publish({ bump: ['targets'] });
  await relay.updated();
  repository.addModule();
  repository.publish({ bump: ['targets'] });
  await relay.updated();
  assert.equal(relay.client.targets()[0].sha256, target.sha256);
  assert.equal(relay.client.file(file), null);
});

test('file: what a disk misreads for a while is served when it reads right again', async () => {
  const { relay, repository, target, file } = await startDownload();
  await relay.client.download(target);
  const read = relay.store.read.bind(relay.store);
  relay.store.read = (name) => read(name)?.map((byte, index) => (index === 0 ? byte ^ 1 : byte)) ?? null;
  assert.equal(relay.client.file(file), null);
  relay.store.read = read;
  assert.deepEqual(relay.client.file(file), repository.get(file));
});

for (const role of ['timestamp', 'snapshot'] as const) {
  test(`file: new keys for ${role} cost no target that is listed after them as before`, async () => {
    const { relay, repository, target, file } = await startDownload();
    await relay.client.download(target);
    repository.roles[role].keys = [`${role}-2`];
    repository.publishRoot();
    const onlyRoot = new Map([['2.root.json', repository.get('2.root.json')]]);
    assert.equal((await relay.refusal(onlyRoot))?.refused, 'not-found');
    assert.equal(relay.client.file(file), null, 'nothing says that it is wanted');
    repository.publish();
    await relay.updated();
    assert.deepEqual(relay.client.file(file), repository.get(file));
    delete repository.contentOf('targets').targets[target.path];
    repository.publish({ bump: ['targets'] });
    await relay.updated();
    assert(!relay.store.list().includes(file));
  });
}
