/** Files that are written into a folder, several at once, and their hashes. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type ResultsTarget, writeFileSynced, writeFolder } from './results-folder.ts';

/** Whole, or in pieces that are made while it is being written. */
export type FileContent = string | Uint8Array | AsyncIterable<Uint8Array>;

async function* piecesOf(content: FileContent): AsyncGenerator<string | Uint8Array> {
  if (typeof content === 'string' || content instanceof Uint8Array) yield content;
  else yield* content;
}

/** All of a content. */
export async function wholeOf(content: FileContent): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of piecesOf(content)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

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
    const made = await content;
    this.signal?.throwIfAborted();
    const hash = createHash('sha256');
    const { signal } = this;
    async function* hashed() {
      for await (const piece of piecesOf(made)) {
        signal?.throwIfAborted();
        hash.update(piece);
        yield piece;
      }
    }
    await writeFileSynced(join(this.folder, name), hashed());
    this.hashes.set(name, hash.digest('hex'));
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
