/**
 * The updates of one relay: which are taken, when they may switch, and what the relay knows after a restart.
 *
 * The slots run modules and judge them call by call; here lies what outlives a call: the floor below which a
 * version is a replay (raised by confirmation only), the waves of a rollout, and the store. A module whose
 * trial was under way when the process ended gets one more start; ending twice is taken as its doing.
 */

import type { AnyHook, Hook } from '../hooks/define-hook.ts';
import type { HookRuntime } from '../hooks/hook-runtime.ts';
import type { Parameter, ResultKind } from '../hooks/parameter.ts';
import type { HookSlot, Slot } from '../hooks/slot.ts';
import type { Occupant } from '../hooks/staging.ts';
import type { Reason, SlotView, Transition, TransitionListener } from '../hooks/transition.ts';
import type { Vector } from '../wasm/module-interface.ts';
import type { RejectionCode } from '../wasm/rejection.ts';
import { CohortGate, type CohortPolicy, type CohortReports } from './cohort-gate.ts';
import { EVERYBODY_AT_ONCE, placeOf, type Rollout } from './rollout.ts';
import type { StoredModule, StoredSlot, UpdateStore } from './store.ts';

/** Starts of the relay in which a module may be on trial. */
export const MAX_TRIAL_STARTS = 2;

/** An update whose signatures have been verified. */
export interface Offer {
  /** The update's name; its versions replace each other. */
  readonly module: string;
  readonly version: number;
  readonly hook: string;
  readonly interfaceVersion: number;
  /** Layout of the state that the module keeps; 0, the default's, if not given. */
  readonly stateVersion?: number;
  readonly binary: Uint8Array;
  /** SHA-256 of the binary, if it has been checked already. */
  readonly sha256?: string;
  readonly rollout?: Rollout;
  /** It does not switch before, by the relay's clock; at once by default. A rollout's wave may come later still. */
  readonly notBeforeMs?: number;
  /** Calls that it must answer as said, beside the hook's own. */
  readonly vectors?: readonly Vector[];
}

export type OfferRefusal =
  | 'unknown-hook'
  | 'wrong-interface'
  | 'not-newer'
  | 'not-in-cohort'
  | 'quarantined'
  | 'already-active'
  | 'already-staged'
  | RejectionCode;

export type OfferDecision =
  | { readonly staged: string; readonly notBeforeMs: number }
  | { readonly refused: OfferRefusal; readonly detail: string };

export interface LifecycleOptions {
  /** Decides the relay's place in rollouts: its identity key, for instance. */
  readonly relayId: string;
  readonly hooks: ReadonlyMap<string, AnyHook>;
  readonly runtime: HookRuntime;
  readonly store: UpdateStore;
  /** What the slots' modules see as their owner; the relay's id by default. */
  readonly owner?: unknown;
  readonly cohortReports?: CohortReports;
  readonly cohortPolicy?: CohortPolicy;
  /** Hears of the slots' transitions, and of a store that fails: the relay runs on without it. */
  readonly listener?: TransitionListener;
  readonly onStoreFailure?: (error: unknown) => void;
}

/** What is known of a hook's modules beside what its slot holds. */
interface Ledger {
  readonly hook: AnyHook;
  readonly slot: HookSlot;
  /** By hash: the modules that the slot holds or held. */
  readonly modules: Map<string, StoredModule>;
  readonly floors: Map<string, number>;
  /** State that goes with the confirmed module; the slot's own may be of a trial. */
  state: Uint8Array;
  stateVersion: number;
  confirmed: StoredModule | null;
  previous: StoredModule | null;
  candidate: Candidate | null;
}

/** A module in line for a trial, or on it. */
interface Candidate {
  readonly module: StoredModule;
  readonly notBeforeMs: number;
  readonly wave: number;
  /** Starts of the relay since the trial began; 0 before. */
  starts: number;
}

export class RelayLifecycle implements TransitionListener {
  private readonly options: LifecycleOptions;
  private readonly ledgers = new Map<string, Ledger>();

