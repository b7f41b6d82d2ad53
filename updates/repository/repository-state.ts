/**
 * The state of a repository: the newest metadata of each role, checked as a client would check them.
 *
 * A publisher signs what was built on top of it, so files that somebody else has changed must be found before
 * that. Expiry is left out: a repository whose metadata have expired is the one that needs new ones.
 */

import assert from 'node:assert/strict';
import type { Key, Root, Snapshot, Targets, Timestamp } from '@tufjs/models';
import { metadataFile, TIMESTAMP_FILE } from '../../node/trust/file-name.ts';
import { RepositoryError } from './repository-error.ts';
import type { RepositoryStorage } from './repository-storage.ts';
import {
  type Authority,
  type Document,
  isSigned,
  parseRoot,
  parseSnapshot,
  parseTargets,
  parseTimestamp,
  type Signable,
} from './signed-metadata.ts';

export const TOP_ROLES = ['root', 'targets', 'snapshot', 'timestamp'] as const;
export type TopRole = (typeof TOP_ROLES)[number];

export interface RepositoryState {
  readonly root: Document<Root>;
  /** `targets`, and the delegated roles in the order of their delegation. */
  readonly targets: ReadonlyMap<string, Document<Targets>>;
  readonly snapshot: Document<Snapshot>;
  readonly timestamp: Document<Timestamp>;
}

export function isTopRole(role: string): role is TopRole {
  return (TOP_ROLES as readonly string[]).includes(role);
}

function authority(keyIds: readonly string[], threshold: number, keys: Record<string, Key>): Authority {
  return {
    keys: new Map(keyIds.flatMap((keyId) => (keys[keyId] === undefined ? [] : [[keyId, keys[keyId]]]))),
    threshold,
  };
}

export function topAuthority(root: Document<Root>, role: TopRole): Authority {
  const { roles, keys } = root.metadata.signed;
  return authority(roles[role].keyIDs, roles[role].threshold, keys);
}

/** Who signs for a delegated role; null if `targets` does not delegate to it. */
export function delegatedAuthority(targets: Document<Targets>, name: string): Authority | null {
  const { delegations } = targets.metadata.signed;
  const role = delegations?.roles?.[name];
  if (delegations === undefined || role === undefined) return null;
  return authority(role.keyIDs, role.threshold, delegations.keys);
}

/** Names of the roles that `targets` delegates to, most trusted first. */
export function delegatedRoles(targets: Document<Targets>): string[] {
  return Object.values(targets.metadata.signed.delegations?.roles ?? {}).map(({ name }) => name);
}

export function targetsOf({ targets }: Pick<RepositoryState, 'targets'>): Document<Targets> {
  const document = targets.get('targets');
  assert(document !== undefined, 'a state has targets metadata');
  return document;
}

/** Version of the newest root in the storage; 0 if there is none. */
export function newestRoot(storage: RepositoryStorage): number {
  let version = 0;
  while (storage.read(metadataFile('root', version + 1)) !== null) version++;
  return version;
}

/** Reads and checks what is published; null if nothing is. Throws RepositoryError `unsound`. */
export function loadState(storage: RepositoryStorage): RepositoryState | null {
  const roots = newestRoot(storage);
  if (roots === 0) return null;
  const root = loadRoots(storage, roots);
  const timestamp = load(storage, TIMESTAMP_FILE, parseTimestamp);
  const { version } = timestamp.metadata.signed.snapshotMeta;
  const snapshot = load(storage, metadataFile('snapshot', version), parseSnapshot);
  const targets = new Map([['targets', loadTargets(storage, snapshot, 'targets')]]);
  for (const name of delegatedRoles(targetsOf({ targets }))) {
    targets.set(name, loadTargets(storage, snapshot, name));
  }
  const state = { root, targets, snapshot, timestamp };
  checkState(state);
  return state;
}

function loadRoots(storage: RepositoryStorage, newest: number): Document<Root> {
  let trusted: Document<Root> | null = null;
  for (let version = 1; version <= newest; version++) {
    const file = metadataFile('root', version);
    const root = load(storage, file, parseRoot);
    // TUF 5.3.4 and 5.3.5: one version at a time, signed by the old keys and by the new.
    if (root.metadata.signed.version !== version) {
      throw unsound(file, `is version ${root.metadata.signed.version}`);
    }
    if (trusted !== null) checkSigned(file, root, topAuthority(trusted, 'root'));
    checkSigned(file, root, topAuthority(root, 'root'));
    trusted = root;
  }
  assert(trusted !== null);
  return trusted;
}

function loadTargets(storage: RepositoryStorage, snapshot: Document<Snapshot>, role: string) {
  const meta = snapshot.metadata.signed.meta[`${role}.json`];
  if (meta === undefined) throw unsound(`${role}.json`, 'is not in the snapshot');
  return load(storage, metadataFile(role, meta.version), parseTargets);
}

function load<Content extends Signable>(
  storage: RepositoryStorage,
  file: string,
  parse: (bytes: Uint8Array) => Document<Content>,
): Document<Content> {
  const bytes = storage.read(file);
  if (bytes === null) throw unsound(file, 'is missing');
  try {
    return parse(bytes);
  } catch (error) {
    throw unsound(file, (error as Error).message);
  }
}

/** Throws RepositoryError `unsound` unless each role is signed by whom it must be, and all belong together. */
export function checkState({ root, targets, snapshot, timestamp }: RepositoryState): void {
  checkSigned(TIMESTAMP_FILE, timestamp, topAuthority(root, 'timestamp'));
  const snapshotFile = metadataFile('snapshot', snapshot.metadata.signed.version);
  checkNamed(snapshotFile, snapshot, timestamp.metadata.signed.snapshotMeta);
  checkSigned(snapshotFile, snapshot, topAuthority(root, 'snapshot'));
  for (const [role, document] of targets) {
    const file = metadataFile(role, document.metadata.signed.version);
    checkNamed(file, document, snapshot.metadata.signed.meta[`${role}.json`]);
    const signers =
      role === 'targets' ? topAuthority(root, role) : delegatedAuthority(targetsOf({ targets }), role);
    if (signers === null) throw unsound(file, 'is delegated by nobody');
    checkSigned(file, document, signers);
  }
}

function checkNamed(
  file: string,
  { metadata, bytes }: Document<Signable>,
  meta: { readonly version: number; verify(data: Buffer): void } | undefined,
): void {
  if (meta === undefined) throw unsound(file, 'is not in the snapshot');
  if (meta.version !== metadata.signed.version) throw unsound(file, `should be version ${meta.version}`);
  try {
    meta.verify(Buffer.from(bytes));
  } catch (error) {
    throw unsound(file, (error as Error).message);
  }
}

function checkSigned(file: string, document: Document<Signable>, signers: Authority): void {
  if (!isSigned(document, [signers])) throw unsound(file, `lacks ${signers.threshold} valid signatures`);
}

function unsound(file: string, reason: string): RepositoryError {
  return new RepositoryError(
    'unsound',
    `${file} ${reason}`,
    'restore the repository from a copy that you trust; publishing on top of this would sign what somebody else has put there',
  );
}
