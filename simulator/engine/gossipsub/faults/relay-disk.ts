/**
 * The disk of a simulated relay that may crash: files in memory, under the very stores of a real relay.
 *
 * A process that dies leaves what it had written, since the operating system keeps that; whatever else of it goes on
 * in this event cannot write any more. While the disk is full nothing can be written; while it is corrupt every file
 * reads with one bit turned over.
 */

import path from 'node:path';
import { DiskTrustStore, type TrustFileSystem } from '../../../../node/trust/disk-trust-store.ts';
import type { TrustStore } from '../../../../node/trust/trust-store.ts';
import { DiskStore, type FileSystem } from '../../../../node/updates/disk-store.ts';
import type { UpdateStore } from '../../../../node/updates/store.ts';

/** What the disk asks before it obeys. */
export interface DiskState {
  readonly isFull: () => boolean;
  readonly isCorrupt: () => boolean;
}

/** What a relay keeps over a restart. */
export interface RelayStores {
  readonly updates: UpdateStore;
  readonly trust: TrustStore;
}

const UPDATES = '/updates';
const TRUST = '/trust';
const BOUND_BYTES = 256 * 1024 * 1024;

export class RelayDisk {
  private readonly files = new Map<string, Buffer>();
  private readonly state: DiskState;

  constructor(state: DiskState) {
    this.state = state;
  }

  /** The stores as a process opens them that may write while it `lives`. */
  open(lives: () => boolean): RelayStores {
    const files = this.filesFor(lives);
    return {
      updates: new DiskStore(UPDATES, files as unknown as FileSystem),
      trust: new DiskTrustStore(TRUST, BOUND_BYTES, files as unknown as TrustFileSystem),
    };
  }

  private filesFor(lives: () => boolean) {
    const { files, state } = this;
    const open = new Map<number, { name: string; content: Buffer | null }>();
    /** They hold nothing of their own, so every process makes them anew. */
    const folders = new Set(['/']);
    let descriptors = 3;
    const find = (name: string): Buffer => files.get(name) ?? failWith('ENOENT', name);
    const changing = (name: string): void => {
      if (!lives()) failWith('EIO', name);
    };
    const growing = (name: string): void => {
      changing(name);
      if (state.isFull()) failWith('ENOSPC', name);
    };
    return {
      mkdirSync: (name: string) => void folders.add(name),
      openSync: (name: string, flags: string) => {
        if (flags === 'w') {
          growing(name);
          files.set(name, Buffer.alloc(0));
        }
        open.set(descriptors, { name, content: flags === 'w' ? Buffer.alloc(0) : null });
        return descriptors++;
      },
      writeSync: (descriptor: number, bytes: Uint8Array, from: number, length: number) => {
        const file = open.get(descriptor);
        if (file?.content == null) return failWith('EBADF', String(descriptor));
        growing(file.name);
        file.content = Buffer.concat([file.content, bytes.subarray(from, from + length)]);
        files.set(file.name, file.content);
        return length;
      },
      fsyncSync: () => {},
      closeSync: (descriptor: number) => void open.delete(descriptor),
      renameSync: (from: string, to: string) => {
        changing(from);
        files.set(to, find(from));
        files.delete(from);
      },
      linkSync: (from: string, to: string) => {
        growing(to);
        if (files.has(to)) failWith('EEXIST', to);
        files.set(to, find(from));
      },
      unlinkSync: (name: string) => {
        changing(name);
        find(name);
        files.delete(name);
      },
      readFileSync: (name: string) => {
        const bytes = Buffer.from(find(name));
        if (bytes.length > 0 && state.isCorrupt()) bytes[bytes.length >> 1]! ^= 1;
        return bytes;
      },
      readdirSync: (folder: string) =>
        [...files.keys()]
          .filter((name) => path.posix.dirname(name) === path.posix.normalize(folder))
          .map((name) => path.posix.basename(name)),
      statSync: (name: string, { throwIfNoEntry = true } = {}) => {
        if (folders.has(name)) return { size: 0, isDirectory: () => true };
        if (!throwIfNoEntry && !files.has(name)) return undefined;
        return { size: find(name).length, isDirectory: () => false };
      },
    };
  }
}

function failWith(code: string, name: string): never {
  throw Object.assign(new Error(`${code}: ${name}`), { code });
}
