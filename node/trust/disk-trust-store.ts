/**
 * A trust store in a folder of a real relay's disk, which survives a crash at any moment.
 *
 * Every file is written under a temporary name, flushed, and renamed into place. All lie in the one folder, slashes
 * of their names written as `~`, which no name has: so no name leads out of it. What is read is not believed here;
 * whoever reads verifies.
 */

import * as nodeFileSystem from 'node:fs';
import path from 'node:path';
import {
  type FlushingFiles,
  flushFolderIfItCan,
  makeFolderAndFlush,
  writeAndFlush,
} from '../durable-file.ts';
import { TARGET_MAX_BYTES } from './limits.ts';
import type { TrustStore } from './trust-store.ts';

/** What the store needs of a file system; a test puts one in that loses power. */
export type TrustFileSystem = FlushingFiles &
  Pick<
    typeof nodeFileSystem,
    'mkdirSync' | 'renameSync' | 'unlinkSync' | 'readFileSync' | 'readdirSync' | 'statSync'
  >;

/** All files together: a repository that grows without end must not fill the disk. */
export const DISK_STORE_MAX_BYTES = 256 * 1024 * 1024;

/** One file; metadata are smaller than targets. */
const FILE_MAX_BYTES = TARGET_MAX_BYTES;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
const NAME_ON_DISK = /^[A-Za-z0-9][A-Za-z0-9._-]*(~[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
/** Most file systems stop at 255 bytes. */
const NAME_MAX_LENGTH = 240;
/** Begins as no name does. */
const TEMPORARY = '.temporary~';

export class DiskTrustStore implements TrustStore {
  private readonly folder: string;
  private readonly files: TrustFileSystem;
  private readonly maxBytes: number;
  /** Bytes of each file, by its name. */
  private readonly sizes = new Map<string, number>();

  constructor(
    folder: string,
    maxBytes: number = DISK_STORE_MAX_BYTES,
    files: TrustFileSystem = nodeFileSystem,
  ) {
    this.folder = folder;
    this.files = files;
    this.maxBytes = maxBytes;
    makeFolderAndFlush(files, folder);
    for (const onDisk of [...files.readdirSync(folder)].sort()) {
      if (onDisk.startsWith(TEMPORARY)) files.unlinkSync(path.join(folder, onDisk));
      else if (NAME_ON_DISK.test(onDisk)) {
        this.sizes.set(onDisk.replaceAll('~', '/'), files.statSync(path.join(folder, onDisk)).size);
      }
    }
  }

  /** Null also for a file that cannot be read, or is longer than any that was written. */
  read(file: string): Uint8Array | null {
    const bytes = this.sizes.get(file);
    if (bytes === undefined || bytes > FILE_MAX_BYTES) return null;
    try {
      return new Uint8Array(this.files.readFileSync(this.at(file)));
    } catch {
      return null;
    }
  }

  /** Throws RangeError for a name that is none, and when there is no room. */
  write(file: string, bytes: Uint8Array): void {
    if (!NAME.test(file) || file.length > NAME_MAX_LENGTH)
      throw new RangeError(`${file} is no name of a file`);
    const others = this.totalBytes() - (this.sizes.get(file) ?? 0);
    if (bytes.length > FILE_MAX_BYTES || others + bytes.length > this.maxBytes) {
      throw new RangeError(`no room for ${bytes.length} bytes of ${file}`);
    }
    const temporary = path.join(this.folder, TEMPORARY + path.basename(this.at(file)));
    writeAndFlush(this.files, temporary, bytes);
    this.files.renameSync(temporary, this.at(file));
    this.sizes.set(file, bytes.length);
    flushFolderIfItCan(this.files, this.folder);
  }

  remove(file: string): void {
    if (!this.sizes.delete(file)) return;
    try {
      this.files.unlinkSync(this.at(file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  list(): readonly string[] {
    return [...this.sizes.keys()];
  }

  private at(file: string): string {
    return path.join(this.folder, file.replaceAll('/', '~'));
  }

  private totalBytes(): number {
    let total = 0;
    for (const bytes of this.sizes.values()) total += bytes;
    return total;
  }
}
