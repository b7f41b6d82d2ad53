/** Whom a relay trusts: public keys, and how many of them must have signed. */

import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { canonicalize } from '@tufjs/canonical-json';

export interface Trust {
  /** Number of distinct keys that must have signed; at least 1. */
  readonly threshold: number;
  /** Ed25519 public keys by key id. */
  readonly keys: ReadonlyMap<string, KeyObject>;
}

const SPKI_ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex'); // RFC 8410, section 4

/** The raw 32 bytes of an Ed25519 public key. */
function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(SPKI_ED25519_PREFIX.length);
}

/** The key's id as TUF defines it: SHA-256 of the canonical JSON of its public part (TUF 4.2). */
export function keyId(publicKey: KeyObject): string {
  const key = {
    keytype: 'ed25519',
    scheme: 'ed25519',
    keyval: { public: rawPublicKey(publicKey).toString('hex') },
  };
  return createHash('sha256').update(canonicalize(key)).digest('hex');
}

/**
 * Trust in `threshold` of the given keys.
 *
 * Throws RangeError when the threshold could never be met or would accept unsigned updates.
 */
export function trustKeys(publicKeys: readonly KeyObject[], threshold: number): Trust {
  const keys = new Map(publicKeys.map((key) => [keyId(key), key]));
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > keys.size) {
    throw new RangeError(
      `threshold must be 1 to ${keys.size} (the number of distinct keys), not ${threshold}`,
    );
  }
  return { threshold, keys };
}

/** The public half of a private key. */
export function publicHalf(privateKey: KeyObject): KeyObject {
  return createPublicKey(privateKey);
}
