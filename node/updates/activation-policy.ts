/**
 * What an operator lets a relay do with updates that it has verified: run them at once, later, or never.
 *
 * The relay takes part in everything else whatever the policy is: it verifies, admits, stages, and passes updates on.
 */

import type { Claim } from './offer.ts';

/** Later than any clock: a module that is not to run keeps its place in line, also in a store. */
export const NEVER_MS = Number.MAX_SAFE_INTEGER;

export interface ActivationPolicy {
  /**
   * From when on a module may go live, in milliseconds of the relay's clock; 0 for at once, `NEVER_MS` for never.
   * Asked once, when the module is staged. A rollout's own time still counts: the later of the two holds.
   */
  mayRunFromMs(claim: Claim, sha256: string): number;
}
