/** Updates as they are offered to a relay's lifecycle, and what it answers. */

import type { Vector } from '../wasm/module-interface.ts';
import type { RejectionCode } from '../wasm/rejection.ts';
import type { Rollout } from './rollout.ts';

/** What is said of an update, whatever its binary is. */
export interface Claim {
  /** The update's name; its versions replace each other. */
  readonly module: string;
  readonly version: number;
  readonly hook: string;
  readonly interfaceVersion: number;
  /**
   * Signed metadata that cannot be replayed name this version as the one to run now. An older version is taken then
   * once nothing newer of it can run here, and one that ran here before may come back. False by default.
   */
  readonly desired?: boolean;
}

/** An update whose signatures have been verified. */
export interface Offer extends Claim {
  /** Layout of the state that the module keeps; 0, the default's, if not given. */
  readonly stateVersion?: number;
  readonly binary: Uint8Array;
  /** SHA-256 of the binary, if it has been checked already. */
  readonly sha256?: string;
  readonly rollout?: Rollout;
  /** Decides, with the relay's id, its place in the rollout; the binary's hash by default. */
  readonly salt?: string;
  /** The relay switches at a time of its own within so long of taking the update; 0 by default. */
  readonly jitterMs?: number;
  /** Calls that the module must answer as said before it is admitted. */
  readonly vectors?: readonly Vector[];
}

export type OfferRefusal =
  | 'unknown-hook'
  | 'wrong-interface'
  | 'not-newer'
  | 'not-in-cohort'
  | 'quarantined'
  | 'revoked'
  | 'already-active'
  | 'already-staged'
  | RejectionCode;

export interface Refusal {
  readonly refused: OfferRefusal;
  readonly detail: string;
}

export type OfferDecision = { readonly staged: string; readonly notBeforeMs: number } | Refusal;