  /** Opens the relay's updates and puts back what the store kept. */
  constructor(options: LifecycleOptions) {
    this.options = options;
    const record = options.store.readRecord();
    let changed = false;
    for (const stored of record?.slots ?? []) {
      const hook = options.hooks.get(stored.hook);
      // A core that has left the hook behind, or changed it, has no use for its modules.
      if (hook === undefined || hook.interfaceVersion !== stored.interfaceVersion) changed = true;
      else if (this.recover(this.open(hook), stored)) changed = true;
    }
    if (changed) this.save();
  }

  /** The slot of a hook of this core. */
  slot<Parameters extends readonly Parameter[], Kind extends ResultKind>(
    hook: Hook<Parameters, Kind>,
  ): Slot<Parameters, Kind> {
    return this.open(hook).slot as unknown as Slot<Parameters, Kind>;
  }

  /** Takes or refuses an update; it goes live when its hook is next reached after its time. */
  offer(offer: Offer): OfferDecision {
    const { hooks, runtime, relayId, store } = this.options;
    const hook = hooks.get(offer.hook);
    if (hook === undefined) return { refused: 'unknown-hook', detail: offer.hook };
    if (offer.interfaceVersion !== hook.interfaceVersion) {
      const detail = `interface ${offer.interfaceVersion}, this core has ${hook.interfaceVersion}`;
      return { refused: 'wrong-interface', detail };
    }
    const ledger = this.open(hook);
    const { activeHash, pendingHash } = ledger.slot;
    if (offer.sha256 !== undefined && (offer.sha256 === activeHash || offer.sha256 === pendingHash)) {
      return {
        refused: offer.sha256 === activeHash ? 'already-active' : 'already-staged',
        detail: offer.module,
      };
    }
    const newest = this.newestVersion(ledger, offer.module);
    if (offer.version <= newest) {
      return { refused: 'not-newer', detail: `version ${offer.version}, this relay has ${newest}` };
    }
    const admission = runtime.admit(hook, offer.binary, offer.vectors, offer.sha256);
    if ('rejected' in admission) return { refused: admission.rejected, detail: admission.detail };
    const { admitted } = admission;
    const rollout = offer.rollout ?? EVERYBODY_AT_ONCE;
    const place = placeOf(rollout, relayId, admitted.hash);
    if (place === null) return { refused: 'not-in-cohort', detail: offer.module };
    const { module, version, stateVersion = 0 } = offer;
    const stored: StoredModule = { hash: admitted.hash, module, version, stateVersion };
    const notBeforeMs = Math.max(place.notBeforeMs, offer.notBeforeMs ?? Number.NEGATIVE_INFINITY);
    const decision = ledger.slot.stage(admitted, {
      notBeforeMs,
      stateVersion,
      ...this.gateOf(place.wave),
    });
    if (decision !== 'staged') return { refused: decision, detail: offer.module };
    ledger.modules.set(admitted.hash, stored);
    ledger.candidate = { module: stored, notBeforeMs, wave: place.wave, starts: 0 };
    this.keeping(() => store.writeModule(admitted.hash, offer.binary));
    this.save();
    return { staged: admitted.hash, notBeforeMs };
  }

  /** Whether a hook's slot will not run this module again. */
  isQuarantined(hookId: string, hash: string): boolean {
    return this.ledgers.get(hookId)?.slot.quarantined.has(hash) ?? false;
  }

  /**
   * Takes a module out by its hash, wherever it is, and never runs it again.
   *
   * The module's floor goes: which older version stands in for it the trusted metadata say, and their own versions
   * keep replays out.
   */
  revoke(hash: string): void {
    for (const { slot, modules, floors } of this.ledgers.values()) {
      const module = modules.get(hash);
      slot.quarantine(hash, 'revoked');
      if (module !== undefined) floors.delete(module.module);
    }
    this.save();
  }

