/**
 * One admitted module, ready to run: one instance for each thread, shared by all relays of that thread.
 *
 * Sharing is sound because the metered module keeps nothing between calls: a relay's state is copied into
 * the state window before a call, and out after one that succeeded.
 */

import { type CompiledModule, type WasmGlobal, type WasmMemory, wasmEngine } from './engine.ts';
import { ADDED } from './meter.ts';
import { CORE, MIGRATE, type ModuleInterface, type WasmValue } from './module-interface.ts';

/** A WebAssembly function; JavaScript passes what fits and ignores the rest. */
export type WasmFunction = (...args: (WasmValue | undefined)[]) => WasmValue | undefined;

/** Whose call is under way on this thread, for the functions of the core that modules call. */
export interface Caller {
  owner: unknown;
  /** Such a function threw; whoever called the module takes note and clears it. */
  failed: boolean;
}

/** What was learned of a module on the way, for people and tools. */
export interface ModuleFacts {
  readonly bytes: number;
  readonly meteredBytes: number;
  readonly functions: number;
  readonly instructions: number;
  readonly loops: number;
  readonly stackBytes: number;
  /** Fuel of each vector in the canary, and the budget of a call. */
  readonly vectorFuel: readonly number[];
  readonly fuel: number;
}

export class ModuleVersion {
  /** SHA-256 of the original binary, hexadecimal. */
  readonly hash: string;
  readonly hookId: string;
  readonly interfaceVersion: number;
  readonly entry: WasmFunction;
  /** The entry without reset and wipe; the canary alone may use it. */
  readonly rawEntry: WasmFunction;
  readonly migrate: WasmFunction | null;
  /** The whole page; empty for a module without memory. */
  readonly memory: Uint8Array;
  readonly stateWindow: Uint8Array;
  readonly bufferWindows: readonly Uint8Array[];
  facts: ModuleFacts;
  private readonly fuelGlobal: WasmGlobal;
  private readonly dirtyGlobal: WasmGlobal;

  constructor(
    hash: string,
    hook: ModuleInterface,
    compiled: CompiledModule,
    caller: Caller,
    facts: ModuleFacts,
  ) {
    const core: Record<string, unknown> = {};
    for (const [name, host] of Object.entries(hook.imports)) {
      core[name] = (...args: WasmValue[]) => {
        try {
          return host.run(caller.owner, ...args);
        } catch (error) {
          caller.failed = true;
          throw error;
        }
      };
    }
    const { exports } = new wasmEngine.Instance(compiled, { [CORE]: core });
    this.hash = hash;
    this.hookId = hook.id;
    this.interfaceVersion = hook.interfaceVersion;
    const entry = exports[hook.entry] as WasmFunction;
    this.entry = Object.keys(hook.imports).length > 0 ? notReentrant(entry) : entry;
    this.rawEntry = exports[ADDED.raw] as WasmFunction;
    this.migrate = (exports[MIGRATE] as WasmFunction | undefined) ?? null;
    const memory = exports[ADDED.memory] as WasmMemory | undefined;
    this.memory = memory === undefined ? new Uint8Array(0) : new Uint8Array(memory.buffer);
    const window = ({ at, bytes }: { at: number; bytes: number }) => this.memory.subarray(at, at + bytes);
    this.stateWindow = window(hook.layout.state);
    this.bufferWindows = hook.layout.buffers.map(window);
    this.fuelGlobal = exports[ADDED.fuel] as WasmGlobal;
    this.dirtyGlobal = exports[ADDED.dirty] as WasmGlobal;
    this.facts = facts;
  }

  /** Fuel left by the last call; below zero if it ran out. */
  get fuelLeft(): number {
    return this.fuelGlobal.value;
  }

  /** Makes the next call wipe all of scratch: after the host has written there. */
  markAllDirty(): void {
    this.dirtyGlobal.value = -1;
  }
}

/** A function of the core that calls back into the module would give it new fuel and wipe its memory. */
function notReentrant(entry: WasmFunction): WasmFunction {
  let running = false;
  return (...args) => {
    if (running) throw new Error('a function of the core called the hook whose module had called it');
    running = true;
    try {
      return entry(...args);
    } finally {
      running = false;
    }
  };
}
