/**
 * An examination applies the checks of the TUF client workflow (section 5) to bytes from anywhere, one file at a
 * time, against what the relay trusts already.
 *
 * It changes nothing: it answers with a document that may be trusted from now on, or why not. It also keeps the
 * books of what the checks would have cost this relay alone, whatever a cache has spared it.
 */

import type { MetaFile } from '@tufjs/models';
import { isDevelopmentKey } from './development-keys.ts';
import { bytesAreNamedBy, type Document, type DocumentKind, metaOf, saySame } from './document.ts';
import { metadataFile, TIMESTAMP_FILE } from './file-name.ts';
import {
  RETIRED_ROOTS_ASKED,
  ROOT_MAX_BYTES,
  SNAPSHOT_MAX_BYTES,
  TARGETS_MAX_BYTES,
  TIMESTAMP_MAX_BYTES,
} from './limits.ts';
import type { TrustRefusal } from './refusal.ts';
import type { TrustRefused, VerificationWork } from './trust-client.ts';
import type { VerificationCache } from './verification-cache.ts';

export type Examined<Kind extends DocumentKind> = Document<Kind> | TrustRefused;

/** An older timestamp of the very snapshot that the trusted one names: refused as such, but what comes with it is not. */
export interface Overtaken {
  readonly overtaken: TrustRefused;
}

export const MAX_BYTES: Readonly<Record<DocumentKind, number>> = {
  root: ROOT_MAX_BYTES,
  timestamp: TIMESTAMP_MAX_BYTES,
  snapshot: SNAPSHOT_MAX_BYTES,
  targets: TARGETS_MAX_BYTES,
};

export class Examination {
  readonly cache: VerificationCache;
  private readonly developmentNetwork: boolean;
  /** The chain of roots that the relay has trusted, in its order; the last one counts. */
  private readonly roots: readonly Document<'root'>[];
  private signatures = 0;
  private bytes = 0;

  constructor(
    cache: VerificationCache,
    developmentNetwork: boolean,
    roots: readonly Document<'root'>[] = [],
  ) {
    this.cache = cache;
    this.developmentNetwork = developmentNetwork;
    this.roots = roots;
  }

  get work(): VerificationWork {
    return { signatures: this.signatures, bytes: this.bytes };
  }

  refuse(refused: TrustRefusal, file: string, detail: string): TrustRefused {
    return { refused, file, detail, work: this.work };
  }

  /** SHA-256 of a target's bytes. */
  hash(bytes: Uint8Array): string {
    this.bytes += bytes.length;
    return this.cache.hash(bytes);
  }

  /** The root that a relay starts from: it answers for itself. */
  firstRoot(bytes: Uint8Array): Examined<'root'> {
    const file = 'root.json';
    const root = this.read('root', file, bytes);
    if ('refused' in root) return root;
    return this.belowThreshold(root, 'root', root, file) ?? this.developmentKeys(root, file) ?? root;
  }

  /** TUF 5.3.4 to 5.3.7; the expiry of the last one is looked at when there are no more. */
  nextRoot(trusted: Document<'root'>, bytes: Uint8Array): Examined<'root'> {
    const file = metadataFile('root', trusted.version + 1);
    const root = this.read('root', file, bytes);
    if ('refused' in root) return root;
    return (
      this.belowThreshold(trusted, 'root', root, file) ??
      this.belowThreshold(root, 'root', root, file) ??
      this.rootOutOfTurn(trusted, root, file) ??
      this.developmentKeys(root, file) ??
      root
    );
  }

  /** TUF 5.4.2 to 5.4.4. Answers with the trusted timestamp itself if the new one says the same. */
  nextTimestamp(
    root: Document<'root'>,
    trusted: Document<'timestamp'> | null,
    bytes: Uint8Array,
    nowMs: number,
  ): Examined<'timestamp'> | Overtaken {
    const file = TIMESTAMP_FILE;
    if (
      trusted !== null &&
      bytes.length <= TIMESTAMP_MAX_BYTES &&
      this.cache.hash(bytes) === trusted.sha256
    ) {
      this.bytes += bytes.length;
      return this.expired(trusted, file, nowMs) ?? trusted;
    }
    const timestamp = this.read('timestamp', file, bytes);
    if ('refused' in timestamp) return timestamp;
    const unsigned = this.belowThreshold(root, 'timestamp', timestamp, file);
    if (unsigned !== null) return unsigned;
    const rollback = this.timestampRollback(trusted, timestamp, file);
    if (rollback !== null) {
      const isOvertaken = namesSameSnapshot(trusted!, timestamp) && nowMs < timestamp.expiresMs;
      return isOvertaken ? { overtaken: rollback } : rollback;
    }
    return (
      this.equivocation(trusted, timestamp, file) ??
      this.expired(timestamp, file, nowMs) ??
      (trusted !== null && trusted.version === timestamp.version ? trusted : timestamp)
    );
  }

