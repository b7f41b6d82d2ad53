/**
 * Forges a publication: metadata changed at will, signed with whatever keys the adversary holds.
 *
 * It starts from the developers' newest files and works on their JSON, since no honest library would sign what
 * is asked of it here. File names, lengths and hashes are made to fit, so that signatures alone are in doubt.
 */

import { createHash, type KeyObject, sign } from 'node:crypto';
import { canonicalize } from '@tufjs/canonical-json';
import { metadataFile, TIMESTAMP_FILE, targetFile } from '../../../../node/trust/file-name.ts';
import { revocationEntry } from '../../../../updates/repository/update-entry.ts';

/** A private key, and its id in the roots. */
export interface StolenKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

export interface StolenKeys {
  readonly targets: readonly StolenKey[];
  readonly snapshot: readonly StolenKey[];
  readonly timestamp: readonly StolenKey[];
}

/** The signed part of a metadata file; whatever members it has. */
type Signed = Record<string, unknown> & { version: number };

/** The targets of a list by path. */
type Listed = Record<string, { length: number; hashes: { sha256: string }; custom: object }>;

/** The developers' newest metadata files. */
export interface GenuineFiles {
  readonly timestamp: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly targets: Uint8Array;
}

export interface Edits {
  /** Added to the versions of timestamp and snapshot (and of targets, if they change); 1 for the next ones. */
  readonly ahead: number;
  /** A target to be listed beside the genuine ones. */
  readonly target?: { readonly path: string; readonly bytes: Uint8Array; readonly custom: object };
  /** Modules of the genuine list that are said to be revoked: all of them. */
  readonly revokesAll?: boolean;
  /** Another expiry of the timestamp: other bytes under the same version. */
  readonly timestampExpires?: string;
}

/** The forged files by name, in the order of a bundle. */
export function forgePublication(
  genuine: GenuineFiles,
  edits: Edits,
  keys: StolenKeys,
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const targets = signedPart(genuine.targets);
  let targetsBytes = genuine.targets;
  const added = addedTargets(targets.targets as Listed, targets.version + edits.ahead, edits);
  if (added !== null) {
    targets.version += edits.ahead;
    targets.targets = { ...(targets.targets as Listed), ...added };
    targetsBytes = signedFile(targets, keys.targets);
  }
  const snapshot = signedPart(genuine.snapshot);
  snapshot.version += edits.ahead;
  snapshot.meta = {
    ...(snapshot.meta as object),
    'targets.json': metaOf(targets.version, targetsBytes),
  };
  const snapshotBytes = signedFile(snapshot, keys.snapshot);
  const timestamp = signedPart(genuine.timestamp);
  timestamp.version += edits.ahead;
  timestamp.meta = { 'snapshot.json': metaOf(snapshot.version, snapshotBytes) };
  if (edits.timestampExpires !== undefined) timestamp.expires = edits.timestampExpires;

  files.set(TIMESTAMP_FILE, signedFile(timestamp, keys.timestamp));
  files.set(metadataFile('snapshot', snapshot.version), snapshotBytes);
  files.set(metadataFile('targets', targets.version), targetsBytes);
  if (edits.target !== undefined) {
    const { path, bytes } = edits.target;
    files.set(targetFile(path, sha256(bytes)), bytes);
  }
  return files;
}

/** What the forged list has beside the genuine one; null for nothing. */
function addedTargets(genuine: Listed, sequence: number, { target, revokesAll }: Edits): Listed | null {
  if (target !== undefined) {
    const { path, bytes, custom } = target;
    return { [path]: { length: bytes.length, hashes: { sha256: sha256(bytes) }, custom } };
  }
  if (revokesAll !== true) return null;
  const revocations = Object.values(genuine).flatMap(({ hashes, custom }) => {
    const { kind, hook, module } = custom as { kind: string; hook: string; module: string };
    if (kind !== 'module') return [];
    const { target } = revocationEntry(
      { hook, module, sha256: hashes.sha256 },
      'said to be broken',
      sequence,
    );
    return [[target.path, target.toJSON() as unknown as Listed[string]] as const];
  });
  return Object.fromEntries(revocations);
}

function metaOf(version: number, bytes: Uint8Array): object {
  return { version, length: bytes.length, hashes: { sha256: sha256(bytes) } };
}

function signedPart(file: Uint8Array): Signed {
  return JSON.parse(Buffer.from(file).toString('utf8')).signed as Signed;
}

function signedFile(signed: Signed, keys: readonly StolenKey[]): Uint8Array {
  const message = Buffer.from(canonicalize(signed), 'utf8');
  const signatures = keys.map(({ keyId, privateKey }) => ({
    keyid: keyId,
    sig: sign(null, message, privateKey).toString('hex'),
  }));
  return new Uint8Array(Buffer.from(JSON.stringify({ signatures, signed }), 'utf8'));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
