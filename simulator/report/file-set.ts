/** Files that are written into a folder, several at once, and their hashes. */

import { join } from 'node:path';
import { sha256 } from './manifest.ts';
import { type ResultsTarget, writeFileSynced, writeFolder } from './results-folder.ts';

export type FileContent = string | Uint8Array;

export class FileSet {
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
  private readonly names: string[] = [];
  private readonly hashes = new Map<string, string>();
  private readonly pending: Promise<void>[] = [];

  constructor(folder: string, signal: AbortSignal | undefined) {
    this.folder = folder;
    this.signal = signal;
  }

  private async write(name: string, content: FileContent | Promise<FileContent>): Promise<void> {
    const bytes = await content;
    this.signal?.throwIfAborted();
    this.hashes.set(name, sha256(bytes));
    await writeFileSynced(join(this.folder, name), bytes);
  }

  /** Starts to write a file. What goes wrong is told by `finished`. */
  start(name: string, content: FileContent | Promise<FileContent>): void {
    this.names.push(name);
    const writing = this.write(name, content);
    writing.catch(() => undefined);
    this.pending.push(writing);
  }

  /** Waits until nothing is being written any more, whether it went well or not. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.pending);
  }

  /** Waits for every file; rejects with the first failure. */
  async finished(): Promise<void> {
    await Promise.all(this.pending);
  }

  /** SHA-256 of the files written so far, in the order they were started. */
  sha256(): Record<string, string> {
    return Object.fromEntries(this.names.map((name) => [name, this.hashes.get(name) ?? '']));
  }
}

/**
 * Writes a folder in one piece from the files that `fill` starts; their names, in the order they were started.
 * Throws as `writeFolder` does.
 */
export async function writeFiles(
  target: ResultsTarget,
  fill: (files: FileSet) => Promise<void>,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  let names: readonly string[] = [];
  await writeFolder(
    target,
    async (folder) => {
      const files = new FileSet(folder, signal);
      // The folder may be removed only when nobody writes to it any more.
      await fill(files).finally(() => files.settled());
      names = Object.keys(files.sha256());
    },
    signal,
  );
  return names;
}