  /** TUF 5.5.2 to 5.5.6. */
  nextSnapshot(
    root: Document<'root'>,
    timestamp: Document<'timestamp'>,
    trusted: Document<'snapshot'> | null,
    bytes: Uint8Array,
    nowMs: number,
  ): Examined<'snapshot'> {
    const meta = timestamp.metadata.signed.snapshotMeta;
    const file = metadataFile('snapshot', meta.version);
    const snapshot = this.readNamed('snapshot', meta, file, bytes);
    if ('refused' in snapshot) return snapshot;
    return (
      this.belowThreshold(root, 'snapshot', snapshot, file) ??
      this.otherVersion(meta, snapshot, file) ??
      this.snapshotRollback(trusted, snapshot, file) ??
      this.equivocation(trusted, snapshot, file) ??
      this.expired(snapshot, file, nowMs) ??
      snapshot
    );
  }

  /** A snapshot that the relay has kept, which no timestamp may name any more: a floor for later ones. */
  keptSnapshot(root: Document<'root'>, version: number, bytes: Uint8Array): Examined<'snapshot'> {
    const file = metadataFile('snapshot', version);
    const snapshot = this.read('snapshot', file, bytes);
    if ('refused' in snapshot) return snapshot;
    if (snapshot.version !== version)
      return this.refuse('mix-and-match', file, `version ${snapshot.version}`);
    return this.belowThreshold(root, 'snapshot', snapshot, file) ?? snapshot;
  }

  /** TUF 5.6.2 to 5.6.5, for the role `targets` and delegated ones alike. */
  nextTargets(
    delegator: Document<'root' | 'targets'>,
    role: string,
    meta: MetaFile,
    trusted: Document<'targets'> | null,
    bytes: Uint8Array,
    nowMs: number,
  ): Examined<'targets'> {
    const file = metadataFile(role, meta.version);
    const targets = this.readNamed('targets', meta, file, bytes);
    if ('refused' in targets) return targets;
    return (
      this.belowThreshold(delegator, role, targets, file) ??
      this.otherVersion(meta, targets, file) ??
      this.equivocation(trusted, targets, file) ??
      this.expired(targets, file, nowMs) ??
      this.developmentKeys(targets, file) ??
      targets
    );
  }

  /** Whether enough keys have signed; costs this relay the signatures that it looks at. */
  isSigned(delegator: Document<'root' | 'targets'>, role: string, document: Document): boolean {
    return this.tally(delegator, role, document).missing === 0;
  }

  expired(document: Document, file: string, nowMs: number): TrustRefused | null {
    if (nowMs < document.expiresMs) return null;
    return this.refuse('expired', file, `expired at ${document.metadata.signed.expires}`);
  }

  private read<Kind extends DocumentKind>(kind: Kind, file: string, bytes: Uint8Array): Examined<Kind> {
    const maxBytes = MAX_BYTES[kind];
    if (bytes.length > maxBytes) {
      return this.refuse('too-large', file, `${bytes.length} bytes, at most ${maxBytes}`);
    }
    this.bytes += bytes.length;
    const parsed = this.cache.parse(kind, bytes);
    return 'document' in parsed ? parsed.document : this.refuse('malformed', file, parsed.malformed);
  }

  /** The bytes are compared with what names them before they are taken apart. */
  private readNamed<Kind extends DocumentKind>(
    kind: Kind,
    meta: MetaFile,
    file: string,
    bytes: Uint8Array,
  ): Examined<Kind> {
    const maxBytes = Math.min(meta.length ?? MAX_BYTES[kind], MAX_BYTES[kind]);
    if (bytes.length > maxBytes) {
      return this.refuse('too-large', file, `${bytes.length} bytes, at most ${maxBytes}`);
    }
    if (!bytesAreNamedBy(meta, bytes.length, this.cache.hash(bytes))) {
      this.bytes += bytes.length;
      return this.refuse('mix-and-match', file, 'not the bytes that are named');
    }
    return this.read(kind, file, bytes);
  }

  private tally(delegator: Document<'root' | 'targets'>, role: string, document: Document) {
    const { valid, threshold, checked } = this.cache.signatures(delegator, role, document);
    this.signatures += checked;
    return { valid, threshold, missing: threshold - valid };
  }

