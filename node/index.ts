/**
 * The door of the library: hooks that a program defines, modules that it admits, and their life.
 *
 * Whoever embeds the hook runtime imports from here. Nothing here knows of relays or of simulation, but for the
 * catalogue, which is an example of hooks as much as a relay's own.
 */

export {
  type AnyHook,
  defineHook,
  type HealthProbe,
  type Hook,
  type HookDefinition,
  type HookVector,
  type StrikePolicy,
} from './hooks/define-hook.ts';
export { type HookClock, HookRuntime, type HookRuntimeOptions } from './hooks/hook-runtime.ts';
export {
  type ArgumentsOf,
  bytes,
  f64,
  i32,
  i64,
  mutableBytes,
  type Parameter,
  type ResultKind,
  u32,
  u64,
  type ValueOf,
} from './hooks/parameter.ts';
export type { Slot } from './hooks/slot.ts';
export type { StageDecision, StageOptions, SwitchGate } from './hooks/staging.ts';
export type { HealthRecord } from './hooks/tenure.ts';
export type { Reason, SlotView, Transition, TransitionListener } from './hooks/transition.ts';
export {
  type CohortPolicy,
  type CohortReport,
  type CohortReports,
  DEFAULT_COHORT_POLICY,
} from './updates/cohort-gate.ts';
export { DiskStore } from './updates/disk-store.ts';
export type { Offer, OfferDecision, OfferRefusal } from './updates/offer.ts';
export { type LifecycleOptions, RelayLifecycle } from './updates/relay-lifecycle.ts';
export { EVERYBODY_AT_ONCE, type Rollout, rolloutProblem, type Wave } from './updates/rollout.ts';
export { MemoryStore, type UpdateStore } from './updates/store.ts';
export { type Admission, type AdmitOptions, admit } from './wasm/admit.ts';
export { DEFAULT_LIMITS, type ModuleLimits } from './wasm/limits.ts';
export type { HostFunction, Vector, WasmValue } from './wasm/module-interface.ts';
export type { ModuleFacts, ModuleVersion } from './wasm/module-version.ts';
export { REJECTION_CODES, type Rejected, type RejectionCode } from './wasm/rejection.ts';
