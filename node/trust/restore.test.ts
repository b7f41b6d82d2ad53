import assert from 'node:assert/strict';
import { test } from 'node:test';
import { targetFile } from './file-name.ts';
import { startRelay, TestRelay } from './testing/test-relay.ts';
import { DAY_MS, moduleBytes, START_MS, type TestRepository, TestSource } from './testing/test-repository.ts';
import type { TrustStore } from './trust-store.ts';

/** The relay after a restart, with a source that has nothing. */
function restart(repository: TestRepository, store: TrustStore): TestRelay {
  return new TestRelay(repository, { store });
}

/** A relay with two roots, two publications, a delegation and a module behind it. */
async function startUsedRelay() {
  const { repository, relay } = await startRelay();
  const first = repository.copy();
  repository.publishRoot();
  repository.delegate({ name: 'guards' });
  repository.addModule({ role: 'guards', module: 'guards', bytes: moduleBytes('guards') });
  repository.publish({ bump: ['targets'] });
  assert.equal(await relay.updated(), true);
  for (const target of relay.client.targets()) await relay.client.download(target);
  return { repository, relay, first };
}

test('restart: a relay knows what it trusted before, and fetches nothing for it', async () => {
  const { repository, relay } = await startUsedRelay();
  const again = restart(repository, relay.store);
  assert.deepEqual(again.client.versions(), relay.client.versions());
  assert.deepEqual(again.client.targets(), relay.client.targets());
  assert.equal(again.client.freshUntilMs(), relay.client.freshUntilMs());
  for (const file of relay.store.list()) {
    assert.deepEqual(again.client.file(file), relay.store.read(file), file);
  }
  const source = new TestSource(repository.files);
  const result = await again.client.refresh(source);
  assert('updated' in result && !result.updated);
  assert.deepEqual(source.asked, ['3.root.json', 'timestamp.json']);
});

test('restart: the store holds what is trusted and nothing else', async () => {
  const { relay } = await startUsedRelay();
  const targets = relay.client.targets().map(({ path, sha256 }) => targetFile(path, sha256));
  assert.deepEqual(
    [...relay.store.list()].sort(),
    [
      '1.guards.json',
      '1.root.json',
      '2.root.json',
      '2.snapshot.json',
      '2.targets.json',
      ...targets,
      'timestamp.json',
    ].sort(),
  );
});

test('restart: an older timestamp is still refused, even after everything has expired', async () => {
  const { repository, relay, first } = await startUsedRelay();
  const again = restart(repository, relay.store);
  assert.equal((await again.refusal(first))?.refused, 'rollback');
  const late = restart(repository, relay.store);
  late.clock.timeMs = START_MS + 30 * DAY_MS;
  assert.deepEqual(late.paths(), []);
  assert.equal((await late.refusal(first))?.refused, 'rollback');
});

test('restart: a disk that lies about any file costs that file and what hangs on it, and no more trust than that', async () => {
  const { repository, relay, first } = await startUsedRelay();
  for (const file of relay.store.list()) {
    for (const damage of ['changed', 'cut', 'emptied', 'gone', 'swapped']) {
      const store = copyOf(relay.store);
      const bytes = Uint8Array.from(store.read(file)!);
      if (damage === 'changed') bytes[bytes.length >> 1] ^= 0x20;
      if (damage === 'gone') store.remove(file);
      else if (damage === 'swapped')
        store.write(file, store.read(file === '1.root.json' ? '2.root.json' : '1.root.json')!);
      else
        store.write(
          file,
          bytes.subarray(0, { changed: bytes.length, cut: bytes.length - 9, emptied: 0 }[damage]),
        );
      const again = restart(repository, store);
      for (const [name, good] of repository.files) {
        const served = again.client.file(name);
        if (served !== null) assert.deepEqual(served, good, `${name} with ${file} ${damage}`);
      }
      if (file !== 'timestamp.json') {
        const refused = (await again.refusal(first))?.refused;
        assert.equal(refused, 'rollback', `${file} ${damage}: the timestamp still counts`);
      }
      const whole = again.client.versions().timestamp === 2;
      await again.updated();
      assert.deepEqual(again.client.targets(), relay.client.targets(), `${file} ${damage}, whole: ${whole}`);
      for (const target of again.client.targets()) assert('bytes' in (await again.client.download(target)));
      assert.deepEqual([...store.list()].sort(), [...relay.store.list()].sort());
    }
  }
});

