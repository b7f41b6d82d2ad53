/** Writes that last when the power fails: of a file, and of the names in a folder. */

import type * as nodeFileSystem from 'node:fs';
import path from 'node:path';
import { type FolderFiles, makeFolders } from './make-folders.ts';

/** What it takes of a file system. */
export type FlushingFiles = Pick<typeof nodeFileSystem, 'openSync' | 'writeSync' | 'fsyncSync' | 'closeSync'>;

/** Writes a file that its owner alone may read, and flushes it; whoever renames it then has all of it or none. */
export function writeAndFlush(files: FlushingFiles, name: string, content: Uint8Array): void {
  const file = files.openSync(name, 'w', 0o600);
  try {
    for (let written = 0; written < content.length; ) {
      written += files.writeSync(file, content, written, content.length - written);
    }
    files.fsyncSync(file);
  } finally {
    files.closeSync(file);
  }
}

/**
 * Makes a folder and those above it that only its owner may enter, and flushes their names: a file in a folder that a
 * power cut takes away is gone, however often it was flushed.
 */
export function makeFolderAndFlush(files: FlushingFiles & FolderFiles, name: string): void {
  const made = makeFolders(name, { files, mode: 0o700 });
  // One that is there may have been made by a process that died before it flushed.
  const unflushed = made.length > 0 ? made : [path.resolve(name)];
  for (const folder of [...unflushed].reverse()) flushFolderIfItCan(files, path.dirname(folder));
}

/** Makes renames in a folder last. Throws what the system says of a folder that cannot be opened. */
export function flushFolder(files: FlushingFiles, name: string): void {
  const folder = files.openSync(name, 'r');
  try {
    files.fsyncSync(folder);
  } finally {
    files.closeSync(folder);
  }
}

/** The same, where a system that does not let folders be opened is none to complain about. */
export function flushFolderIfItCan(files: FlushingFiles, name: string): void {
  try {
    flushFolder(files, name);
  } catch (error) {
    // Windows cannot open a folder; it flushes renames by itself.
    if (!['EISDIR', 'EPERM', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
