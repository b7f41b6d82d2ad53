/**
 * The development key: signs updates in simulations and tests, and must never be trusted anywhere else.
 *
 * It is derived from a sentence that everybody can read, so that nobody mistakes it for a secret.
 */

import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { publicHalf, type Trust, trustKeys } from '../node/updates/trust.ts';

const SENTENCE = 'relaywave development key: not a secret, anyone can sign with it';
const PKCS8_ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex'); // RFC 8410, section 7

export function developmentPrivateKey(): KeyObject {
  const seed = createHash('sha256').update(SENTENCE).digest();
  return createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
}

/** Trust in the development key alone. */
export function developmentTrust(): Trust {
  return trustKeys([publicHalf(developmentPrivateKey())], 1);
}