test('restart: a root that the store has made up is not followed', async () => {
  const { repository, relay } = await startUsedRelay();
  const keys = repository.roles.root.keys;
  repository.roles.root.keys = ['mallory-1', 'mallory-2'];
  repository.publishRoot(() => {}, ['mallory-1', 'mallory-2']);
  repository.roles.root.keys = keys;
  relay.store.write('3.root.json', repository.get('3.root.json'));
  repository.files.delete('3.root.json');
  const again = restart(repository, relay.store);
  assert.equal(again.client.versions().root, 2);
  assert(!relay.store.list().includes('3.root.json'));
});

test('restart: a newer release of the relay begins with its own root', async () => {
  const { repository, relay } = await startUsedRelay();
  repository.publishRoot();
  const again = new TestRelay(repository, { store: relay.store, root: repository.get('3.root.json') });
  assert.equal(again.client.versions().root, 3);
  assert.equal(again.client.versions().timestamp, 2);
  assert.equal(again.client.file('2.root.json'), null, 'nothing proves the older ones any more');
  assert(!relay.store.list().includes('2.root.json'));
});

test('restart: a timestamp whose publication was withheld is completed after it', async () => {
  const { repository, relay, first } = await startUsedRelay();
  repository.publish({ bump: ['targets'] });
  for (const withheld of ['3.snapshot.json', '3.targets.json']) {
    const store = copyOf(relay.store);
    const before = restart(repository, store);
    const files = repository.copy();
    files.delete(withheld);
    assert.equal((await before.refusal(files))?.refused, 'not-found');
    const again = restart(repository, store);
    assert.equal((await again.refusal(first))?.refused, 'rollback');
    assert.equal(await again.updated(), true);
    assert.equal(again.client.versions().timestamp, 3);
    assert.deepEqual(again.paths(), relay.paths());
  }
});

test('restart: the recovery from a fast-forward is not undone by what the store still has', async () => {
  const { repository, relay } = await startRelay();
  const honest = { ...repository.next };
  Object.assign(repository.next, { timestamp: 1000, snapshot: 1000 });
  repository.publish();
  await relay.updated();
  const high = copyOf(relay.store);
  Object.assign(repository.next, honest);
  repository.roles.timestamp.keys = ['timestamp-2'];
  repository.publishRoot();
  const onlyRoot = new Map([['2.root.json', repository.get('2.root.json')]]);
  assert.equal((await relay.refusal(onlyRoot))?.refused, 'not-found');
  assert.deepEqual([...relay.store.list()].sort(), ['1.root.json', '2.root.json']);
  // The power went between the new root and the removal of the rest.
  high.write('2.root.json', repository.get('2.root.json'));
  repository.roles.snapshot.keys = ['snapshot-2'];
  repository.publishRoot();
  high.write('3.root.json', repository.get('3.root.json'));
  repository.publish();
  for (const store of [relay.store, high]) {
    const again = restart(repository, store);
    assert.equal(await again.updated(), true);
    assert.equal(again.client.versions().timestamp, 2);
  }
});

test('restart: a store that cannot write is counted and does not stop the relay', async () => {
  const { repository, relay } = await startRelay();
  const refuse = () => {
    throw new Error('the disk is full');
  };
  const full: TrustStore = {
    read: () => null,
    list: () => ['9.targets.json'],
    write: refuse,
    remove: refuse,
  };
  const other = new TestRelay(repository, { store: full });
  assert.equal(await other.updated(), true);
  assert.deepEqual(other.client.targets(), relay.client.targets());
  assert('bytes' in (await other.client.download(other.client.targets()[0])));
  assert(other.client.storeFailures() > 4);
  assert.equal(relay.client.storeFailures(), 0);
});

function copyOf(store: TrustStore): TrustStore {
  const files = new Map(store.list().map((file) => [file, store.read(file)!]));
  return {
    read: (file) => files.get(file) ?? null,
    write: (file, bytes) => files.set(file, bytes),
    remove: (file) => files.delete(file),
    list: () => [...files.keys()],
  };
}
