/**
 * What a relay must still know after a restart, and where it is kept.
 *
 * A store holds one record and the binaries that the record names. On a real relay it is a folder
 * (`disk-store.ts`); a simulated relay keeps it in memory.
 */

import type { Reason } from '../hooks/transition.ts';

/** A module as a record names it. */
export interface StoredModule {
  /** SHA-256 of the binary. */
  readonly hash: string;
  /** The update's name, and its version. */
  readonly module: string;
  readonly version: number;
  readonly stateVersion: number;
}

/** A module on trial, or in line for one. */
export interface StoredCandidate extends StoredModule {
  readonly notBeforeMs: number;
  readonly wave: number;
  /** How often the relay has started since the trial began; 0 before it has. */
  readonly starts: number;
}

export interface StoredSlot {
  readonly hook: string;
  readonly interfaceVersion: number;
  /** The confirmed module that answers, and the one before it. */
  readonly active: StoredModule | null;
  readonly previous: StoredModule | null;
  readonly candidate: StoredCandidate | null;
  /** The state that goes with `active`, base64. */
  readonly state: string;
  readonly stateVersion: number;
  readonly quarantined: readonly (readonly [hash: string, reason: Reason])[];
  /** Versions that were confirmed here, which set the floor for older ones. */
  readonly confirmed: readonly ConfirmedVersion[];
}

/** A version that passed its trial on this relay, whatever became of it later. */
export type ConfirmedVersion = readonly [module: string, version: number, hash: string];

export interface StoredRelay {
  readonly slots: readonly StoredSlot[];
  /** SHA-256 of every binary that a signed revocation has named. */
  readonly revoked: readonly string[];
}

export interface UpdateStore {
  /** The record last written, or null for a relay that never wrote one. */
  readRecord(): StoredRelay | null;
  /** Replaces the record: all of it, or nothing. */
  writeRecord(record: StoredRelay): void;
  /** A binary whose hash is right, or null. */
  readModule(hash: string): Uint8Array | null;
  writeModule(hash: string, bytes: Uint8Array): void;
  /** Drops the binaries that are not named. */
  keepModules(hashes: ReadonlySet<string>): void;
}

/** Binaries by hash, shared by the stores of many simulated relays. */
export type ModulePool = Map<string, Uint8Array>;

/** Keeps everything in memory. */
export class MemoryStore implements UpdateStore {
  private readonly pool: ModulePool;
  private record: StoredRelay | null = null;

  constructor(pool: ModulePool = new Map()) {
    this.pool = pool;
  }

  readRecord(): StoredRelay | null {
    return this.record;
  }

  writeRecord(record: StoredRelay): void {
    this.record = record;
  }

  readModule(hash: string): Uint8Array | null {
    return this.pool.get(hash) ?? null;
  }

  writeModule(hash: string, bytes: Uint8Array): void {
    if (!this.pool.has(hash)) this.pool.set(hash, bytes);
  }

  /** The pool belongs to all its relays: nothing is dropped on the word of one. */
  keepModules(): void {}
}