  /** Writes the slots' states to the store: now and then, and before the relay stops. */
  checkpoint(): void {
    for (const ledger of this.ledgers.values()) {
      if (ledger.slot.phase === 'trial') continue; // the state before the trial is the one to come back to
      const { state, stateVersion } = ledger.slot.copyState();
      ledger.state = state;
      ledger.stateVersion = stateVersion;
    }
    this.save();
  }

  /** A stop in good order: it is not held against a module on trial. */
  close(): void {
    for (const { candidate } of this.ledgers.values()) if (candidate !== null) candidate.starts = 0;
    this.checkpoint();
  }

  /** Called by the slots. */
  onTransition(slot: SlotView, transition: Transition, reason: Reason, hash: string, atMs: number): void {
    const ledger = this.ledgers.get(slot.hook.id);
    if (ledger !== undefined) this.follow(ledger, transition, hash);
    this.options.listener?.onTransition(slot, transition, reason, hash, atMs);
  }

  private follow(ledger: Ledger, transition: Transition, hash: string): void {
    const { slot, candidate } = ledger;
    switch (transition) {
      case 'confirmed': {
        const module = ledger.modules.get(hash);
        if (module === undefined) return;
        ledger.floors.set(module.module, Math.max(module.version, ledger.floors.get(module.module) ?? 0));
        ledger.previous = ledger.confirmed;
        ledger.confirmed = module;
        if (candidate?.module.hash === hash) ledger.candidate = null;
        const { state, stateVersion } = slot.copyState();
        ledger.state = state;
        ledger.stateVersion = stateVersion;
        break;
      }
      case 'quarantined':
        if (ledger.confirmed?.hash === hash) {
          ledger.confirmed = ledger.previous;
          ledger.previous = null;
        } else if (ledger.previous?.hash === hash) ledger.previous = null;
        if (candidate?.module.hash === hash) ledger.candidate = null;
        break;
      case 'withdrawn':
        if (candidate?.module.hash === hash) ledger.candidate = null;
        break;
      case 'rolled-back': {
        const { state, stateVersion } = slot.copyState();
        ledger.state = state;
        ledger.stateVersion = stateVersion;
        break;
      }
      // A candidate counts its starts from its activation on; the rest changes nothing that is kept.
      case 'activated':
        if (candidate?.module.hash === hash) candidate.starts = Math.max(1, candidate.starts);
        break;
      default:
        return;
    }
    this.save();
  }

  private open(hook: AnyHook): Ledger {
    const known = this.ledgers.get(hook.id);
    if (known !== undefined) return known;
    const { runtime, owner, relayId } = this.options;
    const ledger: Ledger = {
      hook,
      slot: runtime.slot(hook, owner ?? relayId, this) as unknown as HookSlot,
      modules: new Map(),
      floors: new Map(),
      state: new Uint8Array(hook.stateBytes),
      stateVersion: 0,
      confirmed: null,
      previous: null,
      candidate: null,
    };
    this.ledgers.set(hook.id, ledger);
    return ledger;
  }

  /** The highest version of an update that was confirmed here, or may still be. */
  private newestVersion({ slot, floors, modules }: Ledger, name: string): number {
    let newest = floors.get(name) ?? 0;
    for (const hash of [slot.activeHash, slot.pendingHash]) {
      const held = hash === null ? undefined : modules.get(hash);
      if (held?.module === name) newest = Math.max(newest, held.version);
    }
    return newest;
  }

  private gateOf(wave: number): { gate?: CohortGate } {
    const { cohortReports, cohortPolicy } = this.options;
    return cohortReports === undefined || wave === 0
      ? {}
      : { gate: new CohortGate(cohortReports, wave, cohortPolicy) };
  }

