/**
 * The updates of one relay: which are taken, when they may switch, and what the relay knows after a restart.
 *
 * The slots run modules and judge them call by call; here lies what outlives a call: the floor below which a
 * version is a replay (raised by confirmation only), revocations, the relay's place in rollouts, and the store. A
 * module whose trial was under way when the process ended gets one more start; ending twice is taken as its doing.
 */

import { createHash } from 'node:crypto';
import type { AnyHook, Hook } from '../hooks/define-hook.ts';
import type { HookRuntime } from '../hooks/hook-runtime.ts';
import type { Parameter, ResultKind } from '../hooks/parameter.ts';
import type { HookSlot, Slot } from '../hooks/slot.ts';
import type { Occupant } from '../hooks/staging.ts';
import type { Reason, SlotView, Transition, TransitionListener } from '../hooks/transition.ts';
import { SparseSet } from '../sparse-set.ts';
import type { ActivationPolicy } from './activation-policy.ts';
import { CohortGate, type CohortPolicy, type CohortReports } from './cohort-gate.ts';
import { HookLedger } from './hook-ledger.ts';
import type { Claim, Offer, OfferDecision, Refusal } from './offer.ts';
import { EVERYBODY_AT_ONCE, jitterPosition, placeOf, type Rollout } from './rollout.ts';
import { type SlotReport, slotReport } from './slot-report.ts';
import type { StoredModule, StoredSlot, UpdateStore } from './store.ts';
import { VersionFloor } from './version-floor.ts';

/** Starts of the relay in which a module may be on trial. */
export const MAX_TRIAL_STARTS = 2;

/**
 * Revocations that a relay remembers, the latest ones: thieves of keys who revoke without end must not fill its memory
 * and disk. It is more than metadata can list at a time, and what is listed is remembered anew with each look at it.
 */
export const REVOCATIONS_KEPT = 16_384;

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
  /** What the operator lets the relay do by itself; everything at once by default. */
  readonly activation?: ActivationPolicy;
  /** Hears of the slots' transitions, and of a store that fails: the relay runs on without it. */
  readonly listener?: TransitionListener;
  readonly onStoreFailure?: (error: unknown) => void;
}

export class RelayLifecycle implements TransitionListener {
  private readonly options: LifecycleOptions;
  private readonly ledgers = new Map<string, HookLedger>();
  /** SHA-256 of binaries that must not run any more, whether or not they ever ran here. */
  private readonly revoked = new SparseSet<string>();

