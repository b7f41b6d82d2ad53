/**
 * Keeps a state folder for one process: two relays with one identity and one store would spoil both.
 *
 * The lock is a socket in the folder on which its owner listens. The system closes it when the process ends in any
 * way, so that a relay that was killed leaves nothing in its own way, also in a container, where every process has
 * the same number. Its file stays behind then, and nobody answers there.
 */

import { link, readdir, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { DaemonError, systemCode } from './daemon-error.ts';

export const LOCK_FILE = 'lock';

/** A lock that is moved aside, by the process of that number. */
const ASIDE = /^lock\.\d+$/;

/** What Linux takes as the path of a socket is 107 bytes long, macOS 103. */
const SOCKET_PATH_MAX_BYTES = 103;
/** An owner that is stopped in a debugger, say, takes connections and answers none. */
const ANSWER_WAIT_MS = 1000;

export interface StateLock {
  release(): Promise<void>;
}

/** Takes the folder. Throws DaemonError if a process has it, or if it cannot be written. */
export async function lockState(folder: string): Promise<StateLock> {
  const file = path.join(folder, LOCK_FILE);
  if (Buffer.byteLength(file) > SOCKET_PATH_MAX_BYTES) {
    throw new DaemonError(
      'usage',
      `${folder}: the path is longer than a socket in it may be called`,
      `give a folder whose path has at most ${SOCKET_PATH_MAX_BYTES - LOCK_FILE.length - 1} bytes`,
    );
  }
  const server = (await listen(file)) ?? ((await isLeft(file)) ? await listen(file) : null);
  if (server === null) throw inUse(folder, await ownerOf(file));
  await removeLeftAside(folder);
  return {
    // Node removes the file of a socket that it closes.
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Listens as the owner; null if there is a file of that name. */
function listen(file: string): Promise<Server | null> {
  const server = createServer((socket) => {
    socket.on('error', () => {}); // whoever asked has left
    socket.end(`${process.pid}\n`);
  });
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (systemCode(error) === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(file, () => resolve(server));
  });
}

/**
 * Takes a lock away that nobody holds; false for one that is held.
 *
 * It is moved aside before it is looked at again: of two processes that find it, one must not remove what the other
 * has just made.
 */
async function isLeft(file: string): Promise<boolean> {
  if ((await ownerOf(file)) !== null) return false;
  const aside = `${file}.${process.pid}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return true; // somebody else has removed it
    throw error;
  }
  const isHeld = (await ownerOf(aside)) !== null;
  if (isHeld) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
  return !isHeld;
}

/** Removes locks that were moved aside by processes that ended before they could. Never throws: they are in nobody's way. */
async function removeLeftAside(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const aside = path.join(folder, name);
    if (!ASIDE.test(name) || (await ownerOf(aside)) !== null) continue;
    await rm(aside, { force: true }).catch(() => {});
  }
}

/** The number of the process that holds the lock, as it says itself; null if nobody does. */
function ownerOf(file: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(file);
    let said = '';
    const timer = setTimeout(() => end('that does not answer'), ANSWER_WAIT_MS);
    const end = (owner: string | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(owner);
    };
    socket.on('data', (bytes: Buffer) => {
      said += bytes.toString('latin1', 0, 20);
    });
    socket.on('end', () => end(/^\d+$/.test(said.trim()) ? said.trim() : 'that does not say which'));
    socket.on('error', (error) => {
      const isGone = ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(systemCode(error) ?? '');
      end(isGone ? null : 'that cannot be asked');
    });
  });
}

function inUse(folder: string, owner: string | null): DaemonError {
  return new DaemonError(
    'failed',
    `${folder} is in use by process ${owner ?? 'that has just ended'}`,
    'stop that relay first, or give this one a state folder of its own',
  );
}
