/**
 * The way of changes to the clients: complete changes get a snapshot and a timestamp, and go live in one go.
 *
 * Pure: what is live and what is staged in, what will be and which files that takes out. Snapshot and timestamp
 * need not be signed at once either; what has been signed of them waits below `staged/`.
 */

import { isDeepStrictEqual } from 'node:util';
import { Metadata, type MetaFile, Snapshot, Timestamp } from '@tufjs/models';
import { metadataFile, TIMESTAMP_FILE } from '../../node/trust/file-name.ts';
import {
  checkState,
  delegatedRoles,
  type RepositoryState,
  targetsOf,
  topAuthority,
} from './repository-state.ts';
import { type RepositoryStorage, STAGED } from './repository-storage.ts';
import {
  type Document,
  documentOf,
  isExpired,
  isSigned,
  metaOf,
  parseSnapshot,
  parseTimestamp,
  type Signable,
  SPEC_VERSION,
  withSignatures,
} from './signed-metadata.ts';
import type { SigningKey } from './signing-key.ts';
import { byName, isComplete, type StagedChange, type Waiting, waitingFor } from './staged-change.ts';

export const STAGED_SNAPSHOT = `${STAGED}snapshot.json`;
export const STAGED_TIMESTAMP = `${STAGED}timestamp.json`;

/** Snapshot and timestamp with some signatures, from the storage or on their way there. */
export interface Closing {
  readonly snapshot: Document<Snapshot> | null;
  readonly timestamp: Document<Timestamp> | null;
}

export interface Terms {
  readonly nowMs: number;
  /** When new ones expire. */
  readonly snapshot: string;
  readonly timestamp: string;
}

export interface Release {
  /** The state that clients will see; null while it waits for signatures. */
  readonly state: RepositoryState | null;
  /** Names of the changes that it takes with it. */
  readonly changes: readonly string[];
  /** Files that go live, in the order in which they may be written: the timestamp comes last. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What of snapshot and timestamp is to be kept for further signatures. */
  readonly closing: Closing;
  readonly waiting: readonly Waiting[];
}

export function loadClosing(storage: RepositoryStorage): Closing {
  const snapshot = storage.read(STAGED_SNAPSHOT);
  const timestamp = storage.read(STAGED_TIMESTAMP);
  return {
    snapshot: snapshot === null ? null : parseSnapshot(snapshot),
    timestamp: timestamp === null ? null : parseTimestamp(timestamp),
  };
}

/**
 * Releases the complete ones of the changes, if the keys suffice for snapshot and timestamp.
 *
 * Without any there is still a new snapshot if one is asked for, or one waits for signatures.
 */
export function releaseChanges(
  live: RepositoryState | null,
  changes: ReadonlyMap<string, StagedChange>,
  keys: readonly SigningKey[],
  before: Closing,
  terms: Terms,
  renewSnapshot = false,
): Release {
  const ready = [...changes.values()].sort(byName).filter((change) => isComplete(live, change));
  const next = overlay(live, ready);
  if (next === null) return nothing(before, []);
  const draft = nextSnapshot(live, next, before.snapshot, terms);
  if (ready.length === 0 && !renewSnapshot && draft !== before.snapshot) return nothing(before, []);
  const authority = topAuthority(next.root, 'snapshot');
  const snapshot = withSignatures(draft, keys, [authority]);
  if (!isSigned(snapshot, [authority])) {
    const closing = { snapshot: unlessUnsigned(snapshot), timestamp: null };
    return nothing(closing, waitingFor('snapshot', snapshot, [authority]));
  }
  return close(live, { ...next, snapshot }, ready, keys, before, terms);
}

function nothing(closing: Closing, waiting: readonly Waiting[]): Release {
  return { state: null, changes: [], files: new Map(), closing, waiting };
}

/** A fresh timestamp of what is live. */
export function releaseTimestamp(
  live: RepositoryState,
  keys: readonly SigningKey[],
  before: Closing,
  terms: Terms,
): Release {
  return close(live, live, [], keys, before, terms);
}

