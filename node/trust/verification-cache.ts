/**
 * What has been worked out about bytes, shared by many relays: 7,500 of them verify one update with one check of
 * each signature.
 *
 * It holds only what follows from the bytes alone, never what a relay makes of it: that depends on its clock and
 * state. Bytes that were handed in must not be changed afterwards; their hash is remembered with the object.
 */

import { createHash } from 'node:crypto';
import type { Key } from '@tufjs/models';
import { type Document, type DocumentKind, type ParsedDocument, parseDocument } from './document.ts';
import { CACHE_MAX_BYTES, CACHE_MAX_FILES } from './limits.ts';
import type { Listing } from './listing.ts';
import { LruBytes } from './lru-bytes.ts';
import { type RoleUpdates, readUpdates } from './role-updates.ts';

/** What checking the signatures of a document against a role's keys came to. */
export interface SignatureTally {
  /** Distinct keys of the role that have signed; counting stops at the threshold. */
  readonly valid: number;
  readonly threshold: number;
  /** Signatures that had to be looked at. */
  readonly checked: number;
}

export class VerificationCache {
  private readonly hashes = new WeakMap<Uint8Array, string>();
  private readonly files: LruBytes<ParsedDocument<DocumentKind>>;
  private readonly targets: LruBytes<Uint8Array>;
  private readonly tallies = new WeakMap<Document, Map<string, WeakMap<Document, SignatureTally>>>();
  private readonly updates = new WeakMap<Document, Map<string, RoleUpdates>>();
  private readonly listings = new WeakMap<Document, Map<string, Listing>>();
  /** Work that was really done, for tests and for whoever wonders whether the cache works. */
  readonly done = { signatures: 0, hashed: 0, parsed: 0 };

  constructor(maxBytes: number = CACHE_MAX_BYTES, maxFiles: number = CACHE_MAX_FILES) {
    this.files = new LruBytes(maxBytes, maxFiles);
    this.targets = new LruBytes(maxBytes, maxFiles);
  }

  /** SHA-256, hexadecimal. */
  hash(bytes: Uint8Array): string {
    let hash = this.hashes.get(bytes);
    if (hash === undefined) {
      hash = createHash('sha256').update(bytes).digest('hex');
      this.done.hashed++;
      this.hashes.set(bytes, hash);
    }
    return hash;
  }

  /** The bytes of a target as the first relay got them, so that all hold one copy. */
  oneCopy(bytes: Uint8Array): Uint8Array {
    const hash = this.hash(bytes);
    const held = this.targets.get(hash);
    if (held !== undefined) return held;
    const copy = this.detached(bytes, hash);
    this.targets.set(hash, copy, copy.length);
    return copy;
  }

  parse<Kind extends DocumentKind>(kind: Kind, bytes: Uint8Array): ParsedDocument<Kind> {
    const hash = this.hash(bytes);
    const name = `${kind} ${hash}`;
    let parsed = this.files.get(name);
    if (parsed === undefined) {
      parsed = parseDocument(kind, this.detached(bytes, hash), hash);
      this.done.parsed++;
      this.files.set(name, parsed, 'document' in parsed ? bytes.length : 0);
    }
    return parsed as ParsedDocument<Kind>;
  }

  /** Checks who has signed a document, by the keys that a root or targets document gives the role. */
  signatures(delegator: Document<'root' | 'targets'>, role: string, document: Document): SignatureTally {
    const byRole = entry(this.tallies, delegator, () => new Map<string, WeakMap<Document, SignatureTally>>());
    const byDocument = entry(byRole, role, () => new WeakMap<Document, SignatureTally>());
    return entry(byDocument, document, () => {
      const tally = countSignatures(delegator, role, document);
      this.done.signatures += tally.checked;
      return tally;
    });
  }

  /** The updates that a document lists, when this role has signed it. */
  updatesOf(document: Document<'targets'>, role: string): RoleUpdates {
    const byRole = entry(this.updates, document, () => new Map<string, RoleUpdates>());
    return entry(byRole, role, () => readUpdates(document, role));
  }

  /** A listing that many relays have, by the top-level document and what else it was made from. */
  listing(top: Document<'targets'>, madeFrom: string, make: () => Listing): Listing {
    const known = entry(this.listings, top, () => new Map<string, Listing>());
    if (known.size >= LISTINGS_PER_DOCUMENT) known.clear();
    return entry(known, madeFrom, make);
  }

  /** Bytes that do not hold a larger message, out of which they were cut, in memory. */
  private detached(bytes: Uint8Array, hash: string): Uint8Array {
    if (bytes.byteLength === bytes.buffer.byteLength) return bytes;
    const copy = Uint8Array.from(bytes);
    this.hashes.set(copy, hash);
    return copy;
  }
}

/** Relays differ in which third parties they trust and have heard of. */
const LISTINGS_PER_DOCUMENT = 64;

function countSignatures(
  delegator: Document<'root' | 'targets'>,
  role: string,
  document: Document,
): SignatureTally {
  const { keys, keyIDs, threshold } = keysOf(delegator, role);
  let valid = 0;
  let checked = 0;
  for (const keyID of keyIDs) {
    if (valid === threshold) break;
    if (!Object.hasOwn(document.metadata.signatures, keyID)) continue;
    checked++;
    if (hasSigned(keys[keyID], document)) valid++;
  }
  return { valid, threshold, checked };
}

/** Key ids are hashes of keys (metadata-shape.ts), so distinct ids are distinct keys. */
function keysOf(delegator: Document<'root' | 'targets'>, role: string) {
  const { signed } = delegator.metadata;
  const [keys, roles] =
    signed.type === 'root'
      ? [signed.keys, signed.roles]
      : [signed.delegations?.keys ?? {}, signed.delegations?.roles ?? {}];
  if (!Object.hasOwn(roles, role)) throw new RangeError(`no keys are named for ${role}`);
  return { keys, keyIDs: roles[role].keyIDs, threshold: roles[role].threshold };
}

function hasSigned(key: Key, document: Document): boolean {
  try {
    key.verifySignature(document.metadata);
    return true;
  } catch {
    return false; // a wrong signature, or a key that is no point of the curve
  }
}

interface Entries<Name, Value> {
  get(name: Name): Value | undefined;
  set(name: Name, value: Value): unknown;
}

function entry<Name, Value>(entries: Entries<Name, Value>, name: Name, make: () => Value): Value {
  let value = entries.get(name);
  if (value === undefined) {
    value = make();
    entries.set(name, value);
  }
  return value;
}
