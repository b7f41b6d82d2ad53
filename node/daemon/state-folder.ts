/**
 * The folder in which a relay keeps what it must still know after a restart; one process has it at a time.
 *
 *     identity.key   the private key that the peer id follows from
 *     onion.key      the private key that circuits are built with
 *     trust/         verified metadata and targets (trust/disk-trust-store.ts)
 *     updates/       modules and the record of what runs (updates/disk-store.ts)
 *     lock           a socket while a process runs
 *
 * Whatever is written is whole or not there, whenever the power fails.
 */

import { randomBytes } from 'node:crypto';
import * as nodeFileSystem from 'node:fs';
import path from 'node:path';
import { flushFolder, writeAndFlush } from '../durable-file.ts';
import { DiskTrustStore } from '../trust/disk-trust-store.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import { DiskStore } from '../updates/disk-store.ts';
import type { UpdateStore } from '../updates/store.ts';
import { DaemonError, systemCode } from './daemon-error.ts';
import { lockState, type StateLock } from './state-lock.ts';

/** What a relay must still know after a restart, wherever that is kept. */
export interface RelayState {
  readonly trust: TrustStore;
  readonly updates: UpdateStore & {
    /** Files that were damaged. */
    readonly setAside: readonly string[];
  };
  /** A secret of 32 bytes that stays the same. */
  secret(name: string, kind: string): Uint8Array;
  close(): Promise<void>;
}

export class StateFolder implements RelayState {
  readonly folder: string;
  readonly trust: DiskTrustStore;
  readonly updates: DiskStore;
  private readonly lock: StateLock;

  private constructor(folder: string, lock: StateLock) {
    this.folder = folder;
    this.lock = lock;
    this.trust = new DiskTrustStore(path.join(folder, 'trust'));
    this.updates = new DiskStore(path.join(folder, 'updates'));
  }

  /** Makes the folder if it is not there, and takes it. Throws DaemonError. */
  static async open(given: string): Promise<StateFolder> {
    const folder = path.resolve(given);
    let lock: StateLock | null = null;
    try {
      nodeFileSystem.mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (!nodeFileSystem.statSync(folder).isDirectory())
        throw Object.assign(new Error(), { code: 'ENOTDIR' });
      lock = await lockState(folder);
      return new StateFolder(folder, lock);
    } catch (error) {
      await lock?.release();
      throw asDaemonError(folder, error);
    }
  }

  /**
   * A secret of 32 bytes that is made when it is first asked for; `kind` stands in its file, so that no key is taken
   * for another. Throws DaemonError for a file that is no such key.
   */
  secret(name: string, kind: string): Uint8Array {
    const file = path.join(this.folder, name);
    try {
      const kept = readIfThere(file);
      if (kept === null) return this.makeSecret(file, kind);
      const [, text] = new RegExp(`^${kind} ([A-Za-z0-9+/]{43}=)\\n$`).exec(kept) ?? [];
      if (text !== undefined) return new Uint8Array(Buffer.from(text, 'base64'));
    } catch (error) {
      throw asDaemonError(file, error);
    }
    throw new DaemonError(
      'failed',
      `${file} is damaged: it does not hold a ${kind}`,
      'put a copy of it back, or remove it: the relay makes a new key then',
    );
  }

  /** Gives the folder up. */
  close(): Promise<void> {
    return this.lock.release();
  }

  private makeSecret(file: string, kind: string): Uint8Array {
    const bytes = new Uint8Array(randomBytes(32));
    const temporary = `${file}.temporary`;
    const text = `${kind} ${Buffer.from(bytes).toString('base64')}\n`;
    writeAndFlush(nodeFileSystem, temporary, Buffer.from(text, 'latin1'));
    nodeFileSystem.renameSync(temporary, file);
    // Folders cannot be opened on Windows; elsewhere one that cannot is told.
    if (process.platform !== 'win32') flushFolder(nodeFileSystem, this.folder);
    return bytes;
  }
}

function readIfThere(file: string): string | null {
  try {
    return nodeFileSystem.readFileSync(file, 'latin1');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** What a disk can refuse is the operator's to mend; everything else is a bug. */
function asDaemonError(at: string, error: unknown): unknown {
  const code = systemCode(error);
  if (error instanceof DaemonError || code === null) return error;
  const cures: Readonly<Record<string, string>> = {
    EACCES: 'give the relay a folder that its user may write',
    EPERM: 'give the relay a folder that its user may write',
    EROFS: 'give the relay a folder on a disk that can be written',
    ENOSPC: 'make room on the disk',
    EEXIST: 'give a folder; this is a file',
    ENOTDIR: 'give a folder; this is a file, or lies below one',
  };
  return new DaemonError('failed', `${at}: cannot be used (${code})`, cures[code] ?? 'give another folder');
}
