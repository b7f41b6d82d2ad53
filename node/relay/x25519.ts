/**
 * X25519 keys made from 32 secret bytes that the caller brings, so that a simulation can repeat them.
 *
 * Keys go into node:crypto as JWK: the same key as PKCS8 takes seven times as long to read (360 against 52 us), and a
 * pair of generateKeyPairSync must not be exported as JWK, since that can deadlock (seen on Node 20.20). Of a private
 * JWK only `d` counts; node:crypto works out the public half itself.
 */

import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';

export const KEY_BYTES = 32;

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

/** Where secret bytes come from: a real source of randomness in a daemon, a seed in a simulation. */
export interface SecretSource {
  /** 32 bytes that nobody else has. */
  secret(): Uint8Array;
}

export class PublicKey {
  readonly bytes: Uint8Array;
  private imported: KeyObject | null = null;

  constructor(bytes: Uint8Array) {
    if (bytes.length !== KEY_BYTES) throw new RangeError(`a public key of ${bytes.length} bytes, must be 32`);
    this.bytes = bytes;
  }

  /** Imported when first needed, and kept: relays' onion keys are used over and over. */
  get keyObject(): KeyObject {
    this.imported ??= createPublicKey({
      key: { kty: 'OKP', crv: 'X25519', x: base64url(this.bytes) },
      format: 'jwk',
    });
    return this.imported;
  }
}

export class KeyPair {
  readonly publicKey: PublicKey;
  private readonly privateKey: KeyObject;

  constructor(secret: Uint8Array) {
    if (secret.length !== KEY_BYTES) throw new RangeError(`a secret of ${secret.length} bytes, must be 32`);
    this.privateKey = createPrivateKey({
      key: { kty: 'OKP', crv: 'X25519', d: base64url(secret), x: '' },
      format: 'jwk',
    });
    const { x } = this.privateKey.export({ format: 'jwk' });
    this.publicKey = new PublicKey(Buffer.from(x as string, 'base64url'));
  }

  /** The secret shared with the owner of a public key; null for the few points that give zero with any key. */
  sharedWith(publicKey: PublicKey): Buffer | null {
    try {
      return diffieHellman({ privateKey: this.privateKey, publicKey: publicKey.keyObject });
    } catch {
      // RFC 7748, section 6.1: OpenSSL refuses a result of zeros, the only way in which this can fail.
      return null;
    }
  }
}