  private belowThreshold(
    delegator: Document<'root' | 'targets'>,
    role: string,
    document: Document,
    file: string,
  ): TrustRefused | null {
    const { valid, threshold, missing } = this.tally(delegator, role, document);
    if (missing === 0) return null;
    const retired = role === 'root' ? null : this.retiredRoot(delegator, role, document);
    if (retired !== null) {
      return this.refuse('retired-keys', file, `signed with keys of ${role} in root ${retired.version}`);
    }
    return this.refuse('below-threshold', file, `signed by ${valid} keys of ${role}, must be ${threshold}`);
  }

  /**
   * The latest earlier root whose keys for a role have signed; null if none has.
   *
   * It makes the file no better. But a relay that has not heard of the later root takes it and passes it on in good
   * faith: whoever sends it old files one after the other must not get it shut out by its peers.
   */
  private retiredRoot(
    delegator: Document<'root' | 'targets'>,
    role: string,
    document: Document,
  ): Document<'root'> | null {
    const latest = this.roots.at(-1);
    if (latest === undefined || delegator !== latest) return null;
    let later = latest;
    let asked = 0;
    for (let at = this.roots.length - 2; at >= 0 && asked < RETIRED_ROOTS_ASKED; at--) {
      const root = this.roots[at];
      if (!sameKeys(root, later, role)) {
        asked++;
        if (this.isSigned(root, role, document)) return root;
      }
      later = root;
    }
    return null;
  }

  private rootOutOfTurn(
    trusted: Document<'root'>,
    root: Document<'root'>,
    file: string,
  ): TrustRefused | null {
    if (root.version === trusted.version + 1) return null;
    const reason = root.version < trusted.version ? 'rollback' : 'root-gap';
    return this.refuse(reason, file, `version ${root.version} cannot follow ${trusted.version}`);
  }

  /** TUF 5.4.3: neither the timestamp nor the snapshot that it names may go back. */
  private timestampRollback(
    trusted: Document<'timestamp'> | null,
    timestamp: Document<'timestamp'>,
    file: string,
  ): TrustRefused | null {
    if (trusted === null) return null;
    if (timestamp.version < trusted.version) {
      return this.refuse('rollback', file, `version ${timestamp.version} after ${trusted.version}`);
    }
    const was = trusted.metadata.signed.snapshotMeta.version;
    const is = timestamp.metadata.signed.snapshotMeta.version;
    return is < was ? this.refuse('rollback', file, `names snapshot ${is} after ${was}`) : null;
  }

  /** TUF 5.5.5: no role that was there may go back or be gone. */
  private snapshotRollback(
    trusted: Document<'snapshot'> | null,
    snapshot: Document<'snapshot'>,
    file: string,
  ): TrustRefused | null {
    if (trusted === null) return null;
    if (snapshot.version < trusted.version) {
      return this.refuse('rollback', file, `version ${snapshot.version} after ${trusted.version}`);
    }
    for (const [name, { version: was }] of Object.entries(trusted.metadata.signed.meta)) {
      const is = metaOf(snapshot, name.replace(/\.json$/, ''))?.version ?? 0;
      if (is < was) return this.refuse('rollback', file, `names ${name} ${is || 'no more'} after ${was}`);
    }
    return null;
  }

  private otherVersion(meta: MetaFile, document: Document, file: string): TrustRefused | null {
    if (document.version === meta.version) return null;
    return this.refuse('mix-and-match', file, `version ${document.version}, but ${meta.version} is named`);
  }

  private equivocation<Kind extends DocumentKind>(
    trusted: Document<Kind> | null,
    document: Document<Kind>,
    file: string,
  ): TrustRefused | null {
    if (trusted === null || trusted.version !== document.version || saySame(trusted, document)) return null;
    return this.refuse('equivocation', file, `another version ${document.version} is trusted`);
  }

  private developmentKeys(document: Document<'root' | 'targets'>, file: string): TrustRefused | null {
    if (this.developmentNetwork) return null;
    const { signed } = document.metadata;
    const keys = signed.type === 'root' ? signed.keys : (signed.delegations?.keys ?? {});
    const known = Object.keys(keys).find(isDevelopmentKey);
    if (known === undefined) return null;
    return this.refuse('development-key', file, `trusts ${known}, whose private half is public`);
  }
}

function sameKeys(one: Document<'root'>, other: Document<'root'>, role: string): boolean {
  const { keyIDs, threshold } = one.metadata.signed.roles[role];
  const { keyIDs: otherIDs, threshold: otherThreshold } = other.metadata.signed.roles[role];
  return (
    threshold === otherThreshold &&
    keyIDs.length === otherIDs.length &&
    keyIDs.every((id) => otherIDs.includes(id))
  );
}

function namesSameSnapshot(one: Document<'timestamp'>, other: Document<'timestamp'>): boolean {
  return one.metadata.signed.snapshotMeta.equals(other.metadata.signed.snapshotMeta);
}
