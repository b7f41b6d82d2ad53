/**
 * Who belongs to the cohort of a rollout, and when each of its relays may switch.
 *
 * Both follow from the relay's identity and the salt, so nobody chooses who goes first, raising the fraction keeps
 * whoever was in, and another salt starts with other relays.
 */

import { createHash } from 'node:crypto';
import type { RolloutTerms } from '../trust/update-target.ts';

/** A number of the relay's own for a purpose: uniform in [0, 1). */
export function shareOf(relayId: string, salt: string, purpose: 'cohort' | 'jitter'): number {
  const digest = createHash('sha256').update(`${purpose}\0${salt}\0${relayId}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/** Whether the relay may run the update by now. */
export function isInCohort({ fraction, salt }: RolloutTerms, relayId: string): boolean {
  return fraction >= 1 || shareOf(relayId, salt, 'cohort') < fraction;
}

/** How long after taking the update the relay switches: its own part of the jitter window, milliseconds. */
export function jitterMs({ jitterSeconds, salt }: RolloutTerms, relayId: string): number {
  return jitterSeconds === 0 ? 0 : jitterSeconds * 1000 * shareOf(relayId, salt, 'jitter');
}
