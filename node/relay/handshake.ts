/**
 * The ntor handshake, by which a client and a relay come to share the keys of one hop.
 *
 * tor-spec, "The ntor handshake" (proposal 216): the client knows the relay's identity and onion key beforehand; only
 * the owner of that onion key can answer. Names are those of the specification: B the relay's onion key, X the
 * client's key of the moment, Y the relay's.
 */

import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { KEY_BYTES, KeyPair, PublicKey } from './x25519.ts';

/** Type of this handshake in CREATE2 and EXTEND2 cells. */
export const NTOR = 2;
export const ID_BYTES = 20;
export const ONION_SKIN_BYTES = ID_BYTES + 2 * KEY_BYTES;
export const REPLY_BYTES = 2 * KEY_BYTES;

const PROTOCOL = 'ntor-curve25519-sha256-1';
const KEY_EXTRACT = `${PROTOCOL}:key_extract`;
const KEY_EXPAND = `${PROTOCOL}:key_expand`;
const VERIFY = `${PROTOCOL}:verify`;
const MAC = `${PROTOCOL}:mac`;
const PROTOCOL_BYTES = Buffer.from(PROTOCOL);
const SERVER = Buffer.from(`${PROTOCOL}Server`);

/** SHA-1 seeds of the running digests, then AES-128 keys. tor-spec, "Setting circuit keys". */
const DIGEST_SEED_BYTES = 20;
const CIPHER_KEY_BYTES = 16;

export interface HopKeys {
  readonly forwardDigestSeed: Uint8Array;
  readonly backwardDigestSeed: Uint8Array;
  readonly forwardKey: Uint8Array;
  readonly backwardKey: Uint8Array;
}

/** A relay as others know it for handshakes. */
export interface OnionIdentity {
  /** 20 bytes. */
  readonly id: Uint8Array;
  readonly onionKey: PublicKey;
}

interface Outcome {
  readonly auth: Buffer;
  readonly keys: HopKeys;
}

/** What both sides work out from the two shared secrets. */
function conclude(
  xy: Uint8Array,
  xb: Uint8Array,
  { id, onionKey }: OnionIdentity,
  x: PublicKey,
  y: PublicKey,
): Outcome {
  const secretInput = Buffer.concat([xy, xb, id, onionKey.bytes, x.bytes, y.bytes, PROTOCOL_BYTES]);
  const verify = createHmac('sha256', VERIFY).update(secretInput).digest();
  const auth = createHmac('sha256', MAC)
    .update(Buffer.concat([verify, id, onionKey.bytes, y.bytes, x.bytes, SERVER]))
    .digest();
  // KDF-RFC5869; KEY_SEED of the specification is what HKDF extracts.
  const derived = Buffer.from(
    hkdfSync('sha256', secretInput, KEY_EXTRACT, KEY_EXPAND, 2 * DIGEST_SEED_BYTES + 2 * CIPHER_KEY_BYTES),
  );
  const keysAt = 2 * DIGEST_SEED_BYTES;
  const keys = {
    forwardDigestSeed: derived.subarray(0, DIGEST_SEED_BYTES),
    backwardDigestSeed: derived.subarray(DIGEST_SEED_BYTES, keysAt),
    forwardKey: derived.subarray(keysAt, keysAt + CIPHER_KEY_BYTES),
    backwardKey: derived.subarray(keysAt + CIPHER_KEY_BYTES),
  };
  return { auth, keys };
}

/** The client's side of one handshake. */
export class ClientHandshake {
  private readonly relay: OnionIdentity;
  private readonly x: KeyPair;

  constructor(relay: OnionIdentity, secret: Uint8Array) {
    this.relay = relay;
    this.x = new KeyPair(secret);
  }

  /** ID, B, X: 84 bytes for a CREATE2 or EXTEND2 cell. */
  get onionSkin(): Uint8Array {
    return Buffer.concat([this.relay.id, this.relay.onionKey.bytes, this.x.publicKey.bytes]);
  }

  /** The keys, from the relay's 64 bytes; null if they are not the answer of that relay. */
  finish(reply: Uint8Array): HopKeys | null {
    if (reply.length !== REPLY_BYTES) return null;
    const y = new PublicKey(Buffer.from(reply.subarray(0, KEY_BYTES)));
    const xy = this.x.sharedWith(y);
    const xb = this.x.sharedWith(this.relay.onionKey);
    if (xy === null || xb === null) return null;
    const { auth, keys } = conclude(xy, xb, this.relay, this.x.publicKey, y);
    return timingSafeEqual(auth, reply.subarray(KEY_BYTES)) ? keys : null;
  }
}

/**
 * The relay's side, whole: its answer to an onion skin, and the keys.
 *
 * Null if the skin is malformed, meant for another relay or another onion key, or has a point of small order.
 */
export function answerHandshake(
  id: Uint8Array,
  onionKey: KeyPair,
  onionSkin: Uint8Array,
  secret: Uint8Array,
): { readonly reply: Uint8Array; readonly keys: HopKeys } | null {
  if (onionSkin.length !== ONION_SKIN_BYTES) return null;
  const forId = onionSkin.subarray(0, ID_BYTES);
  const forKey = onionSkin.subarray(ID_BYTES, ID_BYTES + KEY_BYTES);
  if (Buffer.compare(forId, id) !== 0 || Buffer.compare(forKey, onionKey.publicKey.bytes) !== 0) return null;
  const x = new PublicKey(Buffer.from(onionSkin.subarray(ID_BYTES + KEY_BYTES)));
  const y = new KeyPair(secret);
  const xy = y.sharedWith(x);
  const xb = onionKey.sharedWith(x);
  if (xy === null || xb === null) return null;
  const { auth, keys } = conclude(xy, xb, { id, onionKey: onionKey.publicKey }, x, y.publicKey);
  return { reply: Buffer.concat([y.publicKey.bytes, auth]), keys };
}