function close(
  live: RepositoryState | null,
  next: Omit<RepositoryState, 'timestamp'>,
  ready: readonly StagedChange[],
  keys: readonly SigningKey[],
  before: Closing,
  terms: Terms,
): Release {
  const authority = topAuthority(next.root, 'timestamp');
  const draft = nextTimestamp(live, metaOf(next.snapshot), before.timestamp, terms);
  const timestamp = withSignatures(draft, keys, [authority]);
  const fresh = next.snapshot !== live?.snapshot;
  if (!isSigned(timestamp, [authority])) {
    const closing = {
      snapshot: fresh ? next.snapshot : before.snapshot,
      timestamp: unlessUnsigned(timestamp),
    };
    return nothing(closing, waitingFor('timestamp', timestamp, [authority]));
  }
  const state = { root: next.root, targets: next.targets, snapshot: next.snapshot, timestamp };
  checkState(state);
  return {
    state,
    changes: ready.map(({ name }) => name),
    files: filesOf(live, state, ready),
    closing: { snapshot: fresh ? null : before.snapshot, timestamp: null },
    waiting: [],
  };
}

/** A document without a signature need not be kept. */
function unlessUnsigned<Kept extends Document<Snapshot> | Document<Timestamp>>(document: Kept): Kept | null {
  return Object.keys(document.metadata.signatures).length === 0 ? null : document;
}

/** Root and targets with the changes applied; null without any. */
function overlay(
  live: RepositoryState | null,
  ready: readonly StagedChange[],
): Pick<RepositoryState, 'root' | 'targets'> | null {
  const root = ready.find((change) => change.root !== null)?.root ?? live?.root ?? null;
  if (root === null) return null;
  const documents = new Map([...(live?.targets ?? []), ...ready.flatMap((change) => [...change.targets])]);
  const targets = new Map([['targets', targetsOf({ targets: documents })]]);
  for (const name of delegatedRoles(targetsOf({ targets }))) {
    const document = documents.get(name);
    if (document !== undefined) targets.set(name, document);
  }
  return { root, targets };
}

function nextSnapshot(
  live: RepositoryState | null,
  { targets }: Pick<RepositoryState, 'targets'>,
  staged: Document<Snapshot> | null,
  { nowMs, snapshot: expires }: Terms,
): Document<Snapshot> {
  const version = (live?.snapshot.metadata.signed.version ?? 0) + 1;
  // TUF 5.5.5: a name once listed stays, also of a role that is no longer delegated.
  const meta: Record<string, MetaFile> = { ...live?.snapshot.metadata.signed.meta };
  for (const [role, document] of targets) meta[`${role}.json`] = metaOf(document);
  const fits = ({ metadata: { signed } }: Document<Snapshot>) =>
    signed.version === version && isDeepStrictEqual(signed.meta, meta) && !isExpired(signed, nowMs);
  if (staged !== null && fits(staged)) return staged;
  return documentOf(new Metadata(new Snapshot({ specVersion: SPEC_VERSION, version, expires, meta })));
}

function nextTimestamp(
  live: RepositoryState | null,
  snapshotMeta: MetaFile,
  staged: Document<Timestamp> | null,
  { nowMs, timestamp: expires }: Terms,
): Document<Timestamp> {
  const version = (live?.timestamp.metadata.signed.version ?? 0) + 1;
  const fits = ({ metadata: { signed } }: Document<Timestamp>) =>
    signed.version === version && signed.snapshotMeta.equals(snapshotMeta) && !isExpired(signed, nowMs);
  if (staged !== null && fits(staged)) return staged;
  return documentOf(
    new Metadata(new Timestamp({ specVersion: SPEC_VERSION, version, expires, snapshotMeta })),
  );
}

function filesOf(
  live: RepositoryState | null,
  next: RepositoryState,
  ready: readonly StagedChange[],
): Map<string, Uint8Array> {
  const files = new Map(ready.flatMap((change) => [...change.files]));
  const add = (role: string, { metadata, bytes }: Document<Signable>) =>
    files.set(metadataFile(role, metadata.signed.version), bytes);
  for (const [role, document] of next.targets) {
    if (document !== live?.targets.get(role)) add(role, document);
  }
  if (next.snapshot !== live?.snapshot) add('snapshot', next.snapshot);
  // A root is live as soon as it is there, so what it demands lies there before.
  if (next.root !== live?.root) add('root', next.root);
  return files.set(TIMESTAMP_FILE, next.timestamp.bytes);
}
