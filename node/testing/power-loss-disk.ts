/**
 * A file system in memory that loses power, for tests of what is written to disk.
 *
 * It keeps two pictures: what programs see, and what would be there after a power cut. Contents reach the second by
 * fsync of the file, names by fsync of the folder, those of folders too: a file whose folder is gone is gone with it.
 * Whether the rest arrives is chosen at the cut, all of it or none.
 */

import path from 'node:path';
import type { FileSystem } from '../updates/disk-store.ts';

class PowerLoss extends Error {}

interface Content {
  seen: Buffer;
  durable: Buffer;
}

export class PowerLossDisk {
  private names = new Map<string, Content>();
  private durableNames = new Map<string, Content>();
  private readonly folders = new Set<string>(['/']);
  private readonly durableFolders = new Set<string>(['/']);
  private readonly open = new Map<number, { name: string; content: Content | null; position: number }>();
  private nextDescriptor = 3;
  /** Operations that change something, so far. */
  operations = 0;
  /** The cut comes instead of this operation. */
  cutAt = Number.POSITIVE_INFINITY;

  /** The disk after the power is back: with everything that was on its way to it, or with nothing of it. */
  afterCut(unflushedArrived: boolean): PowerLossDisk {
    const disk = new PowerLossDisk();
    for (const folder of this.folders) {
      if (!unflushedArrived && !this.isDurable(folder)) continue;
      disk.folders.add(folder);
      disk.durableFolders.add(folder);
    }
    const names = unflushedArrived ? this.names : this.durableNames;
    for (const [name, content] of names) {
      if (!disk.folders.has(path.dirname(name))) continue;
      const bytes = Buffer.from(unflushedArrived ? content.seen : content.durable);
      const kept = { seen: bytes, durable: bytes };
      disk.names.set(name, kept);
      disk.durableNames.set(name, kept);
    }
    return disk;
  }

  /** Damages a file that is there. */
  damage(name: string, change: (bytes: Buffer) => Buffer): void {
    const content = this.names.get(name);
    if (content === undefined) throw new Error(`${name} is not there`);
    content.seen = content.durable = change(Buffer.from(content.seen));
  }

  list(): string[] {
    return [...this.names.keys()].sort();
  }

  private change(): void {
    if (this.operations++ >= this.cutAt) throw new PowerLoss('power is gone');
  }

  /** Whether a folder and all above it were flushed. */
  private isDurable(folder: string): boolean {
    return this.durableFolders.has(folder) && (folder === '/' || this.isDurable(path.dirname(folder)));
  }

  private checkFolder(name: string): void {
    if (!this.folders.has(name)) failWith('ENOENT', name);
  }

  private find(name: string): Content {
    return this.names.get(name) ?? failWith('ENOENT', name);
  }

  readonly files = {
    mkdirSync: (name: string) => {
      const folder = path.resolve(name);
      if (this.folders.has(folder)) failWith('EEXIST', name);
      this.checkFolder(path.dirname(folder));
      this.change();
      this.folders.add(folder);
    },
    statSync: (name: string, { throwIfNoEntry = true } = {}) => {
      if (this.folders.has(path.resolve(name))) return { size: 0, isDirectory: () => true };
      if (!throwIfNoEntry && !this.names.has(name)) return undefined;
      return { size: this.find(name).seen.length, isDirectory: () => false };
    },
    openSync: (name: string, flags: string) => {
      const descriptor = this.nextDescriptor++;
      if (flags === 'w') {
        this.checkFolder(path.dirname(name));
        this.change();
        const content: Content = { seen: Buffer.alloc(0), durable: Buffer.alloc(0) };
        this.names.set(name, content);
        this.open.set(descriptor, { name, content, position: 0 });
      } else {
        // Only folders are opened to read.
        this.checkFolder(path.resolve(name));
        this.open.set(descriptor, { name: path.resolve(name), content: null, position: 0 });
      }
      return descriptor;
    },
    writeSync: (descriptor: number, bytes: Uint8Array, from: number, length: number) => {
      this.change();
      const file = this.open.get(descriptor);
      if (file?.content == null) return failWith('EBADF', String(descriptor));
      // Half at a time: callers must go on with the rest.
      const written = Math.max(1, Math.ceil(length / 2));
      file.content.seen = Buffer.concat([file.content.seen, bytes.subarray(from, from + written)]);
      return written;
    },
    fsyncSync: (descriptor: number) => {
      this.change();
      const file = this.open.get(descriptor);
      if (file === undefined) failWith('EBADF', String(descriptor));
      else if (file.content !== null) file.content.durable = Buffer.from(file.content.seen);
      else {
        const inside = (name: string) => path.dirname(name) === file.name;
        for (const name of this.durableNames.keys()) if (inside(name)) this.durableNames.delete(name);
        for (const [name, content] of this.names) if (inside(name)) this.durableNames.set(name, content);
        for (const folder of this.folders) if (inside(folder)) this.durableFolders.add(folder);
      }
    },
    closeSync: (descriptor: number) => {
      this.open.delete(descriptor);
    },
    renameSync: (from: string, to: string) => {
      this.change();
      this.names.set(to, this.find(from));
      this.names.delete(from);
    },
    linkSync: (from: string, to: string) => {
      this.change();
      if (this.names.has(to)) failWith('EEXIST', to);
      this.names.set(to, this.find(from));
    },
    unlinkSync: (name: string) => {
      this.change();
      this.find(name);
      this.names.delete(name);
    },
    readFileSync: (name: string) => Buffer.from(this.find(name).seen),
    readdirSync: (folder: string) =>
      [...this.names.keys()]
        .filter((name) => path.dirname(name) === path.normalize(folder))
        .map((name) => path.basename(name)),
  } as unknown as FileSystem;
}

/** Whether an error is the power cut and not a defect. */
export function isPowerLoss(error: unknown): boolean {
  return error instanceof PowerLoss;
}

function failWith(code: string, name: string): never {
  throw Object.assign(new Error(`${code}: ${name}`), { code });
}
