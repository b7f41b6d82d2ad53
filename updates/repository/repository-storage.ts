/**
 * Where a repository's files lie: in memory, or in a folder (folder-storage.ts).
 *
 * Names are those of node/trust/file-name.ts. What waits for signatures lies below `staged/`, which is not for
 * clients.
 */

export interface RepositoryStorage {
  read(name: string): Uint8Array | null;
  /** Writes all of the files, in this order, or none; null removes one. */
  write(changes: ReadonlyMap<string, Uint8Array | null>): void;
  /** Names of all files, sorted. */
  list(): readonly string[];
}

export const STAGED = 'staged/';

export class MemoryStorage implements RepositoryStorage {
  private readonly files: Map<string, Uint8Array>;

  constructor(files: Iterable<readonly [string, Uint8Array]> = []) {
    this.files = new Map(files);
  }

  read(name: string): Uint8Array | null {
    return this.files.get(name) ?? null;
  }

  write(changes: ReadonlyMap<string, Uint8Array | null>): void {
    for (const [name, bytes] of changes) {
      if (bytes === null) this.files.delete(name);
      else this.files.set(name, bytes);
    }
  }

  list(): readonly string[] {
    return [...this.files.keys()].sort();
  }

  /** Another storage with the same files, which goes its own way. */
  copy(): MemoryStorage {
    return new MemoryStorage(this.files);
  }
}

/** Whether two sets of files have the same names and bytes. */
export function sameFiles(
  some: ReadonlyMap<string, Uint8Array>,
  others: ReadonlyMap<string, Uint8Array>,
): boolean {
  return (
    some.size === others.size &&
    [...some].every(([name, bytes]) => Buffer.compare(bytes, others.get(name) ?? new Uint8Array()) === 0)
  );
}
