/**
 * Makes a folder and those above it, one at a time.
 *
 * Node's own recursive mkdir never ends where the system denies a folder with ENOENT under one that is there, as in /proc.
 */

import * as nodeFileSystem from 'node:fs';
import path from 'node:path';

/** What it takes of a file system. */
export type FolderFiles = Pick<typeof nodeFileSystem, 'mkdirSync' | 'statSync'>;

export interface FolderOptions {
  readonly files?: FolderFiles;
  /** Permissions of what is made; the system's default where it is left out. */
  readonly mode?: number;
  /** Gets what is made, also where a later folder is refused. */
  readonly made?: string[];
}

/** Answers the folders that it made, the uppermost first. Throws what the system says of one that cannot be made. */
export function makeFolders(
  name: string,
  { files = nodeFileSystem, mode, made = [] }: FolderOptions = {},
): readonly string[] {
  const missing: string[] = [];
  for (let folder = path.resolve(name); !isThere(files, folder); folder = path.dirname(folder))
    missing.unshift(folder);
  for (const folder of missing) {
    try {
      files.mkdirSync(folder, mode);
      made.push(folder);
    } catch (error) {
      // Another process may have made it in between.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isThere(files, folder)) throw error;
    }
  }
  return made;
}

function isThere(files: FolderFiles, folder: string): boolean {
  return files.statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
