/**
 * A change that waits for signatures: new metadata of one role, and of those that must go live with it.
 *
 * With k of n keys in different hands a change cannot be signed at once. It lies below `staged/<name>/` until
 * every part has its threshold; no snapshot names it before, so no client sees it. A role is part of at most
 * one change at a time. A change is named after the role that began it.
 */

import type { Root, Targets } from '@tufjs/models';
import { TARGETS_FOLDER } from '../../node/trust/file-name.ts';
import { RepositoryError } from './repository-error.ts';
import { delegatedAuthority, type RepositoryState, targetsOf, topAuthority } from './repository-state.ts';
import { type RepositoryStorage, STAGED } from './repository-storage.ts';
import {
  type Authority,
  type Document,
  isSigned,
  parseRoot,
  parseTargets,
  type Signable,
  sha256,
  signersOf,
  withSignatures,
} from './signed-metadata.ts';
import type { SigningKey } from './signing-key.ts';

export interface StagedChange {
  readonly name: string;
  readonly root: Document<Root> | null;
  /** New metadata of `targets` and of delegated roles. */
  readonly targets: ReadonlyMap<string, Document<Targets>>;
  /** Files of new targets, by their names. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Metadata that have too few signatures, or cannot be signed before others have enough. */
export interface Waiting {
  readonly role: string;
  readonly version: number;
  readonly threshold: number;
  /** Ids of keys that have signed. */
  readonly signed: readonly string[];
  /** Ids of keys that could. */
  readonly unsigned: readonly string[];
}

/** What is published with a change applied; null where there is neither. */
function rootWith(live: RepositoryState | null, change: StagedChange): Document<Root> {
  const root = change.root ?? live?.root;
  if (root === undefined) throw new TypeError('a first change has a root');
  return root;
}

/** Who must sign a role of a change: for a root the old keys and the new ones (TUF 5.3.4). */
export function authoritiesOf(
  live: RepositoryState | null,
  change: StagedChange,
  role: string,
): readonly Authority[] {
  const root = rootWith(live, change);
  if (role === 'root') {
    const own = topAuthority(root, 'root');
    return live === null ? [own] : [topAuthority(live.root, 'root'), own];
  }
  if (role === 'targets') return [topAuthority(root, 'targets')];
  const targets = change.targets.get('targets') ?? (live === null ? undefined : targetsOf(live));
  const authority = targets === undefined ? null : delegatedAuthority(targets, role);
  // A delegation that was withdrawn meanwhile: nobody can sign any more.
  return [authority ?? { keys: new Map(), threshold: 1 }];
}

/** Root, targets, then delegated roles by name: the same order whether it was just made or read again. */
export function documentsOf(change: StagedChange): [role: string, Document<Signable>][] {
  const { targets, ...delegated } = Object.fromEntries(change.targets);
  const documents: [string, Document<Signable>][] = [];
  if (change.root !== null) documents.push(['root', change.root]);
  if (targets !== undefined) documents.push(['targets', targets]);
  for (const role of Object.keys(delegated).sort()) documents.push([role, delegated[role]]);
  return documents;
}

/** The order of changes, which does not depend on when they were staged. */
export function byName(one: StagedChange, other: StagedChange): number {
  return one.name < other.name ? -1 : 1;
}

export function signChange(
  live: RepositoryState | null,
  change: StagedChange,
  keys: readonly SigningKey[],
): StagedChange {
  const sign = <Content extends Signable>(role: string, document: Document<Content>) =>
    withSignatures(document, keys, authoritiesOf(live, change, role));
  return {
    ...change,
    root: change.root === null ? null : sign('root', change.root),
    targets: new Map([...change.targets].map(([role, document]) => [role, sign(role, document)])),
  };
}

export function isComplete(live: RepositoryState | null, change: StagedChange): boolean {
  return documentsOf(change).every(([role, document]) =>
    isSigned(document, authoritiesOf(live, change, role)),
  );
}

/** What a document lacks under each authority that it needs. */
export function waitingFor(
  role: string,
  document: Document<Signable>,
  authorities: readonly Authority[],
): Waiting[] {
  return authorities.flatMap((authority) => {
    const signed = signersOf(document, authority);
    if (signed.length >= authority.threshold) return [];
    return [
      {
        role,
        version: document.metadata.signed.version,
        threshold: authority.threshold,
        signed,
        unsigned: [...authority.keys.keys()].filter((keyId) => !signed.includes(keyId)),
      },
    ];
  });
}

/** The files that hold a change in the storage. */
export function stagedFiles(change: StagedChange): Map<string, Uint8Array> {
  const folder = `${STAGED}${change.name}/`;
  const documents = documentsOf(change).map(([role, { bytes }]) => [`${folder}${role}.json`, bytes] as const);
  const files = [...change.files].map(([file, bytes]) => [folder + file, bytes] as const);
  return new Map([...documents, ...files]);
}

/** Reads the changes that wait. Throws RepositoryError `unsound` for files that are none. */
export function loadChanges(storage: RepositoryStorage): Map<string, StagedChange> {
  const changes = new Map<string, StagedChange>();
  for (const path of storage.list()) {
    const [, name, file] = /^staged\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (name === undefined || file === undefined) continue;
    const bytes = storage.read(path) ?? new Uint8Array();
    const change = changes.get(name) ?? { name, root: null, targets: new Map(), files: new Map() };
    changes.set(name, withFile(change, file, bytes, path));
  }
  return changes;
}

function withFile(change: StagedChange, file: string, bytes: Uint8Array, path: string): StagedChange {
  if (file.startsWith(`${TARGETS_FOLDER}/`)) {
    if (!file.includes(sha256(bytes))) throw damaged(path, 'is not what was staged');
    return { ...change, files: new Map([...change.files, [file, bytes]]) };
  }
  const role = file.replace(/\.json$/, '');
  try {
    if (role === 'root') return { ...change, root: parseRoot(bytes) };
    return { ...change, targets: new Map([...change.targets, [role, parseTargets(bytes)]]) };
  } catch (error) {
    throw damaged(path, (error as Error).message);
  }
}

/**
 * Throws RepositoryError `unsound` if somebody has changed what others have signed: whoever signs next must not
 * sign that.
 */
export function checkSignatures(live: RepositoryState | null, change: StagedChange): void {
  for (const [role, document] of documentsOf(change)) {
    const authorities = authoritiesOf(live, change, role);
    const valid = new Set(authorities.flatMap((authority) => signersOf(document, authority)));
    for (const keyId of Object.keys(document.metadata.signatures)) {
      if (valid.has(keyId)) continue;
      const path = `${STAGED}${change.name}/${role}.json`;
      throw damaged(path, `has a signature of ${keyId.slice(0, 8)} that does not fit`);
    }
  }
}

function damaged(path: string, reason: string): RepositoryError {
  return new RepositoryError('unsound', `${path} ${reason}`, 'discard what is staged, and publish it again');
}

/** The keys that were given sign nothing of this. */
export function wrongKeys(waiting: readonly Waiting[]): RepositoryError {
  const keys = waiting.map(
    ({ role, unsigned }) => `${role}: ${unsigned.map((keyId) => keyId.slice(0, 8)).join(' or ')}`,
  );
  return new RepositoryError(
    'wrong-key',
    'none of the keys may sign this',
    keys.length === 0 ? 'nothing waits for signatures' : `it takes keys of ${keys.join('; ')}`,
  );
}
