/**
 * The canary runs a module on the vectors of its hook before any relay does, twice.
 *
 * The first pass is as in service. The second poisons the scratch memory and skips the reset, so that a module
 * which remembers or reads what it never wrote gives itself away. In service such a module could do no harm
 * (every call starts clean), but its author would be mistaken about it.
 */

import type { DecodedModule } from './decoded-module.ts';
import type { ModuleInterface, Vector, WasmValue } from './module-interface.ts';
import type { ModuleVersion, WasmFunction } from './module-version.ts';
import { refuse } from './rejection.ts';
import { tryVector } from './try-vector.ts';

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
  const trial = tryVector(version, entry, hook, vector);
  const { result } = trial;
  switch (trial.fault) {
    case 'fuel':
      return refuse('canary-fuel', `vector ${index} needs more than ${hook.fuel} fuel`);
    case 'trap':
      return refuse('canary-trap', `vector ${index}: ${trial.message}`);
    case 'host-error':
      return refuse('canary-host', `vector ${index}: ${trial.message}`);
    case 'contract':
      return refuse('canary-contract', `vector ${index}: result ${result}`);
    case 'state':
      return refuse('canary-state', `vector ${index} leaves a state outside the contract`);
    case null:
  }
  if (vector.expect !== undefined && !Object.is(vector.expect, unsignedLike(vector.expect, result))) {
    refuse('canary-result', `vector ${index}: got ${result}, expected ${vector.expect}`);
  }
  const windows = [trial.state, ...trial.buffers].map((bytes) => Buffer.from(bytes).toString('hex'));
  return `${Object.is(result, -0) ? '-0' : result}:${windows.join()}`;
}

/** WebAssembly hands integers over as signed; an expectation may be written unsigned. */
function unsignedLike(expected: WasmValue, result: WasmValue | undefined): WasmValue | undefined {
  if (typeof expected === 'number' && typeof result === 'number' && expected > 0x7fffffff && result < 0) {
    return result >>> 0;
  }
  if (typeof expected === 'bigint' && typeof result === 'bigint' && expected > 0n && result < 0n) {
    return BigInt.asUintN(64, result);
  }
  return result;
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
