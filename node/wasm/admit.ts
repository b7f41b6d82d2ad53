/**
 * Admission: from the bytes of a stranger to a module that a relay may run.
 *
 * The steps stand in `admit`, in their order. A module that passes is total (it ends), pure (it remembers
 * nothing) and deterministic (fuel, results and traps are the same on every machine). Whatever the bytes, the
 * answer is a value; an exception would be a defect of this room.
 */

import { createHash } from 'node:crypto';
import type { BodyPlan } from './body-plan.ts';
import { checkCallGraph } from './call-graph.ts';
import { runCanary } from './canary.ts';
import { decodeModule } from './decode-module.ts';
import type { DecodedModule } from './decoded-module.ts';
import { type CompiledModule, wasmEngine } from './engine.ts';
import { meterModule } from './meter.ts';
import { checkInterface, type HostFunction, type ModuleInterface, type Vector } from './module-interface.ts';
import { type Caller, ModuleVersion } from './module-version.ts';
import { planBody } from './plan-body.ts';
import { Refusal, type Rejected, refuse } from './rejection.ts';

export type Admission = { readonly admitted: ModuleVersion } | Rejected;

export interface AdmitOptions {
  /** Vectors that came with the module, run in the canary after the hook's own. */
  readonly vectors?: readonly Vector[];
  /** Who calls, for the functions that the core offers; the canary's calls have no owner. */
  readonly caller?: Caller;
}

/** Admits or refuses the bytes of a module for a hook. Never throws; synchronous; 1 to 3 ms. */
export function admit(given: Uint8Array, hook: ModuleInterface, options: AdmitOptions = {}): Admission {
  try {
    if (given.length > hook.limits.bytes) {
      refuse('too-large', `${given.length} bytes, the limit is ${hook.limits.bytes}`);
    }
    // Whoever holds the buffer may write to it later, even from another thread.
    const bytes = new Uint8Array(given);
    const prepared = prepare(bytes, hook);
    const { module, plans } = prepared;
    const metered = meterModule(module, plans, hook, prepared.shimmed);
    const caller = options.caller ?? { owner: null, failed: false };
    const vectors = [...hook.vectors, ...(options.vectors ?? [])];
    const version = instantiate(createHash('sha256').update(bytes).digest('hex'), hook, metered, caller, {
      bytes: bytes.length,
      meteredBytes: metered.length,
      functions: module.bodies.length,
      instructions: plans.reduce((sum, plan) => sum + plan.instructions, 0),
      loops: plans.reduce((sum, plan) => sum + plan.loops, 0),
      stackBytes: prepared.stackBytes,
      vectorFuel: [],
      fuel: hook.fuel,
    });
    const owner = caller.owner;
    caller.owner = null;
    try {
      version.facts = { ...version.facts, vectorFuel: runCanary(version, module, hook, vectors) };
    } finally {
      caller.owner = owner;
      caller.failed = false;
    }
    return { admitted: version };
  } catch (error) {
    if (error instanceof Refusal) return error.toRejected();
    return { rejected: 'internal-error', detail: String(error) };
  }
}

interface Prepared {
  readonly module: DecodedModule;
  readonly plans: BodyPlan[];
  readonly shimmed: ReadonlySet<number>;
  readonly stackBytes: number;
}

/**
 * Everything up to the rewriting. The engine's validator has the last word, since engines of different ages
 * accept different features: what they could differ on has been refused by then, under its own name.
 */
function prepare(bytes: Uint8Array, hook: ModuleInterface): Prepared {
  const module = decodeModule(bytes, hook.limits);
  const imported = checkInterface(module, hook);
  const shimmed = new Set(imported.flatMap((host, index) => (takesFloats(host) ? [index] : [])));
  const importFuel = imported.map((host) => host.fuel);
  const context = { module, limits: hook.limits, layout: hook.layout, importFuel, shimmed };
  const plans = module.bodies.map((body, index) => planBody(body, module.importedFunctions + index, context));
  const stackBytes = checkCallGraph(module, plans, hook.limits);
  if (!wasmEngine.validate(bytes)) refuse('invalid', 'the validator refuses the module');
  return { module, plans, shimmed, stackBytes };
}

function takesFloats(host: HostFunction): boolean {
  return host.parameters.some((type) => type === 'f32' || type === 'f64');
}

function instantiate(
  hash: string,
  hook: ModuleInterface,
  metered: Uint8Array,
  caller: Caller,
  facts: ModuleVersion['facts'],
): ModuleVersion {
  let compiled: CompiledModule;
  try {
    compiled = new wasmEngine.Module(metered);
  } catch (error) {
    return refuse('compile-failed', String(error));
  }
  try {
    return new ModuleVersion(hash, hook, compiled, caller, facts);
  } catch (error) {
    return refuse('instantiate-failed', String(error));
  }
}
