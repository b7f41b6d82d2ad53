/**
 * What happens to a module in a slot, and who hears of it.
 *
 * A slot goes: staged -> activated (on trial) -> confirmed; or it leaves that way by being rolled back and
 * quarantined, superseded by a newer module, or withdrawn before it ran.
 */

import type { AnyHook } from './define-hook.ts';

export type Transition =
  | 'staged'
  | 'activated'
  | 'confirmed'
  /** One fault, answered for by somebody else; the module stays. */
  | 'struck'
  | 'rolled-back'
  | 'quarantined'
  /** A newer module took its place before its trial was over. */
  | 'superseded'
  /** It never ran: replaced while staged, or revoked. */
  | 'withdrawn';

/** How a module failed, or why else it left. Free of the engine's wording, which changes between versions. */
export type Reason =
  | 'fuel'
  | 'trap'
  | 'host-error'
  | 'contract'
  | 'state'
  | 'migration'
  | 'health'
  | 'revoked'
  /** The relay's process ended twice while it was on trial. */
  | 'crashed'
  /** It did badly on those who ran it before. */
  | 'cohort'
  | 'newer'
  /** The publisher asks for it no longer, or not yet of this relay. */
  | 'unlisted'
  | 'offered'
  | 'reached'
  | 'trial-passed';

/** A slot as listeners see it. */
export interface SlotView {
  readonly hook: AnyHook;
  readonly owner: unknown;
  readonly activeHash: string | null;
}

/** One object hears of all slots of a runtime, so that a slot costs no closure. */
export interface TransitionListener {
  /** `hash` names the module that the transition is about; `atMs` is by the runtime's clock. */
  onTransition(slot: SlotView, transition: Transition, reason: Reason, hash: string, atMs: number): void;
}