  /** Puts a stored slot back; true if the record no longer fits. */
  private recover(ledger: Ledger, stored: StoredSlot): boolean {
    for (const [module, version] of stored.floors) ledger.floors.set(module, version);
    const quarantined = new Map(stored.quarantined);
    let { candidate } = stored;
    let crashed: string | null = null;
    if (candidate !== null && candidate.starts >= MAX_TRIAL_STARTS) {
      crashed = candidate.hash;
      candidate = null;
      quarantined.set(crashed, 'crashed');
    }
    const active = this.occupant(ledger, stored.active);
    const previous = this.occupant(ledger, stored.previous);
    // The confirmed module's binary is gone or broken: the one before it is the last good one.
    const answering = active ?? previous;
    const sameLayout =
      answering === null ? stored.stateVersion === 0 : answering.stateVersion === stored.stateVersion;
    const state = sameLayout ? Buffer.from(stored.state, 'base64') : new Uint8Array(0);
    ledger.confirmed = active !== null ? stored.active : previous !== null ? stored.previous : null;
    ledger.previous = active !== null && previous !== null ? stored.previous : null;
    ledger.state.set(state.subarray(0, ledger.state.length));
    ledger.stateVersion = answering?.stateVersion ?? 0;
    ledger.slot.restore({
      active: answering,
      previous: active === null ? null : previous,
      state: ledger.state,
      stateVersion: ledger.stateVersion,
      quarantined,
    });
    let changed =
      crashed !== null ||
      (stored.active !== null && active === null) ||
      (stored.previous !== null && previous === null);
    if (candidate !== null) changed = this.tryAgain(ledger, candidate) || changed;
    return changed;
  }

  /** Stages a candidate that was on trial, or in line, when the relay stopped. True: the record must say so. */
  private tryAgain(ledger: Ledger, candidate: NonNullable<StoredSlot['candidate']>): boolean {
    const occupant = this.occupant(ledger, candidate);
    if (occupant === null) return true;
    const { notBeforeMs, wave, starts } = candidate;
    const { hash, module, version, stateVersion } = candidate;
    const stored: StoredModule = { hash, module, version, stateVersion };
    ledger.candidate = { module: stored, notBeforeMs, wave, starts: starts > 0 ? starts + 1 : 0 };
    ledger.slot.stage(occupant.version, { notBeforeMs, stateVersion, ...this.gateOf(wave) });
    return starts > 0;
  }

  private occupant(ledger: Ledger, stored: StoredModule | null): Occupant | null {
    if (stored === null) return null;
    const bytes = this.keeping(() => this.options.store.readModule(stored.hash)) ?? null;
    if (bytes === null) return null;
    const admission = this.options.runtime.admit(ledger.hook, bytes);
    if ('rejected' in admission) return null;
    const { hash, module, version, stateVersion } = stored;
    ledger.modules.set(hash, { hash, module, version, stateVersion });
    return { version: admission.admitted, stateVersion };
  }

  private save(): void {
    const slots = [...this.ledgers.values()].map(toStored);
    const named = slots.flatMap(({ active, previous, candidate }) => [active, previous, candidate]);
    const hashes = new Set(named.flatMap((module) => (module === null ? [] : [module.hash])));
    for (const { slot, modules } of this.ledgers.values()) {
      for (const hash of modules.keys()) {
        if (!hashes.has(hash) && slot.activeHash !== hash && slot.pendingHash !== hash) modules.delete(hash);
      }
    }
    this.keeping(() => {
      this.options.store.writeRecord({ slots });
      this.options.store.keepModules(hashes);
    });
  }

  /** A store that fails must not stop the relay: it serves on, and comes back with less after a restart. */
  private keeping<Result>(work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      this.options.onStoreFailure?.(error);
      return undefined;
    }
  }
}

function toStored({
  hook,
  slot,
  confirmed,
  previous,
  candidate,
  floors,
  state,
  stateVersion,
}: Ledger): StoredSlot {
  return {
    hook: hook.id,
    interfaceVersion: hook.interfaceVersion,
    active: confirmed,
    previous,
    candidate: candidate === null ? null : storedCandidate(candidate),
    state: Buffer.from(state).toString('base64'),
    stateVersion,
    quarantined: [...slot.quarantined],
    floors: [...floors],
  };
}

function storedCandidate({ module, notBeforeMs, wave, starts }: Candidate): StoredSlot['candidate'] {
  return { ...module, notBeforeMs, wave, starts };
}
