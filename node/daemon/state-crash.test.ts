/** A relay that is killed at any write to its state folder, and the one that starts there next. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { breakDisk, Died, type Effect, faultPoints, prepareDiskFaults } from '../testing/disk-faults.ts';
import type { StoredRelay } from '../updates/store.ts';
import { DaemonError } from './daemon-error.ts';
import { StateFolder } from './state-folder.ts';
import { LOCK_FILE } from './state-lock.ts';

const MODULE = Buffer.from('not really a module, but bytes');
const HASH = createHash('sha256').update(MODULE).digest('hex');
const TARGET = 'targets/module.wasm';

const record = (version: number): StoredRelay => ({ slots: [], revoked: [String(version).repeat(64)] });

/** What a relay does with its folder in a life; `said` has what it has been told is kept. */
async function live(
  folder: string,
  life: number,
  said: Map<string, string>,
  opened: (state: StateFolder) => void = () => undefined,
): Promise<StateFolder> {
  const state = await StateFolder.open(folder);
  opened(state);
  const keep = (what: string, value: string, write: () => void) => {
    said.set(`${what} next`, value);
    write();
    said.set(what, value);
    said.delete(`${what} next`);
  };
  for (const name of ['identity.key', 'onion.key']) {
    said.set(name, Buffer.from(state.secret(name, 'test-key')).toString('hex'));
  }
  const trusted = Buffer.from(`timestamp ${life}`);
  keep('trust', trusted.toString(), () => state.trust.write('timestamp.json', trusted));
  keep('target', 'there', () => state.trust.write(TARGET, MODULE));
  keep('module', HASH, () => state.updates.writeModule(HASH, MODULE));
  keep('record', JSON.stringify(record(life)), () => state.updates.writeRecord(record(life)));
  state.updates.keepModules(new Set([HASH]));
  keep('target', 'removed', () => state.trust.remove(TARGET));
  return state;
}

/** What stands in the folder for a relay that starts on it. */
function found(state: StateFolder): Map<string, string | undefined> {
  const { trust, updates } = state;
  const text = (bytes: Uint8Array | null) => (bytes === null ? undefined : Buffer.from(bytes).toString());
  const module = updates.readModule(HASH);
  const kept = updates.readRecord();
  return new Map([
    ['trust', text(trust.read('timestamp.json'))],
    ['target', text(trust.read(TARGET)) === undefined ? 'removed' : 'there'],
    ['module', module === null ? undefined : createHash('sha256').update(module).digest('hex')],
    ['record', kept === null ? undefined : JSON.stringify(kept)],
    ['identity.key', Buffer.from(state.secret('identity.key', 'test-key')).toString('hex')],
    ['onion.key', Buffer.from(state.secret('onion.key', 'test-key')).toString('hex')],
  ]);
}

