/**
 * What one relay trusts, in its memory and in its store.
 *
 * Timestamp and snapshot are floors, raised as soon as a higher one is verified: an older one is not taken from
 * then on. What the relay acts on and hands to its peers is a publication, which is whole. Whoever brings a new
 * timestamp and withholds what it names leaves the relay with the publication that it had, and the next source
 * can complete the new one.
 */

import assert from 'node:assert/strict';
import { SparseMap } from '../sparse-map.ts';
import type { Visit } from './delegation-walk.ts';
import type { Document } from './document.ts';
import type { Examination } from './examination.ts';
import { metadataFile, TARGETS_FOLDER, TIMESTAMP_FILE } from './file-name.ts';
import { ROOTS_KEPT } from './limits.ts';
import type { Listing } from './listing.ts';
import type { TrustStore } from './trust-store.ts';
import type { UpdateTarget } from './update-target.ts';

/** Metadata that belong together, all of them verified. */
export interface Publication {
  readonly timestamp: Document<'timestamp'>;
  readonly snapshot: Document<'snapshot'>;
  readonly targets: Document<'targets'>;
  /** Delegated roles that the relay listens to and has got. */
  readonly visits: readonly Visit[];
  readonly listing: Listing;
}

export class TrustedState {
  private readonly store: TrustStore;
  /** The chain of roots, each the successor of the one before; the last one counts. */
  readonly roots: Document<'root'>[] = [];
  timestamp: Document<'timestamp'> | null = null;
  snapshot: Document<'snapshot'> | null = null;
  publication: Publication | null = null;
  /** Whether a delegated role that the relay listens to is missing in it only because the last source did not have it. */
  isIncomplete = false;
  /** Counts what was taken: a refresh sees by it that another one has come between. */
  changes = 0;
  /** Writes that the store could not do; the relay went on with what is in its memory. */
  storeFailures = 0;
  /** Targets that the store had no room for: the relay serves them all the same, as long as it is up. */
  private readonly unwritten = new SparseMap<string, Uint8Array>();

  constructor(store: TrustStore) {
    this.store = store;
  }

  get root(): Document<'root'> {
    const root = this.roots.at(-1);
    assert(root !== undefined, 'init comes first');
    return root;
  }

  /** Starts over from a root. */
  begin(root: Document<'root'>): void {
    this.roots.splice(0, this.roots.length, root);
    this.timestamp = null;
    this.snapshot = null;
    this.publication = null;
  }

  /** Trusts the root's successor, and gives up what the new keys no longer vouch for. */
  takeRoot(root: Document<'root'>, examination: Examination): void {
    const before = this.root;
    this.changes++;
    this.roots.push(root);
    this.save(metadataFile('root', root.version), root.bytes);
    if (this.roots.length > ROOTS_KEPT) this.drop(metadataFile('root', this.roots.shift()!.version));
    // TUF 5.3.11: only so does a relay recover from version numbers that a thief of keys has driven up.
    if (losesKeys(before, root, 'timestamp') || losesKeys(before, root, 'snapshot')) {
      this.timestamp = null;
      this.snapshot = null;
      this.publication = null;
      this.tidy();
    } else if (
      this.publication !== null &&
      losesKeys(before, root, 'targets') &&
      !examination.isSigned(root, 'targets', this.publication.targets)
    ) {
      this.publication = null;
    }
  }

  takeTimestamp(timestamp: Document<'timestamp'>): void {
    this.changes++;
    this.timestamp = timestamp;
    this.save(TIMESTAMP_FILE, timestamp.bytes); // TUF 5.4.5
  }

  takeSnapshot(snapshot: Document<'snapshot'>): void {
    this.changes++;
    this.snapshot = snapshot;
    this.save(metadataFile('snapshot', snapshot.version), snapshot.bytes); // TUF 5.5.7
  }

  takePublication(publication: Publication): void {
    const { targets, visits } = publication;
    this.changes++;
    this.publication = publication;
    this.save(metadataFile('targets', targets.version), targets.bytes); // TUF 5.6.6
    for (const { role, document } of visits) this.save(metadataFile(role, document.version), document.bytes);
    this.tidy();
  }

  /** Bytes of a target that the relay keeps; those of the store are not verified. */
  stored(file: string): Uint8Array | null {
    return this.unwritten.get(file) ?? this.store.read(file);
  }

  /** Keeps a target that has been verified: in memory where the store cannot. */
  keepTarget(file: string, bytes: Uint8Array): void {
    if (this.save(file, bytes)) this.unwritten.delete(file);
    else this.unwritten.set(file, bytes);
  }

  /** Whether the store has it now. */
  save(file: string, bytes: Uint8Array): boolean {
    return this.store.read(file) === bytes || this.attempt(() => this.store.write(file, bytes));
  }

  drop(file: string): void {
    this.attempt(() => this.store.remove(file));
  }

  /** Names and bytes of the metadata that the relay trusts. */
  *metadata(): Generator<readonly [file: string, bytes: Uint8Array]> {
    for (const root of this.roots) yield [metadataFile('root', root.version), root.bytes];
    if (this.publication === null) return;
    const { timestamp, snapshot, targets, visits } = this.publication;
    yield [TIMESTAMP_FILE, timestamp.bytes];
    yield [metadataFile('snapshot', snapshot.version), snapshot.bytes];
    yield [metadataFile('targets', targets.version), targets.bytes];
    for (const { role, document } of visits) yield [metadataFile(role, document.version), document.bytes];
  }

  /** The target of the publication that a file is named after. */
  targetOf(file: string): UpdateTarget | null {
    return this.publication?.listing.byFile.get(file) ?? null;
  }

  /**
   * Removes what nothing names any more, and writes what the store had no room for.
   *
   * Without a publication nothing says which targets are needed: they stay until the next one does. It will name them
   * again, as a rule, and relays that run them ask nobody for them, but are asked.
   */
  tidy(): void {
    const named = new Set<string>();
    for (const [file] of this.metadata()) named.add(file);
    if (this.timestamp !== null) named.add(TIMESTAMP_FILE);
    if (this.snapshot !== null) named.add(metadataFile('snapshot', this.snapshot.version));
    const isNeeded = (file: string): boolean =>
      file.startsWith(`${TARGETS_FOLDER}/`) && (this.publication === null || this.targetOf(file) !== null);
    for (const file of this.store.list()) if (!named.has(file) && !isNeeded(file)) this.drop(file);
    for (const [file, bytes] of [...this.unwritten]) {
      if (isNeeded(file)) this.keepTarget(file, bytes);
      else this.unwritten.delete(file);
    }
  }

  /** Whether it could be done. */
  private attempt(change: () => void): boolean {
    try {
      change();
      return true;
    } catch {
      this.storeFailures++;
      return false;
    }
  }
}

/**
 * Whether those who could sign for a role before may no longer be able to.
 *
 * A key that is added does not count: to give up the floors for it would let an old timestamp in.
 */
function losesKeys(before: Document<'root'>, after: Document<'root'>, role: string): boolean {
  const was = before.metadata.signed.roles[role];
  const is = after.metadata.signed.roles[role];
  return is.threshold > was.threshold || was.keyIDs.some((id) => !is.keyIDs.includes(id));
}
