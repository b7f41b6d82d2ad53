/** How a module comes into a slot: what is said when it is staged, and what is put back after a restart. */

import type { ModuleVersion } from '../wasm/module-version.ts';
import type { HealthRecord } from './tenure.ts';
import type { Reason, SlotView } from './transition.ts';

export interface StageOptions {
  /** Not to be switched in before this time of the runtime's clock; at once by default. */
  readonly notBeforeMs?: number;
  /** Layout of the state that the module keeps; 0, the default's, by default. */
  readonly stateVersion?: number;
  /** Health that the trial is measured by; the slot's own before the switch by default. */
  readonly baseline?: HealthRecord;
  /** Asked at each reach, once the time has come. */
  readonly gate?: SwitchGate;
}

/** Decides at the last moment whether a staged module may go live. */
export interface SwitchGate {
  /** `wait` asks again at the next reach; `withdraw` drops the module, which may be offered again. */
  mayActivate(slot: SlotView, hash: string): 'go' | 'wait' | 'withdraw';
}

export type StageDecision = 'staged' | 'already-active' | 'already-staged' | 'quarantined';

/** A module in line. */
export interface Staged {
  readonly version: ModuleVersion;
  readonly notBeforeMs: number;
  readonly stateVersion: number;
  readonly baseline: HealthRecord | null;
  readonly gate: SwitchGate | null;
}

/** A module that a slot holds, and the layout of the state that it keeps. */
export interface Occupant {
  readonly version: ModuleVersion;
  readonly stateVersion: number;
}

/** What a slot puts back after a restart. */
export interface RestoredSlot {
  /** The module that answers: one that had been confirmed. */
  readonly active: Occupant | null;
  readonly previous: Occupant | null;
  readonly state: Uint8Array;
  readonly stateVersion: number;
  readonly quarantined: Iterable<readonly [string, Reason]>;
}
