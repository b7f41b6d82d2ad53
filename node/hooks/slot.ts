/**
 * A slot is the place of one hook in one relay: it holds the modules and answers the calls.
 *
 * The caller cannot tell who answered. A staged module is switched in only when the hook is next reached; a
 * call that fails is answered by the module before, or by the default, and nothing of the failed call stays.
 * Slots are small and share everything but their state, since a simulation holds millions of them.
 */

import type { ModuleVersion } from '../wasm/module-version.ts';
import { type Answer, type Argument, CallSite, FAILED } from './call-site.ts';
import type { AnyHook } from './define-hook.ts';
import type { HookRuntime } from './hook-runtime.ts';
import type { ArgumentsOf, Parameter, ResultKind, ValueOf } from './parameter.ts';
import type { Occupant, RestoredSlot, StageDecision, Staged, StageOptions } from './staging.ts';
import { Health, type HealthRecord, isWorse, Tenure } from './tenure.ts';
import type { Reason, Transition, TransitionListener } from './transition.ts';

interface Snapshot {
  readonly state: Uint8Array;
  readonly stateVersion: number;
}

const NO_CALLS: HealthRecord = { calls: 0, penalties: 0 };
const NONE_QUARANTINED: ReadonlyMap<string, Reason> = new Map();

/** A slot of a certain hook: calling it with the wrong arguments is a compile error. */
export type Slot<Parameters extends readonly Parameter[], Kind extends ResultKind> = Omit<
  HookSlot,
  'call' | 'repeat'
> & {
  /** Calls the hook: the active module answers, or the one before, or the default. */
  call(...args: ArgumentsOf<Parameters>): ValueOf<Kind>;
  /** The same as so many calls with these arguments, for whoever asks for no answer; 0 or more. */
  repeat(times: number, ...args: ArgumentsOf<Parameters>): void;
};

/** The slot behind every type of hook; `HookRuntime.slot` makes it and gives it its type. */
export class HookSlot extends CallSite {
  private active: Tenure | null = null;
  private pending: Staged | null = null;
  /** Since the last switch; comes into being when it is first needed. */
  private healthNow: Health | null = null;
  private readonly listener: TransitionListener | null;
  private previous: Tenure | null = null;
  private snapshot: Snapshot | null = null;
  private quarantinedHashes: Map<string, Reason> | null = null;

  /** Made by `HookRuntime.slot`. */
  constructor(hook: AnyHook, runtime: HookRuntime, owner: unknown, listener: TransitionListener | null) {
    super(hook, runtime, owner);
    this.listener = listener;
  }

  /** SHA-256 of the module that answers; null while the default does. */
  get activeHash(): string | null {
    return this.active === null ? null : this.active.version.hash;
  }

  get previousHash(): string | null {
    return this.previous === null ? null : this.previous.version.hash;
  }

  get pendingHash(): string | null {
    return this.pending === null ? null : this.pending.version.hash;
  }

  /** From when the module in line may be switched in, by the runtime's clock; null when there is none. */
  get pendingNotBeforeMs(): number | null {
    return this.pending === null ? null : this.pending.notBeforeMs;
  }

  get phase(): 'default' | 'trial' | 'confirmed' {
    if (this.active === null) return 'default';
    return this.active.confirmed ? 'confirmed' : 'trial';
  }

  /** Penalties of the latest answers since the last switch; null if the hook has no health probe. */
  get health(): HealthRecord | null {
    if (this.hook.health === null) return null;
    return this.healthNow === null ? NO_CALLS : this.healthNow.record;
  }

  /** Modules that this slot will not run again, with the reason. */
  get quarantined(): ReadonlyMap<string, Reason> {
    return this.quarantinedHashes ?? NONE_QUARANTINED;
  }

  /** A copy of the state, for a store. */
  copyState(): { state: Uint8Array; stateVersion: number } {
    return { state: this.state.slice(), stateVersion: this.stateVersion };
  }

  /** Puts an admitted module in line; it is switched in when the hook is next reached. */
  stage(version: ModuleVersion, options: StageOptions = {}): StageDecision {
    if (version.hookId !== this.hook.id || version.interfaceVersion !== this.hook.interfaceVersion) {
      throw new TypeError(`a module of ${version.hookId} cannot serve ${this.hook.id}`);
    }
    if (this.quarantinedHashes?.has(version.hash)) return 'quarantined';
    if (this.activeHash === version.hash) return 'already-active';
    if (this.pendingHash === version.hash) return 'already-staged';
    this.withdraw('newer');
    this.pending = {
      version,
      notBeforeMs: options.notBeforeMs ?? Number.NEGATIVE_INFINITY,
      stateVersion: options.stateVersion ?? 0,
      baseline: options.baseline ?? null,
      gate: options.gate ?? null,
    };
    this.report('staged', 'offered', version.hash);
    return 'staged';
  }

  /** Drops the module in line, if there is one; it may be offered again. */
  withdraw(reason: Reason): void {
    if (this.pending === null) return;
    const { hash } = this.pending.version;
    this.pending = null;
    this.report('withdrawn', reason, hash);
  }

