/**
 * Where calls of a hook are answered in one relay: by a module on the state that is kept here, or by the default.
 *
 * Of a call that fails nothing stays, neither in the state nor in the buffers. Which module answers is slot.ts's affair.
 */

import { wasmEngine } from '../wasm/engine.ts';
import type { WasmValue } from '../wasm/module-interface.ts';
import type { ModuleVersion } from '../wasm/module-version.ts';
import { acceptsBuffers, passBuffers, returnBuffers } from './buffer-passing.ts';
import { type AnyHook, unsigned } from './define-hook.ts';
import type { HookRuntime } from './hook-runtime.ts';
import type { Reason } from './transition.ts';

/** An argument on its way: a scalar, bytes, or undefined beyond the last; `call` has checked its type. */
export type Argument = unknown;
export type Answer = WasmValue | undefined;

/** A call that failed; the reason stands in `fault`. */
export const FAILED = Symbol('failed');
const NO_STATE = new Uint8Array(0);

export abstract class CallSite {
  // What every call looks at stands first, so that it lies together in memory.
  readonly hook: AnyHook;
  /** Comes into being when it is first needed. */
  private keptState: Uint8Array | null = null;
  protected readonly runtime: HookRuntime;
  /** What the slot was made for, a relay for instance; handed to the functions that modules import. */
  readonly owner: unknown;
  /** Layout of the state. */
  protected stateVersion = 0;
  protected fault: Reason = 'trap';

  constructor(hook: AnyHook, runtime: HookRuntime, owner: unknown) {
    this.hook = hook;
    this.runtime = runtime;
    this.owner = owner;
  }

  protected get state(): Uint8Array {
    this.keptState ??= this.hook.stateBytes === 0 ? NO_STATE : new Uint8Array(this.hook.stateBytes);
    return this.keptState;
  }

  protected byDefault(a: Argument, b: Argument, c: Argument, d: Argument, e: Argument, f: Argument): Answer {
    const { fallback, parameters, defaultTakesState } = this.hook;
    const state = defaultTakesState ? this.state : NO_STATE;
    switch (parameters.length) {
      case 0:
        return fallback(state) as Answer;
      case 1:
        return fallback(a, state) as Answer;
      case 2:
        return fallback(a, b, state) as Answer;
      case 3:
        return fallback(a, b, c, state) as Answer;
      case 4:
        return fallback(a, b, c, d, state) as Answer;
      case 5:
        return fallback(a, b, c, d, e, state) as Answer;
      default:
        return fallback(a, b, c, d, e, f, state) as Answer;
    }
  }

  /** Runs a module on the slot's state; the state and the buffers change only if all went well. */
  protected run(
    version: ModuleVersion,
    a: Argument,
    b: Argument,
    c: Argument,
    d: Argument,
    e: Argument,
    f: Argument,
  ): Answer | typeof FAILED {
    const { hook } = this;
    if (version.stateWindow.length !== 0) version.stateWindow.set(this.state);
    if (hook.hasImports) this.runtime.caller.owner = this.owner;
    if (version.bufferWindows.length !== 0) return this.runWithBuffers(version, [a, b, c, d, e, f]);
    let answer: Answer;
    try {
      answer = version.entry(a as Answer, b as Answer, c as Answer, d as Answer, e as Answer, f as Answer);
    } catch (error) {
      return this.failed(version, error);
    }
    if (hook.resultUnsigned) answer = unsigned(hook.result, answer);
    if (hook.check !== null && !hook.check(answer, a, b, c, d, e, f)) {
      this.fault = 'contract';
      return FAILED;
    }
    return this.keepState(version) ? answer : FAILED;
  }

  private runWithBuffers(version: ModuleVersion, args: readonly Argument[]): Answer | typeof FAILED {
    const { hook } = this;
    const passed = passBuffers(hook, version, args);
    let answer: Answer;
    try {
      answer = version.entry(passed[0], passed[1], passed[2], passed[3], passed[4], passed[5]);
    } catch (error) {
      return this.failed(version, error);
    }
    if (hook.resultUnsigned) answer = unsigned(hook.result, answer);
    if (!acceptsBuffers(hook, version, answer, args)) {
      this.fault = 'contract';
      return FAILED;
    }
    if (!this.keepState(version)) return FAILED;
    returnBuffers(hook, version, args);
    return answer;
  }

  private keepState(version: ModuleVersion): boolean {
    if (version.stateWindow.length === 0) return true;
    if (this.hook.checkState !== null && !this.hook.checkState(version.stateWindow)) {
      this.fault = 'state';
      return false;
    }
    this.state.set(version.stateWindow);
    return true;
  }

  private failed(version: ModuleVersion, error: unknown): typeof FAILED {
    this.fault = this.reasonOf(version, error);
    return FAILED;
  }

  /** Why a call of a module ended in an exception. Throws one that is not the module's fault. */
  private reasonOf(version: ModuleVersion, error: unknown): Reason {
    const { caller } = this.runtime;
    if (caller.failed) {
      caller.failed = false;
      return 'host-error';
    }
    if (version.fuelLeft < 0) return 'fuel';
    if (error instanceof wasmEngine.RuntimeError) return 'trap';
    // The stack was at its end before the module had begun: nobody could answer this call.
    throw error;
  }

  /** Converts the state to the module's layout; false if the module failed to. */
  protected migrate(version: ModuleVersion, stateVersion: number): boolean {
    const { hook, state } = this;
    if (version.migrate === null) {
      // Nobody can read the old layout: the module starts afresh.
      if (stateVersion !== this.stateVersion) state.fill(0);
      return true;
    }
    for (const window of version.bufferWindows) window.fill(0);
    if (version.stateWindow.length > 0) version.stateWindow.set(state);
    this.runtime.caller.owner = this.owner;
    try {
      if (version.migrate(this.stateVersion) !== 0) return false;
    } catch (error) {
      this.reasonOf(version, error);
      return false;
    }
    if (version.stateWindow.length === 0) return true;
    if (!hook.acceptsState(version.stateWindow)) return false;
    state.set(version.stateWindow);
    return true;
  }
}
