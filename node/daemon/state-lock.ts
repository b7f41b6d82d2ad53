/**
 * Keeps a state folder for one process: two relays with one identity and one store would spoil both.
 *
 * The lock is a socket in the folder on which its owner listens. The system closes it when the process ends in any
 * way, so that a relay that was killed leaves nothing in its own way, also in a container, where every process has
 * the same number. Its file stays behind then, and nobody answers there.
 */

import { randomInt, randomUUID } from 'node:crypto';
import { link, readdir, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DaemonError, systemCode } from './daemon-error.ts';

export const LOCK_FILE = 'lock';

/** A lock that is moved aside, by the process of that number. */
const ASIDE = /^lock\.\d+(-\d+)?$/;
/** Those that this process has moved aside and not put back or removed. */
const asides = new Set<string>();

/** What Linux takes as the path of a socket is 107 bytes long, macOS 103. */
const SOCKET_PATH_MAX_BYTES = 103;
/** An owner that is stopped in a debugger, say, takes connections and answers none. */
const ANSWER_WAIT_MS = 1000;
/** Of processes that have had each other give way, one is the first to try again, within so long. */
const AGAIN_WITHIN_MS = 100;
const TIMES_AGAIN = 3;

export interface StateLock {
  release(): Promise<void>;
}

/** Who listens at a lock. */
interface Owner {
  /** The number of its process, or what stands for it, in words. */
  readonly process: string;
  /** Told apart by this; empty where it did not say. */
  readonly name: string;
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
  return take(folder, file, TIMES_AGAIN);
}

async function take(folder: string, file: string, timesAgain: number): Promise<StateLock> {
  const name = randomUUID();
  const server = (await listen(file, name)) ?? ((await isLeft(file)) ? await listen(file, name) : null);
  if (server === null) throw inUse(folder, await ownerOf(file));
  // Node removes the file of a socket that it closes.
  const release = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  const owner = await otherAside(folder, name);
  if (owner === null) return { release };
  await release();
  if (timesAgain === 0) throw inUse(folder, owner);
  await delay(randomInt(AGAIN_WITHIN_MS));
  return take(folder, file, timesAgain - 1);
}

/** Listens as the owner; null if there is a file of that name. */
function listen(file: string, name: string): Promise<Server | null> {
  const server = createServer((socket) => {
    socket.on('error', () => {}); // whoever asked has left
    socket.end(`${process.pid} ${name}\n`);
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
 * has just made. Where a third has listened before it could be put back, it stays aside, and the third finds it there.
 */
async function isLeft(file: string): Promise<boolean> {
  if ((await ownerOf(file)) !== null) return false;
  const aside = freeAside(file);
  try {
    await rename(file, aside);
  } catch (error) {
    asides.delete(aside);
    if (systemCode(error) === 'ENOENT') return true; // somebody else has removed it
    throw error;
  }
  const isHeld = (await ownerOf(aside)) !== null;
  const isBack =
    !isHeld ||
    (await link(aside, file).then(
      () => true,
      () => false,
    ));
  if (isBack) {
    await rm(aside, { force: true });
    asides.delete(aside);
  }
  return !isHeld;
}

function freeAside(file: string): string {
  const own = `${file}.${process.pid}`;
  let aside = own;
  for (let number = 2; asides.has(aside); number++) aside = `${own}-${number}`;
  asides.add(aside);
  return aside;
}

/**
 * Who else holds a lock that was moved aside; null if nobody does. Those of processes that have ended are removed; where
 * that fails they are in nobody's way.
 */
async function otherAside(folder: string, ownName: string): Promise<Owner | null> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!ASIDE.test(name)) continue;
    const aside = path.join(folder, name);
    const owner = await ownerOf(aside);
    if (owner?.name === ownName) continue;
    if (owner !== null) return owner;
    await rm(aside, { force: true }).catch(() => {});
  }
  return null;
}

/** Who holds the lock, as it says itself; null if nobody does. */
function ownerOf(file: string): Promise<Owner | null> {
  return new Promise((resolve) => {
    const socket = connect(file);
    let said = '';
    const timer = setTimeout(() => end('that does not answer'), ANSWER_WAIT_MS);
    const end = (process: string | null, name = ''): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(process === null ? null : { process, name });
    };
    socket.on('data', (bytes: Buffer) => {
      said += bytes.toString('latin1', 0, 60);
    });
    socket.on('end', () => {
      const [, process, name] = /^(\d+) (\S+)\n/.exec(said) ?? [];
      end(process ?? 'that does not say which', name);
    });
    socket.on('error', (error) => {
      const isGone = ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(systemCode(error) ?? '');
      end(isGone ? null : 'that cannot be asked');
    });
  });
}

function inUse(folder: string, owner: Owner | null): DaemonError {
  return new DaemonError(
    'failed',
    `${folder} is in use by process ${owner?.process ?? 'that has just ended'}`,
    'stop that relay first, or give this one a state folder of its own',
  );
}
