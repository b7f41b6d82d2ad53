/**
 * A document is a metadata file that has been taken apart: its bytes, their hash, and the models of `@tufjs/models`.
 *
 * Nothing is verified yet. What is read from a document is read from the models and never from the JSON behind
 * them: the models are what signatures are checked against. Documents are shared between relays and never changed.
 */

import { canonicalize } from '@tufjs/canonical-json';
import {
  Metadata,
  MetadataKind,
  type MetaFile,
  type Root,
  type Snapshot,
  type Targets,
  type Timestamp,
} from '@tufjs/models';
import { METADATA_SHAPES } from './metadata-shape.ts';
import { parseStrictJson } from './strict-json.ts';

export interface SignedByKind {
  root: Root;
  timestamp: Timestamp;
  snapshot: Snapshot;
  targets: Targets;
}
export type DocumentKind = keyof SignedByKind;

export interface Document<Kind extends DocumentKind = DocumentKind> {
  readonly bytes: Uint8Array;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly metadata: Metadata<SignedByKind[Kind]>;
  readonly version: number;
  readonly expiresMs: number;
}

export type ParsedDocument<Kind extends DocumentKind> =
  | { readonly document: Document<Kind> }
  | { readonly malformed: string };

type MetadataJson = Parameters<typeof Metadata.fromJSON>[1];

const readers: { readonly [Kind in DocumentKind]: (json: MetadataJson) => Metadata<SignedByKind[Kind]> } = {
  root: (json) => Metadata.fromJSON(MetadataKind.Root, json),
  timestamp: (json) => Metadata.fromJSON(MetadataKind.Timestamp, json),
  snapshot: (json) => Metadata.fromJSON(MetadataKind.Snapshot, json),
  targets: (json) => Metadata.fromJSON(MetadataKind.Targets, json),
};

export function parseDocument<Kind extends DocumentKind>(
  kind: Kind,
  bytes: Uint8Array,
  sha256: string,
): ParsedDocument<Kind> {
  const json = parseStrictJson(bytes);
  if ('malformed' in json) return json;
  const shape = METADATA_SHAPES[kind].safeParse(json.value);
  if (!shape.success) {
    const [{ path, message }] = shape.error.issues;
    return { malformed: `${path.join('.').slice(0, 100)}: ${message.slice(0, 100)}` };
  }
  let metadata: Metadata<SignedByKind[Kind]>;
  try {
    metadata = readers[kind](json.value as MetadataJson);
  } catch (error) {
    return { malformed: (error as Error).message.slice(0, 100) };
  }
  const { version, expires } = metadata.signed;
  return { document: { bytes, sha256, metadata, version, expiresMs: Date.parse(expires) } };
}

/** Whether two documents say the same, signatures and spelling aside, which anybody can change. */
export function saySame<Kind extends DocumentKind>(one: Document<Kind>, other: Document<Kind>): boolean {
  if (one.sha256 === other.sha256) return true;
  return canonicalize(one.metadata.signed.toJSON()) === canonicalize(other.metadata.signed.toJSON());
}

/** What a snapshot says of a file, or null for one that it does not name. */
export function metaOf(snapshot: Document<'snapshot'>, role: string): MetaFile | null {
  const { meta } = snapshot.metadata.signed;
  const file = `${role}.json`;
  return Object.hasOwn(meta, file) ? meta[file] : null;
}

/** Whether this is the very file that the metadata above name (TUF 5.5.2, 5.6.2). */
export function isNamedBy(meta: MetaFile, document: Document): boolean {
  return document.version === meta.version && bytesAreNamedBy(meta, document.bytes.length, document.sha256);
}

export function bytesAreNamedBy(meta: MetaFile, length: number, sha256: string): boolean {
  if (meta.length !== undefined && meta.length !== length) return false;
  return meta.hashes === undefined || meta.hashes.sha256 === sha256;
}
