import assert from 'node:assert/strict';
import * as fileSystem from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { isPowerLoss, PowerLossDisk } from '../testing/power-loss-disk.ts';
import { DiskTrustStore } from './disk-trust-store.ts';
import { TARGET_MAX_BYTES } from './limits.ts';
import { startRelay, TestRelay } from './testing/test-relay.ts';

function withFolder<Result>(work: (folder: string) => Result): Result {
  const folder = fileSystem.mkdtempSync(path.join(tmpdir(), 'trust-store-'));
  const remove = () => fileSystem.rmSync(folder, { recursive: true });
  let result: Result;
  try {
    result = work(path.join(folder, 'store'));
  } catch (error) {
    remove();
    throw error;
  }
  if (result instanceof Promise) return result.finally(remove) as Result;
  remove();
  return result;
}

const TARGET = `targets/cell-admission/${'a'.repeat(64)}.strict-cells-1.wasm`;

test('disk store: what was written is there after it is opened again', () => {
  withFolder((folder) => {
    const store = new DiskTrustStore(folder);
    store.write('timestamp.json', Buffer.from('one'));
    store.write(TARGET, Buffer.from('two'));
    store.write('timestamp.json', Buffer.from('three'));
    store.write('1.root.json', new Uint8Array());
    store.remove('never-there.json');
    for (const opened of [store, new DiskTrustStore(folder)]) {
      assert.deepEqual([...opened.list()].sort(), ['1.root.json', TARGET, 'timestamp.json']);
      assert.deepEqual(opened.read('timestamp.json'), new Uint8Array(Buffer.from('three')));
      assert.deepEqual(opened.read(TARGET), new Uint8Array(Buffer.from('two')));
      assert.deepEqual(opened.read('1.root.json'), new Uint8Array());
      assert.equal(opened.read('2.root.json'), null);
    }
    store.remove(TARGET);
    assert.equal(store.read(TARGET), null);
    assert.equal(new DiskTrustStore(folder).read(TARGET), null);
  });
});

test('disk store: only its owner can look into it', () => {
  withFolder((folder) => {
    const store = new DiskTrustStore(folder);
    store.write('timestamp.json', Buffer.from('one'));
    assert.equal(fileSystem.statSync(folder).mode & 0o077, 0);
    assert.equal(fileSystem.statSync(path.join(folder, 'timestamp.json')).mode & 0o077, 0);
  });
});

test('disk store: no name leads out of its folder', () => {
  withFolder((folder) => {
    const store = new DiskTrustStore(folder);
    fileSystem.writeFileSync(path.join(folder, '..', 'secret'), 'secret');
    const names = [
      '../secret',
      'targets/../../secret',
      '/etc/passwd',
      '..',
      '.',
      '',
      'a//b',
      'a/',
      '~a',
      'a~b',
      'a\\b',
      'a\0b',
      '.temporary~x',
      'é',
      'a'.repeat(241),
    ];
    for (const name of names) {
      assert.throws(() => store.write(name, Buffer.from('x')), RangeError, name);
      assert.equal(store.read(name), null, name);
      store.remove(name);
    }
    assert.deepEqual(fileSystem.readdirSync(folder), []);
    assert.equal(fileSystem.readFileSync(path.join(folder, '..', 'secret'), 'utf8'), 'secret');
  });
});

test('disk store: it has a bound, and a file has one', () => {
  withFolder((folder) => {
    const store = new DiskTrustStore(folder, 100);
    store.write('a', new Uint8Array(60));
    assert.throws(() => store.write('b', new Uint8Array(41)), RangeError);
    store.write('a', new Uint8Array(99));
    store.write('b', new Uint8Array(1));
    assert.throws(() => store.write('a', new Uint8Array(100)), RangeError);
    assert.equal(store.read('a')?.length, 99, 'the one before is still there');
    assert.throws(
      () => new DiskTrustStore(folder).write('c', new Uint8Array(TARGET_MAX_BYTES + 1)),
      RangeError,
    );
    fileSystem.truncateSync(path.join(folder, 'a'), TARGET_MAX_BYTES + 1);
    assert.equal(new DiskTrustStore(folder).read('a'), null, 'nobody wrote so much');
  });
});

test('disk store: what others put into the folder is left alone', () => {
  withFolder((folder) => {
    fileSystem.mkdirSync(path.join(folder, 'sub'), { recursive: true });
    fileSystem.writeFileSync(path.join(folder, '.hidden'), 'x');
    const store = new DiskTrustStore(folder);
    assert.equal(store.read('sub'), null);
    assert(!store.list().includes('.hidden'));
  });
});

test('disk store: after a power cut at any moment a file is the old one or the new one, and nothing is left over', () => {
  const write = (store: DiskTrustStore) => {
    store.write('timestamp.json', Buffer.from('the new one'));
    store.write(TARGET, Buffer.from('a module'));
  };
  let cuts = 0;
  for (let cutAt = 0; ; cutAt++) {
    const disk = new PowerLossDisk();
    const store = new DiskTrustStore('/store', 1000, disk.files);
    store.write('timestamp.json', Buffer.from('the old one'));
    disk.cutAt = disk.operations + cutAt;
    try {
      write(store);
      break;
    } catch (error) {
      if (!isPowerLoss(error)) throw error;
    }
    cuts++;
    for (const arrived of [false, true]) {
      const after = disk.afterCut(arrived);
      const reopened = new DiskTrustStore('/store', 1000, after.files);
      const timestamp = Buffer.from(reopened.read('timestamp.json')!).toString();
      assert(['the old one', 'the new one'].includes(timestamp), timestamp);
      const target = reopened.read(TARGET);
      if (target !== null) assert.equal(Buffer.from(target).toString(), 'a module');
      assert(
        after.list().every((name) => !name.includes('temporary')),
        'no leftovers',
      );
      write(reopened);
      assert.equal(Buffer.from(reopened.read('timestamp.json')!).toString(), 'the new one');
    }
  }
  assert(cuts > 8, `${cuts} moments`);
});

test('disk store: a relay that restarts on it knows what it trusted', async () => {
  await withFolder(async (folder) => {
    const { repository, relay } = await startRelay({ store: new DiskTrustStore(folder) });
    await relay.client.download(relay.client.targets()[0]);
    const again = new TestRelay(repository, { store: new DiskTrustStore(folder) });
    assert.deepEqual(again.client.versions(), relay.client.versions());
    for (const [file, bytes] of repository.files) assert.deepEqual(again.client.file(file), bytes, file);
    assert.equal(await again.updated(), false);
  });
});
