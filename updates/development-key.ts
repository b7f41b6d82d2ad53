/**
 * The development keys: they sign updates in simulations and tests, and must never be trusted anywhere else.
 *
 * Each is derived from a sentence that everybody can read, so that nobody mistakes it for a secret. Relays know
 * their ids and refuse roots that trust them outside development networks (node/trust/development-keys.ts).
 */

import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { type SigningKey, signingKey } from './repository/signing-key.ts';

export const DEVELOPMENT_KEYS = 25;

/** Which of the keys are for what; delegated roles and rotations take theirs from where the ranges begin. */
export const DEVELOPMENT_KEY_RANGES = {
  root: { from: 0, count: 3 },
  targets: { from: 3, count: 3 },
  snapshot: { from: 6, count: 1 },
  timestamp: { from: 7, count: 1 },
  delegated: { from: 8, count: 8 },
  rotation: { from: 16, count: 9 },
} as const;
export type DevelopmentKeyRange = keyof typeof DEVELOPMENT_KEY_RANGES;

const PKCS8_ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex'); // RFC 8410, section 7

function privateKeyOf(sentence: string): KeyObject {
  const seed = createHash('sha256').update(sentence).digest();
  return createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
}

/** The private half of a development key; `index` from 0 to 24. Throws RangeError. */
export function developmentKeyObject(index: number): KeyObject {
  if (!Number.isInteger(index) || index < 0 || index >= DEVELOPMENT_KEYS) {
    throw new RangeError(`there are development keys 0 to ${DEVELOPMENT_KEYS - 1}, not ${index}`);
  }
  return privateKeyOf(`relaywave development key ${index}: not a secret, anyone can sign with it`);
}

export function developmentKey(index: number): SigningKey {
  return signingKey(developmentKeyObject(index));
}

/**
 * `count` keys of a range, beginning `skip` keys into it. Throws RangeError beyond its end.
 *
 * `developmentKeys('targets', 2)` are keys 3 and 4.
 */
export function developmentKeys(range: DevelopmentKeyRange, count: number, skip = 0): SigningKey[] {
  const { from, count: most } = DEVELOPMENT_KEY_RANGES[range];
  if (skip + count > most) {
    throw new RangeError(`there are ${most} development keys for ${range}, not ${skip + count}`);
  }
  return Array.from({ length: count }, (_, place) => developmentKey(from + skip + place));
}
