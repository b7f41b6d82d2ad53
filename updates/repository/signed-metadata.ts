/**
 * Metadata of one role with their signatures: to bytes, from bytes, signed, and counted.
 *
 * Bytes are kept as they were read: snapshot and timestamp name them by hash, and another tool may have
 * written the same metadata with other spaces.
 */

import { createHash } from 'node:crypto';
import {
  type Key,
  Metadata,
  MetadataKind,
  MetaFile,
  type Root,
  Signature,
  type Snapshot,
  type Targets,
  type Timestamp,
} from '@tufjs/models';
import type { SigningKey } from './signing-key.ts';

/** Version of the TUF specification that metadata written here follow. */
export const SPEC_VERSION = '1.0.31';

export type Signable = Root | Targets | Snapshot | Timestamp;

/** Metadata and the bytes of their file. */
export interface Document<Content extends Signable> {
  readonly metadata: Metadata<Content>;
  readonly bytes: Uint8Array;
}

/** Who signs for a role, and how many of them must. */
export interface Authority {
  readonly keys: ReadonlyMap<string, Key>;
  readonly threshold: number;
}

export function documentOf<Content extends Signable>(metadata: Metadata<Content>): Document<Content> {
  return { metadata, bytes: new Uint8Array(Buffer.from(JSON.stringify(metadata.toJSON()), 'utf8')) };
}

/** Throws for bytes that are not such metadata. */
export function parseRoot(bytes: Uint8Array): Document<Root> {
  return { metadata: Metadata.fromJSON(MetadataKind.Root, json(bytes)), bytes };
}

export function parseTargets(bytes: Uint8Array): Document<Targets> {
  return { metadata: Metadata.fromJSON(MetadataKind.Targets, json(bytes)), bytes };
}

export function parseSnapshot(bytes: Uint8Array): Document<Snapshot> {
  return { metadata: Metadata.fromJSON(MetadataKind.Snapshot, json(bytes)), bytes };
}

export function parseTimestamp(bytes: Uint8Array): Document<Timestamp> {
  return { metadata: Metadata.fromJSON(MetadataKind.Timestamp, json(bytes)), bytes };
}

function json(bytes: Uint8Array) {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

/** The document with the signatures of those of the keys that any of the authorities names. */
export function withSignatures<Content extends Signable>(
  document: Document<Content>,
  keys: readonly SigningKey[],
  authorities: readonly Authority[],
): Document<Content> {
  const signers = keys.filter(({ keyId }) => authorities.some((authority) => authority.keys.has(keyId)));
  if (signers.length === 0) return document;
  const { signed, signatures } = document.metadata;
  const metadata = new Metadata(signed, { ...signatures });
  for (const key of signers) {
    metadata.sign(
      (bytes) => new Signature({ keyID: key.keyId, sig: Buffer.from(key.sign(bytes)).toString('hex') }),
    );
  }
  return documentOf(metadata);
}

/** Ids of the distinct keys of an authority that have signed. */
export function signersOf(document: Document<Signable>, authority: Authority): string[] {
  return [...authority.keys].flatMap(([keyId, key]) => {
    try {
      key.verifySignature(document.metadata);
      return [keyId];
    } catch {
      return [];
    }
  });
}

export function isSigned(document: Document<Signable>, authorities: readonly Authority[]): boolean {
  return authorities.every((authority) => signersOf(document, authority).length >= authority.threshold);
}

/** How snapshot and timestamp name a document. */
export function metaOf({ metadata, bytes }: Document<Signable>): MetaFile {
  return new MetaFile({
    version: metadata.signed.version,
    length: bytes.length,
    hashes: { sha256: sha256(bytes) },
  });
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** `YYYY-MM-DDTHH:MM:SSZ`, as TUF 4.2.1 has it. */
export function expiryAt(nowMs: number, expirySeconds: number): string {
  return new Date((Math.floor(nowMs / 1000) + expirySeconds) * 1000).toISOString().replace('.000Z', 'Z');
}

export function isExpired({ expires }: Signable, nowMs: number): boolean {
  return nowMs >= Date.parse(expires);
}