describe('a relay that is killed while it writes', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'relaywave-killed-'));
  before(prepareDiskFaults);
  after(() => rmSync(home, { recursive: true }));

  /** The lock as a killed process leaves it: a file on which nobody listens. */
  async function leaveLock(folder: string, close: () => Promise<unknown>): Promise<void> {
    const file = path.join(folder, LOCK_FILE);
    if (existsSync(file)) renameSync(file, `${home}/lock`);
    await close();
    if (existsSync(`${home}/lock`)) renameSync(`${home}/lock`, file);
  }

  /** A folder of a relay that has lived once and was killed. */
  async function livedFolder(said: Map<string, string>): Promise<string> {
    const folder = mkdtempSync(path.join(home, 's-'));
    const state = await live(folder, 1, said);
    await leaveLock(folder, () => state.close());
    return folder;
  }

  for (const begins of ['in a new folder', 'where one was killed before'] as const) {
    it(`${begins} keeps all that was written, and the write under way is whole or not there`, async (test) => {
      const start = async (said: Map<string, string>) =>
        begins === 'in a new folder' ? path.join(mkdtempSync(path.join(home, 'n-')), 's') : livedFolder(said);
      const whole = await start(new Map());
      const noting = breakDisk({ folder: whole });
      await (await live(whole, 2, new Map())).close().finally(() => noting.restore());
      const points = faultPoints(noting.operations);
      assert.ok(points.length > 50, `${points.length} points`);
      for (const point of points) {
        const where = `${point.moment} "${point.operation}"`;
        const said = new Map<string, string>();
        const folder = await start(said);
        const disk = breakDisk({ folder, fault: { ...point, effect: 'die' } });
        let state: StateFolder | null = null;
        const living = live(folder, 2, said, (opened) => {
          state = opened;
        }).catch((error: unknown) => assert.ok(error instanceof Died, `${where}: ${error}`));
        // A call that waits is never answered; one that does not wait throws, and the lock is given up.
        await Promise.race([
          living,
          disk.struck.then(() => new Promise((resolve) => setTimeout(resolve, 5))),
        ]);
        await disk.settled();
        disk.restore();
        assert.ok(disk.isStruck, where);
        await leaveLock(folder, async () => (state as StateFolder | null)?.close());

        const next = await StateFolder.open(folder);
        assert.deepEqual(next.updates.setAside, [], where);
        for (const [what, value] of found(next)) {
          const may = [said.get(what), said.get(`${what} next`)];
          if (what === 'target') may.push(...(may[0] === undefined ? ['removed'] : []));
          const isNew = may[0] === undefined && (value === undefined || what.endsWith('.key'));
          assert.ok(may.includes(value) || isNew, `${where}: ${what} is ${value}, not ${may}`);
        }
        await next.close();
        const left = readdirSync(folder, { recursive: true, encoding: 'utf8' });
        assert.deepEqual(
          left.filter((name) => /temporary|lock/.test(name)),
          [],
          where,
        );
        rmSync(folder, { recursive: true });
      }
      test.diagnostic(`${points.length} points at ${noting.operations.length} operations`);
    });
  }

  it('a disk that refuses while the folder is opened is told with its place and a cure', async () => {
    const cures: readonly (readonly [Effect, RegExp])[] = [
      ['ENOSPC', /make room/],
      ['EACCES', /its user may write/],
      ['EROFS', /a disk that can be written/],
      ['EMFILE', /ulimit -n/],
      ['EIO', /check the disk/],
    ];
    const whole = path.join(home, 'refused');
    const noting = breakDisk({ folder: whole });
    const opened = await StateFolder.open(whole);
    opened.secret('identity.key', 'test-key');
    await opened.close().finally(() => noting.restore());
    let told = 0;
    for (const { operation } of noting.operations) {
      for (const [effect, cure] of cures) {
        const folder = mkdtempSync(path.join(home, 'r-'));
        rmSync(folder, { recursive: true });
        const disk = breakDisk({ folder, fault: { operation, moment: 'before', effect, lasting: true } });
        try {
          const state = await StateFolder.open(folder);
          try {
            state.secret('identity.key', 'test-key');
          } finally {
            await state.close();
          }
        } catch (error) {
          told++;
          assert.ok(error instanceof DaemonError, `${effect} at ${operation}: ${error}`);
          assert.match(error.message, new RegExp(`^${folder}.* \\(${effect}\\)`));
          assert.match(error.cure, cure, `${effect} at ${operation}`);
        } finally {
          disk.restore();
        }
        const next = await StateFolder.open(folder);
        next.secret('identity.key', 'test-key');
        await next.close();
        rmSync(folder, { recursive: true });
      }
    }
    assert.ok(told > noting.operations.length, `${told} told`);
  });

  it('a lock that was moved aside and not removed is gone after the next start', async () => {
    const folder = path.join(home, 'aside');
    mkdirSync(folder);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path.join(folder, LOCK_FILE), resolve));
    await leaveLock(folder, () => new Promise((resolve) => server.close(resolve)));
    renameSync(path.join(folder, LOCK_FILE), path.join(folder, `${LOCK_FILE}.4194999`));
    await (await StateFolder.open(folder)).close();
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith(LOCK_FILE)),
      [],
    );
  });
});