  /** Never runs this module again: takes it out if it is active or staged. */
  quarantine(hash: string, reason: Reason = 'revoked'): void {
    if (this.quarantinedHashes?.has(hash)) return;
    if (this.pendingHash === hash) this.withdraw(reason);
    if (this.activeHash === hash) {
      this.rollBack(reason);
      return;
    }
    if (this.previousHash === hash) this.previous = null;
    this.keepOut(hash, reason);
  }

  /** Puts back what a store kept, without news of it. Call it before the hook is first reached. */
  restore(kept: RestoredSlot): void {
    this.state.set(kept.state.subarray(0, this.state.length));
    this.stateVersion = kept.stateVersion;
    for (const [hash, reason] of kept.quarantined) {
      this.quarantinedHashes ??= new Map();
      this.quarantinedHashes.set(hash, reason);
    }
    this.active = this.restored(kept.active);
    this.previous = this.restored(kept.previous);
  }

  private restored(occupant: Occupant | null): Tenure | null {
    if (occupant === null || this.quarantinedHashes?.has(occupant.version.hash)) return null;
    const tenure = new Tenure(occupant.version, occupant.stateVersion, null);
    tenure.confirm();
    return tenure;
  }

  call(a?: Argument, b?: Argument, c?: Argument, d?: Argument, e?: Argument, f?: Argument): Answer {
    if (this.pending !== null) this.reach(this.pending);
    const tenure = this.active;
    if (tenure === null) {
      const answer = this.byDefault(a, b, c, d, e, f);
      const { health } = this.hook;
      if (health !== null && health.defaultIsPerfect !== true) {
        this.observe(health.penalty(answer, a, b, c, d, e, f), null);
      }
      return answer;
    }
    const answer = this.run(tenure.version, a, b, c, d, e, f);
    if (answer === FAILED) return this.recover(tenure, a, b, c, d, e, f);
    this.count(tenure, answer, a, b, c, d, e, f);
    return answer;
  }

  /** Runs the module as long as its answer may change; what one without memory has answered well it answers again. */
  repeat(
    times: number,
    a?: Argument,
    b?: Argument,
    c?: Argument,
    d?: Argument,
    e?: Argument,
    f?: Argument,
  ): void {
    for (let left = times; left > 0; left--) {
      const tenure = this.active;
      const good = tenure === null ? 0 : tenure.calls - tenure.faults;
      const answer = this.call(a, b, c, d, e, f);
      if (tenure === null || tenure.calls - tenure.faults === good || !this.hasNoMemory(tenure.version))
        continue;
      while (left > 1 && this.active === tenure && this.pending === null)
        left -= this.countAgain(tenure, left - 1, answer, a, b, c, d, e, f);
    }
  }

  /** Whether a module's answer follows from its arguments alone: metering lets nothing else outlast a call. */
  private hasNoMemory({ stateWindow, bufferWindows }: ModuleVersion): boolean {
    return stateWindow.length === 0 && bufferWindows.length === 0 && !this.hook.hasImports;
  }

  /**
   * How many more calls with these arguments the module on trial surely answers well and without a penalty before one of
   * them decides anything; 0 where that is not sure.
   */
  undecidedCalls(a?: Argument, b?: Argument, c?: Argument, d?: Argument, e?: Argument, f?: Argument): number {
    const tenure = this.active;
    const { health: probe, confirmAfter } = this.hook;
    if (tenure === null || tenure.confirmed || this.pending !== null || !this.hasNoMemory(tenure.version))
      return 0;
    const answer = this.run(tenure.version, a, b, c, d, e, f);
    if (answer === FAILED) return 0;
    const untilConfirmed = confirmAfter - (tenure.calls - tenure.faults) - 1;
    if (probe === null) return untilConfirmed;
    if (probe.penalty(answer, a, b, c, d, e, f) !== 0) return 0;
    return Math.min(untilConfirmed, confirmAfter - (this.healthNow?.calls ?? 0) - 1);
  }

  /** Counts so many calls that have decided nothing: `undecidedCalls`, or fewer. */
  countUndecided(calls: number): void {
    if (calls === 0) return;
    (this.active as Tenure).calls += calls;
    if (this.hook.health === null) return;
    this.healthNow ??= new Health();
    this.healthNow.calls += calls;
  }

  /** A module has answered a call well. */
  private count(
    tenure: Tenure,
    answer: Answer,
    a: Argument,
    b: Argument,
    c: Argument,
    d: Argument,
    e: Argument,
    f: Argument,
  ): void {
    tenure.calls++;
    const { health, confirmAfter } = this.hook;
    if (health !== null) this.observe(health.penalty(answer, a, b, c, d, e, f), tenure);
    if (!tenure.confirmed && tenure.calls - tenure.faults >= confirmAfter) this.confirm(tenure);
  }

