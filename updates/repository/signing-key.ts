/**
 * Keys of an update repository: Ed25519, named by the id that TUF gives them.
 *
 * A signing key is only something that signs, so that a hardware key can be one.
 */

import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { canonicalize } from '@tufjs/canonical-json';
import { Key } from '@tufjs/models';

export interface PublicKey {
  /** SHA-256 of the canonical JSON of the public part (TUF 4.2). */
  readonly keyId: string;
  /** The 32 bytes of the public key, hexadecimal. */
  readonly publicHex: string;
}

export interface SigningKey extends PublicKey {
  /** The 64 bytes of the Ed25519 signature over `bytes`. */
  sign(bytes: Uint8Array): Uint8Array;
}

const SPKI_ED25519_PREFIX_BYTES = 12; // RFC 8410, section 4
const PUBLIC_HEX = /^[0-9a-f]{64}$/;

function parts(publicHex: string) {
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicHex } };
}

/** Throws RangeError for what is no Ed25519 public key in hexadecimal. */
export function publicKeyFromHex(publicHex: string): PublicKey {
  if (!PUBLIC_HEX.test(publicHex)) throw new RangeError('a public key is 64 hexadecimal digits, lower case');
  return {
    keyId: createHash('sha256')
      .update(canonicalize(parts(publicHex)))
      .digest('hex'),
    publicHex,
  };
}

/** A private key in memory as a signing key. Throws RangeError unless it is Ed25519. */
export function signingKey(privateKey: KeyObject): SigningKey {
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new RangeError('an Ed25519 private key is needed');
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const publicHex = spki.subarray(SPKI_ED25519_PREFIX_BYTES).toString('hex');
  return {
    ...publicKeyFromHex(publicHex),
    sign: (bytes) => sign(null, bytes, privateKey),
  };
}

/** The key as metadata hold it. */
export function metadataKey({ keyId, publicHex }: PublicKey): Key {
  const { keytype, scheme, keyval } = parts(publicHex);
  return new Key({ keyID: keyId, keyType: keytype, scheme, keyVal: keyval });
}

/** Those of some keys that can sign. */
export function signersAmong(keys: readonly PublicKey[]): SigningKey[] {
  return keys.filter((key): key is SigningKey => 'sign' in key);
}
