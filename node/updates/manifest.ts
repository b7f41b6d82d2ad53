/**
 * The manifest says what an update is: which hook it attaches to, its version, and the hash of its binary.
 *
 * It is what publishers sign. Signatures cover its canonical JSON, so that spelling cannot change meaning.
 */

import { canonicalize } from '@tufjs/canonical-json';
import { z } from 'zod';

/** Bounds what a hostile manifest can make a relay parse. */
export const MANIFEST_MAX_BYTES = 4096;

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);
const positive = z.int().min(1);

const manifestSchema = z.strictObject({
  _type: z.literal('update'),
  module: name,
  version: positive,
  hook: name,
  interfaceVersion: positive,
  /** Bytes of the binary. */
  length: positive,
  hashes: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** UTC; the relay's own clock decides. */
  expires: z.iso.datetime(),
});

const signedSchema = z.strictObject({
  signed: manifestSchema,
  signatures: z
    .array(
      z.strictObject({ keyid: z.string().regex(/^[0-9a-f]{64}$/), sig: z.string().regex(/^[0-9a-f]{128}$/) }),
    )
    .max(16),
});

export type UpdateManifest = z.infer<typeof manifestSchema>;
export type SignedManifest = z.infer<typeof signedSchema>;

/** The bytes that signatures cover. */
export function manifestBytes(manifest: UpdateManifest): Buffer {
  return Buffer.from(canonicalize(manifest), 'utf8');
}

/** Reads a signed manifest; null for anything that is not one. */
export function parseSignedManifest(bytes: Uint8Array): SignedManifest | null {
  if (bytes.length > MANIFEST_MAX_BYTES) return null;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return signedSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
