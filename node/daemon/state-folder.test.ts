import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { DaemonError } from './daemon-error.ts';
import { StateFolder } from './state-folder.ts';
import { LOCK_FILE } from './state-lock.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'relaywave-state-'));
});
afterEach(() => rmSync(home, { recursive: true }));

async function refused(folder: string, fault: DaemonError['fault'], message: RegExp): Promise<void> {
  await assert.rejects(StateFolder.open(folder), (error: unknown) => {
    assert.ok(error instanceof DaemonError, String(error));
    assert.equal(error.fault, fault);
    assert.match(error.message, message);
    return true;
  });
}

/** What a process that was killed leaves: the file of its lock, and nobody who listens there. */
async function leaveLock(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, LOCK_FILE);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(file, resolve));
  renameSync(file, `${file}.kept`); // or closing the server would remove it
  await new Promise((resolve) => server.close(resolve));
  renameSync(`${file}.kept`, file);
}

describe('the state folder of a relay', () => {
  it('is one process’s at a time, and the next one’s when it has been closed', async () => {
    const state = await StateFolder.open(path.join(home, 'relay'));
    await refused(path.join(home, 'relay'), 'failed', new RegExp(`in use by process ${process.pid}$`));
    await state.close();
    const next = await StateFolder.open(path.join(home, 'relay'));
    await next.close();
    assert.equal(existsSync(path.join(home, 'relay', LOCK_FILE)), false);
  });

  it('of several that start together one gets it, also where a killed process has left its lock', async () => {
    const folder = path.join(home, 'relay');
    await leaveLock(folder);
    const starts = await Promise.allSettled(Array.from({ length: 5 }, () => StateFolder.open(folder)));
    const opened = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    assert.equal(opened.length, 1);
    await refused(folder, 'failed', /in use by process/);
    await opened[0]!.close();
  });

  it('a lock that was left by a killed process is in nobody’s way', async () => {
    const folder = path.join(home, 'relay');
    await leaveLock(folder);
    await (await StateFolder.open(folder)).close();
  });

  it('an owner that does not answer still has it', async () => {
    const folder = path.join(home, 'relay');
    mkdirSync(folder);
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(path.join(folder, LOCK_FILE), resolve));
    await refused(folder, 'failed', /in use by process that does not answer/);
    silent.close();
  });

  it('keeps secrets: the same ones each time, for their owner only, one kind not taken for another', async () => {
    const folder = path.join(home, 'relay');
    const state = await StateFolder.open(folder);
    const secret = state.secret('a.key', 'kind-a');
    assert.equal(secret.length, 32);
    assert.deepEqual(state.secret('a.key', 'kind-a'), secret);
    assert.notDeepEqual(state.secret('b.key', 'kind-b'), secret);
    if (process.platform !== 'win32') assert.equal(statSync(path.join(folder, 'a.key')).mode & 0o077, 0);
    assert.throws(() => state.secret('a.key', 'kind-b'), DaemonError);
    const file = path.join(folder, 'a.key');
    writeFileSync(file, readFileSync(file).subarray(0, 20));
    assert.throws(() => state.secret('a.key', 'kind-a'), /a\.key is damaged: it does not hold a kind-a/);
    await state.close();
  });

  it('what cannot be a folder is told with its code', async () => {
    const file = path.join(home, 'file');
    writeFileSync(file, '');
    await refused(file, 'failed', /file: cannot be used \(EEXIST\)/);
    await refused(path.join(file, 'below'), 'failed', /cannot be used \(ENOTDIR\)/);
    await refused(path.join(home, 'x'.repeat(120)), 'usage', /longer than a socket in it may be called/);
  });
});
