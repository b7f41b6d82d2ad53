/**
 * The canary runs a module on the vectors of its hook before any relay does, twice.
 *
 * The first pass is as in service. The second poisons the scratch memory and skips the reset, so that a module
 * which remembers or reads what it never wrote gives itself away. In service such a module could do no harm
 * (every call starts clean), but its author would be mistaken about it.
 */

import type { DecodedModule } from './decode-module.ts';
import { wasmEngine } from './engine.ts';
import type { ModuleInterface, Vector, WasmValue } from './module-interface.ts';
import type { ModuleVersion, WasmFunction } from './module-version.ts';
import { refuse } from './rejection.ts';

const POISON = 0xa5;

/** Fuel that each vector used. Refuses on the first vector that goes wrong. */
export function runCanary(
  version: ModuleVersion,
  module: DecodedModule,
  hook: ModuleInterface,
  vectors: readonly Vector[],
): number[] {
  const fuel: number[] = [];
  const clean = vectors.map((vector, index) => {
    const outcome = runVector(version, version.entry, hook, vector, index);
    fuel.push(hook.fuel - version.fuelLeft);
    return outcome;
  });
  poisonScratch(version, module, hook);
  for (const [index, vector] of vectors.entries()) {
    const dirty = runVector(version, version.rawEntry, hook, vector, index);
    const used = hook.fuel - version.fuelLeft;
    if (dirty !== clean[index] || used !== fuel[index]) {
      refuse(
        'canary-impure',
        `vector ${index}: ${clean[index]} and ${fuel[index]} fuel, then ${dirty} and ${used}`,
      );
    }
  }
  version.markAllDirty();
  return fuel;
}

function runVector(
  version: ModuleVersion,
  entry: WasmFunction,
  hook: ModuleInterface,
  vector: Vector,
  index: number,
): string {
  const args = placeArguments(version, hook, vector);
  let result: WasmValue | undefined;
  try {
    result = entry(...args.passed);
  } catch (error) {
    if (version.fuelLeft < 0) refuse('canary-fuel', `vector ${index} needs more than ${hook.fuel} fuel`);
    if (!(error instanceof wasmEngine.RuntimeError))
      refuse('canary-host', `vector ${index}: ${String(error)}`);
    refuse('canary-trap', `vector ${index}: ${(error as Error).message}`);
  }
  if (!hook.accepts(result, vector.args, args.seen))
    refuse('canary-contract', `vector ${index}: result ${result}`);
  if (version.stateWindow.length > 0 && !hook.acceptsState(version.stateWindow)) {
    refuse('canary-state', `vector ${index} leaves a state outside the contract`);
  }
  if (vector.expect !== undefined && !Object.is(vector.expect, result)) {
    refuse('canary-result', `vector ${index}: got ${result}, expected ${vector.expect}`);
  }
  const windows = [version.stateWindow, ...version.bufferWindows];
  return `${Object.is(result, -0) ? '-0' : result}:${windows.map((w) => Buffer.from(w).toString('hex')).join()}`;
}

/** Writes state and buffers into the windows; answers the arguments to pass and those that checks see. */
export function placeArguments(
  version: ModuleVersion,
  hook: ModuleInterface,
  vector: Vector,
): { passed: WasmValue[]; seen: (WasmValue | Uint8Array)[] } {
  version.stateWindow.fill(0);
  if (vector.state !== undefined)
    version.stateWindow.set(vector.state.subarray(0, version.stateWindow.length));
  const passed: WasmValue[] = [];
  const seen: (WasmValue | Uint8Array)[] = [];
  for (const [position, argument] of vector.args.entries()) {
    const buffer = hook.bufferOf[position] ?? -1;
    if (buffer >= 0 && typeof argument === 'object') {
      const window = version.bufferWindows[buffer];
      window.set(argument);
      passed.push(hook.layout.buffers[buffer].at);
      seen.push(hook.writable[buffer] ? window : argument);
    } else {
      passed.push(argument as WasmValue);
      seen.push(argument);
    }
  }
  return { passed, seen };
}

/** Fills all scratch but the module's data with noise. */
function poisonScratch(version: ModuleVersion, module: DecodedModule, hook: ModuleInterface): void {
  const { memory } = version;
  if (memory.length === 0) return;
  // One call in service mode has laid out the data; keep it.
  const data = module.segments.map(({ address, from, to }) => ({
    address,
    bytes: memory.slice(address, address + to - from),
  }));
  memory.fill(POISON, hook.layout.scratchAt);
  for (const { address, bytes } of data) memory.set(bytes, address);
}