  /** Opens the relay's updates and puts back what the store kept. */
  constructor(options: LifecycleOptions) {
    this.options = options;
    const record = options.store.readRecord();
    let changed = false;
    for (const hash of record?.revoked ?? []) this.revoked.add(hash);
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

  /** The same by its name, if an update or traffic has reached it yet. */
  openSlot(hook: string): HookSlot | null {
    return this.ledgers.get(hook)?.slot ?? null;
  }

  /** The slots that updates or traffic have reached yet. */
  slots(): readonly HookSlot[] {
    return [...this.ledgers.values()].map(({ slot }) => slot);
  }

  /** The same as an operator would want to see them. */
  report(): readonly SlotReport[] {
    return [...this.ledgers.values()].map(slotReport);
  }

  /** What speaks against an update before its binary is looked at; null if nothing. */
  obstacle(claim: Claim, hash: string): Refusal | null {
    const hook = this.options.hooks.get(claim.hook);
    if (hook === undefined) return { refused: 'unknown-hook', detail: claim.hook };
    if (claim.interfaceVersion !== hook.interfaceVersion) {
      const detail = `interface ${claim.interfaceVersion}, this core has ${hook.interfaceVersion}`;
      return { refused: 'wrong-interface', detail };
    }
    if (this.revoked.has(hash)) return { refused: 'revoked', detail: claim.module };
    const ledger = this.ledgers.get(hook.id);
    if (ledger === undefined) return null;
    if (ledger.slot.quarantined.has(hash)) return { refused: 'quarantined', detail: claim.module };
    const newest = ledger.newestBefore(claim, hash, (other) => !this.revoked.has(other));
    if (newest === null) return null;
    return { refused: 'not-newer', detail: `version ${claim.version}, this relay has ${newest}` };
  }

  /** Whether the relay belongs to those that may run an update by now. */
  isInCohort(rollout: Rollout, salt: string): boolean {
    return placeOf(rollout, this.options.relayId, salt) !== null;
  }

  /** Takes or refuses an update; it goes live when its hook is next reached after its time. */
  offer(offer: Offer): OfferDecision {
    const { hooks, runtime, relayId, store } = this.options;
    const { module, version, stateVersion = 0, binary, vectors = [] } = offer;
    const known = hooks.get(offer.hook);
    // Before hashing: a refusal must cost less than the attack.
    if (known !== undefined && binary.length > known.limits.bytes) {
      return { refused: 'too-large', detail: `${binary.length} bytes, the limit is ${known.limits.bytes}` };
    }
    const hash = offer.sha256 ?? createHash('sha256').update(binary).digest('hex');
    const obstacle = this.obstacle(offer, hash);
    if (obstacle !== null || known === undefined) return obstacle!;
    const admission = runtime.admission(known, hash, vectors) ?? runtime.admit(known, binary, vectors);
    if ('rejected' in admission) return { refused: admission.rejected, detail: admission.detail };
    const { admitted } = admission;
    const salt = offer.salt ?? admitted.hash;
    const place = placeOf(offer.rollout ?? EVERYBODY_AT_ONCE, relayId, salt);
    if (place === null) return { refused: 'not-in-cohort', detail: module };
    const { jitterMs = 0 } = offer;
    const ownMs = jitterMs === 0 ? 0 : runtime.nowMs() + Math.floor(jitterPosition(relayId, salt) * jitterMs);
    const allowedMs = this.options.activation?.mayRunFromMs(offer, hash) ?? 0;
    const notBeforeMs = Math.max(place.notBeforeMs, ownMs, allowedMs);
    const ledger = this.open(known);
    const stored: StoredModule = { hash: admitted.hash, module, version, stateVersion };
    const gate = this.gateOf(place.wave);
    const decision = ledger.slot.stage(admitted, { notBeforeMs, stateVersion, ...gate });
    if (decision !== 'staged') return { refused: decision, detail: module };
    ledger.modules.set(admitted.hash, stored);
    ledger.candidate = { module: stored, notBeforeMs, wave: place.wave, starts: 0 };
    this.keeping(() => store.writeModule(admitted.hash, binary));
    this.save();
    return { staged: admitted.hash, notBeforeMs };
  }

  /** Drops the module that is in line for a hook, if there is one; it may be offered again. */
  withdraw(hook: string): void {
    this.ledgers.get(hook)?.slot.withdraw('unlisted');
  }

  /**
   * Takes a module out by its hash, wherever it is, and never runs it again, also after a restart. The version
   * before answers then, or the default. False if that was known already.
   */
  revoke(hash: string): boolean {
    if (this.revoked.has(hash)) return false;
    this.revoked.add(hash);
    if (this.revoked.size > REVOCATIONS_KEPT) this.revoked.delete(this.revoked.values().next().value!);
    for (const { slot } of this.ledgers.values()) {
      if (slot.activeHash === hash || slot.pendingHash === hash || slot.previousHash === hash) {
        slot.quarantine(hash, 'revoked');
      }
    }
    this.save();
    return true;
  }

  /** Writes the slots' states to the store: now and then, and before the relay stops. */
  checkpoint(): void {
    for (const ledger of this.ledgers.values()) {
      // The state before a trial is the one to come back to.
      if (ledger.slot.phase !== 'trial') ledger.takeState();
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
    if (ledger?.follow(transition, hash)) this.save();
    this.options.listener?.onTransition(slot, transition, reason, hash, atMs);
  }

  private open(hook: AnyHook): HookLedger {
    const known = this.ledgers.get(hook.id);
    if (known !== undefined) return known;
    const { runtime, owner, relayId } = this.options;
    const slot = runtime.slot(hook, owner ?? relayId, this) as unknown as HookSlot;
    const ledger = new HookLedger(hook, slot);
    this.ledgers.set(hook.id, ledger);
    return ledger;
  }

  private gateOf(wave: number): { gate?: CohortGate } {
    const { cohortReports, cohortPolicy } = this.options;
    return cohortReports === undefined || wave === 0
      ? {}
      : { gate: new CohortGate(cohortReports, wave, cohortPolicy) };
  }

  /** Puts a stored slot back; true if the record no longer fits. */
  private recover(ledger: HookLedger, stored: StoredSlot): boolean {
    ledger.floor = new VersionFloor(stored.confirmed);
    const quarantined = new Map(stored.quarantined);
    let { candidate } = stored;
    if (candidate !== null && this.revoked.has(candidate.hash)) candidate = null;
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
    if (crashed !== null) {
      // The process that would have told of it is gone.
      const { listener, runtime } = this.options;
      listener?.onTransition(ledger.slot, 'quarantined', 'crashed', crashed, runtime.nowMs());
    }
    if (candidate !== null) changed = this.tryAgain(ledger, candidate) || changed;
    return changed;
  }

  /** Stages a candidate that was on trial, or in line, when the relay stopped. True: the record must say so. */
  private tryAgain(ledger: HookLedger, candidate: NonNullable<StoredSlot['candidate']>): boolean {
    const occupant = this.occupant(ledger, candidate);
    if (occupant === null) return true;
    const { notBeforeMs, wave, starts } = candidate;
    const { hash, module, version, stateVersion } = candidate;
    const stored: StoredModule = { hash, module, version, stateVersion };
    ledger.candidate = { module: stored, notBeforeMs, wave, starts: starts > 0 ? starts + 1 : 0 };
    ledger.slot.stage(occupant.version, { notBeforeMs, stateVersion, ...this.gateOf(wave) });
    return starts > 0;
  }

  private occupant(ledger: HookLedger, stored: StoredModule | null): Occupant | null {
    if (stored === null || this.revoked.has(stored.hash)) return null;
    const bytes = this.keeping(() => this.options.store.readModule(stored.hash)) ?? null;
    if (bytes === null) return null;
    const admission = this.options.runtime.admit(ledger.hook, bytes);
    if ('rejected' in admission) return null;
    const { hash, module, version, stateVersion } = stored;
    ledger.modules.set(hash, { hash, module, version, stateVersion });
    return { version: admission.admitted, stateVersion };
  }

  private save(): void {
    const slots: StoredSlot[] = [];
    const hashes = new Set<string>();
    for (const ledger of this.ledgers.values()) {
      const slot = ledger.toStored();
      slots.push(slot);
      for (const module of [slot.active, slot.previous, slot.candidate])
        if (module !== null) hashes.add(module.hash);
    }
    for (const ledger of this.ledgers.values()) ledger.forgetAllBut(hashes);
    this.keeping(() => {
      this.options.store.writeRecord({ slots, revoked: [...this.revoked] });
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
