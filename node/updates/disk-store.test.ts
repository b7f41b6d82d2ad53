import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { isPowerLoss, PowerLossDisk } from '../testing/power-loss-disk.ts';
import { DiskStore } from './disk-store.ts';
import type { StoredRelay } from './store.ts';

const record = (version: number): StoredRelay => ({
  slots: [
    {
      hook: 'cell-admission',
      interfaceVersion: 1,
      active: { hash: 'a'.repeat(64), module: 'strict-cells', version, stateVersion: 0 },
      previous: null,
      candidate: null,
      state: '',
      stateVersion: 0,
      quarantined: [['b'.repeat(64), 'fuel']],
      confirmed: [['strict-cells', version, 'a'.repeat(64)]],
    },
  ],
  revoked: ['c'.repeat(64)],
});
const module = Buffer.from('not really a module, but bytes');
const hash = createHash('sha256').update(module).digest('hex');
const FOLDER = '/relay';

describe('disk store', () => {
  it('gives back on a real disk what was written, also when opened anew', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'relaywave-store-'));
    try {
      const store = new DiskStore(path.join(folder, 'updates'));
      assert.equal(store.readRecord(), null);
      assert.equal(store.readModule(hash), null);
      store.writeRecord(record(1));
      store.writeRecord(record(2));
      store.writeModule(hash, module);
      writeFileSync(path.join(folder, 'updates', 'relay.json.temporary'), 'half a rec');
      const again = new DiskStore(path.join(folder, 'updates'));
      assert.deepEqual(again.readRecord(), record(2));
      assert.deepEqual(Buffer.from(again.readModule(hash)!), module);
      assert.deepEqual(readdirSync(path.join(folder, 'updates')).sort(), [
        'broken',
        'modules',
        'relay.json',
        'relay.json.previous',
      ]);
      again.keepModules(new Set());
      assert.equal(again.readModule(hash), null);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('a power cut at any moment leaves the old record or the new one, never less', () => {
    for (const arrived of [true, false]) {
      let cuts = 0;
      for (let cutAt = 0; ; cutAt++) {
        const disk = new PowerLossDisk();
        const store = new DiskStore(FOLDER, disk.files);
        store.writeRecord(record(1));
        store.writeRecord(record(2));
        disk.cutAt = disk.operations + cutAt;
        try {
          store.writeRecord(record(3));
          break;
        } catch (error) {
          assert.ok(isPowerLoss(error), String(error));
        }
        cuts++;
        const after = new DiskStore(FOLDER, disk.afterCut(arrived).files);
        const version = after.readRecord()?.slots[0].active?.version;
        assert.ok(version === 2 || version === 3, `cut at operation ${cutAt}: version ${version}`);
        assert.deepEqual(after.setAside, [], `cut at operation ${cutAt} broke a file`);
      }
      assert.ok(cuts > 8, `${cuts} moments`);
    }
  });

  it('a record that was written is still there after a power cut', () => {
    const disk = new PowerLossDisk();
    const store = new DiskStore(FOLDER, disk.files);
    store.writeRecord(record(1));
    store.writeModule(hash, module);
    const after = new DiskStore(FOLDER, disk.afterCut(false).files);
    assert.deepEqual(after.readRecord(), record(1));
    assert.ok(after.readModule(hash) !== null);
  });

  it('a power cut while a module is written leaves the module whole or absent', () => {
    for (const arrived of [true, false]) {
      for (let cutAt = 0; ; cutAt++) {
        const disk = new PowerLossDisk();
        const store = new DiskStore(FOLDER, disk.files);
        disk.cutAt = disk.operations + cutAt;
        try {
          store.writeModule(hash, module);
          break;
        } catch (error) {
          assert.ok(isPowerLoss(error), String(error));
        }
        const after = new DiskStore(FOLDER, disk.afterCut(arrived).files);
        const found = after.readModule(hash);
        assert.ok(found === null || Buffer.compare(found, module) === 0);
        assert.deepEqual(after.setAside, []);
      }
    }
  });

  it('a broken record is set aside and the one before takes its place, whichever bit is wrong', () => {
    const length = (() => {
      const disk = new PowerLossDisk();
      new DiskStore(FOLDER, disk.files).writeRecord(record(2));
      return disk.files.readFileSync('/relay/relay.json').length;
    })();
    for (let at = 0; at < length; at += 7) {
      const disk = new PowerLossDisk();
      const store = new DiskStore(FOLDER, disk.files);
      store.writeRecord(record(1));
      store.writeRecord(record(2));
      disk.damage('/relay/relay.json', (bytes) => {
        bytes[at] ^= 1 << (at % 8);
        return bytes;
      });
      const after = new DiskStore(FOLDER, disk.files);
      const found = after.readRecord();
      // The last byte, a line end, is not part of anything.
      if (after.setAside.length === 0) assert.deepEqual(found, record(2), `byte ${at}`);
      else assert.deepEqual(found, record(1), `byte ${at}`);
      assert.ok(after.setAside.length === 1 || at === length - 1, `byte ${at} was not noticed`);
      after.writeRecord(record(3));
      assert.deepEqual(new DiskStore(FOLDER, disk.files).readRecord(), record(3));
    }
  });

  it('with both records broken the relay starts afresh', () => {
    const disk = new PowerLossDisk();
    const store = new DiskStore(FOLDER, disk.files);
    store.writeRecord(record(1));
    store.writeRecord(record(2));
    disk.damage('/relay/relay.json', (bytes) => bytes.subarray(0, 20));
    disk.damage('/relay/relay.json.previous', () => Buffer.alloc(0));
    const after = new DiskStore(FOLDER, disk.files);
    assert.equal(after.readRecord(), null);
    assert.equal(after.setAside.length, 2);
    assert.equal(disk.list().filter((name) => name.startsWith('/relay/broken/')).length, 2);
  });

  it('a broken module is set aside and can be written again', () => {
    const disk = new PowerLossDisk();
    const store = new DiskStore(FOLDER, disk.files);
    store.writeModule(hash, module);
    disk.damage(`/relay/modules/${hash}.wasm`, (bytes) => {
      bytes[3] ^= 1;
      return bytes;
    });
    assert.equal(store.readModule(hash), null);
    assert.equal(store.setAside.length, 1);
    store.writeModule(hash, module);
    assert.deepEqual(Buffer.from(store.readModule(hash)!), module);
  });

  it('a name that is no hash reaches no file', () => {
    const disk = new PowerLossDisk();
    const store = new DiskStore(FOLDER, disk.files);
    store.writeRecord(record(1));
    assert.equal(store.readModule('../relay.json'), null);
    assert.throws(() => store.writeModule('../../evil', module), RangeError);
    assert.throws(() => store.writeModule(hash, Buffer.from('other bytes')), RangeError);
  });
});
