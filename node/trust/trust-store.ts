/**
 * What a relay keeps of the repository: the metadata it trusts, by the name of their files, and targets.
 *
 * It serves its peers from here, so it holds the chain of roots as well.
 */

export interface TrustStore {
  read(file: string): Uint8Array | null;
  /** Replaces the file: all of it, or nothing. May throw; the client goes on with what it holds in memory. */
  write(file: string, bytes: Uint8Array): void;
  remove(file: string): void;
  /** Names of all files. */
  list(): readonly string[];
}

/** Keeps files in memory: a simulated relay's, which share their bytes. */
export class MemoryTrustStore implements TrustStore {
  private readonly files = new Map<string, Uint8Array>();

  read(file: string): Uint8Array | null {
    return this.files.get(file) ?? null;
  }

  write(file: string, bytes: Uint8Array): void {
    this.files.set(file, bytes);
  }

  remove(file: string): void {
    this.files.delete(file);
  }

  list(): readonly string[] {
    return [...this.files.keys()];
  }
}
