/**
 * A signed update as it travels: a signed manifest and the WebAssembly binary in one message.
 *
 * Layout: the four bytes `RWU1`, the length of the manifest as a big-endian 32-bit number, the manifest as
 * JSON, then the binary to the end. What is refused is a typed result; nothing hostile makes this throw.
 */

import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import {
  MANIFEST_MAX_BYTES,
  manifestBytes,
  parseSignedManifest,
  type SignedManifest,
  type UpdateManifest,
} from './manifest.ts';
import { keyId, publicHalf, type Trust } from './trust.ts';

/** Bounds the memory that one unverified update can claim on a relay. */
export const UPDATE_MAX_BYTES = 2 * 1024 * 1024;

const MAGIC = Buffer.from('RWU1', 'latin1');
const HEADER_BYTES = 8;

export interface VerifiedUpdate {
  readonly manifest: UpdateManifest;
  /** The WebAssembly binary. */
  readonly binary: Uint8Array;
}

export type UpdateRefusal =
  | 'malformed'
  | 'too-large'
  | 'below-threshold'
  | 'expired'
  | 'wrong-length'
  | 'wrong-hash';

export type Verification = { readonly verified: VerifiedUpdate } | Refused;

export interface Refused {
  readonly refused: UpdateRefusal;
  /** One line for a log. */
  readonly detail: string;
}

function refuse(refused: UpdateRefusal, detail: string): Refused {
  return { refused, detail };
}

/** Fills in what follows from the binary and signs the manifest with each key. */
export function signUpdate(
  about: Omit<UpdateManifest, '_type' | 'length' | 'hashes'>,
  binary: Uint8Array,
  privateKeys: readonly KeyObject[],
): Uint8Array {
  const manifest: UpdateManifest = {
    _type: 'update',
    ...about,
    length: binary.length,
    hashes: { sha256: createHash('sha256').update(binary).digest('hex') },
  };
  const bytes = manifestBytes(manifest);
  const signatures = privateKeys.map((key) => ({
    keyid: keyId(publicHalf(key)),
    sig: sign(null, bytes, key).toString('hex'),
  }));
  return encodeUpdate({ signed: manifest, signatures }, binary);
}

function encodeUpdate(manifest: SignedManifest, binary: Uint8Array): Uint8Array {
  const json = Buffer.from(JSON.stringify(manifest), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return new Uint8Array(Buffer.concat([MAGIC, length, json, binary]));
}

/**
 * Checks an update as it came from the network.
 *
 * In order, cheapest first: form, signatures of `trust.threshold` distinct keys, expiry by the relay's
 * clock (TUF 5.3.10), length and hash of the binary (TUF 5.7.2).
 */
export function verifyUpdate(bytes: Uint8Array, trust: Trust, nowMs: number): Verification {
  if (bytes.length > UPDATE_MAX_BYTES) return refuse('too-large', `${bytes.length} bytes`);
  const parts = splitUpdate(bytes);
  if (parts === null) return refuse('malformed', 'not an update');
  const { manifest, binary } = parts;

  const signers = countSigners(manifest, trust);
  if (signers < trust.threshold) {
    return refuse('below-threshold', `${signers} of ${trust.threshold} trusted keys signed`);
  }
  const { signed } = manifest;
  if (!(Date.parse(signed.expires) > nowMs)) return refuse('expired', `on ${signed.expires}`);
  if (binary.length !== signed.length) {
    return refuse('wrong-length', `${binary.length} bytes, the manifest says ${signed.length}`);
  }
  const sha256 = createHash('sha256').update(binary).digest('hex');
  if (sha256 !== signed.hashes.sha256) return refuse('wrong-hash', sha256);
  return { verified: { manifest: signed, binary } };
}

function splitUpdate(bytes: Uint8Array): { manifest: SignedManifest; binary: Uint8Array } | null {
  if (bytes.length < HEADER_BYTES) return null;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!view.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const manifestEnd = HEADER_BYTES + view.readUInt32BE(MAGIC.length);
  if (manifestEnd > HEADER_BYTES + MANIFEST_MAX_BYTES || manifestEnd > bytes.length) return null;
  const manifest = parseSignedManifest(view.subarray(HEADER_BYTES, manifestEnd));
  return manifest === null ? null : { manifest, binary: bytes.subarray(manifestEnd) };
}

/** Distinct trusted keys with a valid signature; a key that signs twice counts once. */
function countSigners(manifest: SignedManifest, trust: Trust): number {
  const message = manifestBytes(manifest.signed);
  const signers = new Set<string>();
  for (const { keyid, sig } of manifest.signatures) {
    const key = trust.keys.get(keyid);
    if (key === undefined || signers.has(keyid)) continue;
    if (verify(null, message, key, Buffer.from(sig, 'hex'))) signers.add(keyid);
  }
  return signers.size;
}