  /**
   * A module has answered so many calls well again, with the same answer: counts as many as decide nothing at once, or
   * one. Answers how many.
   */
  private countAgain(
    tenure: Tenure,
    times: number,
    answer: Answer,
    a: Argument,
    b: Argument,
    c: Argument,
    d: Argument,
    e: Argument,
    f: Argument,
  ): number {
    const { health: probe, confirmAfter } = this.hook;
    const health = this.healthNow;
    const untilConfirmed = tenure.confirmed ? times : confirmAfter - (tenure.calls - tenure.faults) - 1;
    const untilWindow = health === null ? 0 : confirmAfter - health.calls - 1;
    const counted = Math.min(times, untilConfirmed, untilWindow);
    if (health === null || probe === null || counted < 1 || probe.penalty(answer, a, b, c, d, e, f) !== 0) {
      this.count(tenure, answer, a, b, c, d, e, f);
      return 1;
    }
    tenure.calls += counted;
    health.calls += counted;
    return counted;
  }

  /** The hook is reached: switches the staged module in, unless it is not yet its time. */
  private reach(staged: Staged): void {
    if (staged.notBeforeMs > this.runtime.nowMs()) return;
    const { version, stateVersion, baseline, gate } = staged;
    const leave = gate === null ? 'go' : gate.mayActivate(this, version.hash);
    if (leave === 'wait') return;
    this.pending = null;
    if (leave === 'withdraw') {
      this.report('withdrawn', 'cohort', version.hash);
      return;
    }
    const before: Snapshot = { state: this.state.slice(), stateVersion: this.stateVersion };
    if (!this.migrate(version, stateVersion)) {
      this.state.set(before.state);
      this.keepOut(version.hash, 'migration');
      return;
    }
    const outgoing = this.active;
    if (outgoing !== null && !outgoing.confirmed) {
      // The one before the unfinished trial stays the one to fall back to, with its own snapshot.
      this.report('superseded', 'newer', outgoing.version.hash);
    } else {
      this.previous = outgoing;
      this.snapshot = before;
    }
    this.active = new Tenure(version, stateVersion, baseline ?? this.health);
    this.stateVersion = stateVersion;
    this.healthNow = null;
    this.report('activated', 'reached', version.hash);
  }

  /** Answers a call that the active module failed: by the module before, then by the default. */
  private recover(
    failed: Tenure,
    a: Argument,
    b: Argument,
    c: Argument,
    d: Argument,
    e: Argument,
    f: Argument,
  ): Answer {
    this.strike(failed);
    const standIn = this.active === failed ? this.previous : this.active;
    if (standIn !== null && standIn.stateVersion === this.stateVersion) {
      const answer = this.run(standIn.version, a, b, c, d, e, f);
      if (answer !== FAILED) {
        if (this.active === standIn) standIn.calls++;
        return answer;
      }
      if (this.active === standIn) this.strike(standIn);
    }
    return this.byDefault(a, b, c, d, e, f);
  }

  private strike(tenure: Tenure): void {
    const reason = this.fault;
    if (tenure.strike(this.hook.strikes)) this.rollBack(reason);
    else this.report('struck', reason, tenure.version.hash);
  }

  /**
   * Takes an answer into account. Once the penalties are more than a whole window may have, the module goes: on
   * trial or after it, it does legal things that are wrong.
   */
  private observe(penalty: number, tenure: Tenure | null): void {
    const { health: probe, confirmAfter } = this.hook;
    this.healthNow ??= new Health();
    const health = this.healthNow;
    health.observe(penalty, confirmAfter);
    if (penalty === 0 || tenure === null || tenure.before === null) return;
    const window = { calls: confirmAfter, penalties: health.penalties };
    if (isWorse(window, tenure.before, probe!.tolerance)) this.rollBack('health');
  }

  private confirm(tenure: Tenure): void {
    if (this.active !== tenure) return; // its last answer was one too many
    tenure.confirm();
    this.snapshot = null;
    this.report('confirmed', 'trial-passed', tenure.version.hash);
  }

  /** Takes the active module out for good and goes back to the one before it, or to the default. */
  private rollBack(reason: Reason): void {
    const failed = this.active!;
    this.active = this.previous;
    this.previous = null;
    const stateVersion = this.active === null ? 0 : this.active.stateVersion;
    // On trial the state goes back to what it was; later it is of the failed module's making.
    const kept = this.snapshot ?? { state: this.state, stateVersion: this.stateVersion };
    if (kept.stateVersion === stateVersion) this.state.set(kept.state);
    else this.state.fill(0);
    this.stateVersion = stateVersion;
    this.snapshot = null;
    this.healthNow = null;
    this.keepOut(failed.version.hash, reason);
    this.report('rolled-back', reason, failed.version.hash);
  }

  private keepOut(hash: string, reason: Reason): void {
    this.quarantinedHashes ??= new Map();
    this.quarantinedHashes.set(hash, reason);
    this.report('quarantined', reason, hash);
  }

  private report(transition: Transition, reason: Reason, hash: string): void {
    this.listener?.onTransition(this, transition, reason, hash, this.runtime.nowMs());
    this.runtime.report(this, transition, reason, hash);
  }
}
