/** Runs a module on one vector and says what came of it. */

import { wasmEngine } from './engine.ts';
import type { ModuleInterface, Vector, WasmValue } from './module-interface.ts';
import type { ModuleVersion, WasmFunction } from './module-version.ts';

/** How a run failed; null in a trial that did not. */
export type TrialFault = 'fuel' | 'trap' | 'host-error' | 'contract' | 'state';

export interface Trial {
  readonly fault: TrialFault | null;
  /** The engine's words for a trap; they differ between versions, and are for people only. */
  readonly message: string;
  readonly result: WasmValue | undefined;
  /** Fuel used; more than the budget if it ran out. */
  readonly fuel: number;
  /** The state and the buffers as the module left them. */
  readonly state: Uint8Array;
  readonly buffers: readonly Uint8Array[];
}

export function tryVector(
  version: ModuleVersion,
  entry: WasmFunction,
  hook: ModuleInterface,
  vector: Vector,
): Trial {
  const { passed, changed } = placeArguments(version, hook, vector);
  let result: WasmValue | undefined;
  let fault: TrialFault | null = null;
  let message = '';
  try {
    result = entry(...passed);
    if (!hook.accepts(result, vector.args, changed)) fault = 'contract';
    else if (version.stateWindow.length > 0 && !hook.acceptsState(version.stateWindow)) fault = 'state';
  } catch (error) {
    message = (error as Error).message;
    if (version.fuelLeft < 0) fault = 'fuel';
    else fault = error instanceof wasmEngine.RuntimeError ? 'trap' : 'host-error';
  }
  return {
    fault,
    message,
    result,
    fuel: hook.fuel - version.fuelLeft,
    state: version.stateWindow.slice(),
    buffers: version.bufferWindows.map((window) => window.slice()),
  };
}

/** Writes state and buffers into the windows; answers the arguments to pass, and those that checks see. */
function placeArguments(
  version: ModuleVersion,
  hook: ModuleInterface,
  vector: Vector,
): { passed: WasmValue[]; changed: (WasmValue | Uint8Array)[] } {
  version.stateWindow.fill(0);
  if (vector.state !== undefined) {
    version.stateWindow.set(vector.state.subarray(0, version.stateWindow.length));
  }
  const passed: WasmValue[] = [];
  const changed: (WasmValue | Uint8Array)[] = [];
  for (const [position, argument] of vector.args.entries()) {
    const buffer = hook.bufferOf[position] ?? -1;
    if (buffer >= 0 && typeof argument === 'object') {
      const window = version.bufferWindows[buffer];
      window.set(argument);
      passed.push(hook.layout.buffers[buffer].at);
      changed.push(hook.writable[buffer] ? window : argument);
    } else {
      passed.push(argument as WasmValue);
      changed.push(argument);
    }
  }
  return { passed, changed };
}
