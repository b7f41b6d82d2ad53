/**
 * Tests an update as its author would: builds it, has it admitted, runs its vectors, and measures its fuel.
 */

import path from 'node:path';
import { catalogue } from '../../node/hooks/catalogue/catalogue.ts';
import { type AnyHook, unsigned } from '../../node/hooks/define-hook.ts';
import { admit } from '../../node/wasm/admit.ts';
import type { WasmValue } from '../../node/wasm/module-interface.ts';
import type { ModuleFacts, ModuleVersion } from '../../node/wasm/module-version.ts';
import type { Rejected } from '../../node/wasm/rejection.ts';
import { tryVector } from '../../node/wasm/try-vector.ts';
import { type BuiltUpdate, buildUpdate } from '../build.ts';
import { UPDATE_FILE, UpdateError } from '../update-file.ts';
import { argumentSampler } from './sample-arguments.ts';
import { type FileVector, readVectors } from './vector-file.ts';

/** Argument lists of the fuel profile, besides the vectors. */
const SAMPLES = 2000;

export interface VectorReport {
  readonly title: string;
  readonly fuel: number;
  /** What is wrong; null for a vector that passed. */
  readonly problem: string | null;
}

export interface FuelProfile {
  readonly budget: number;
  readonly calls: number;
  readonly least: number;
  readonly mean: number;
  readonly most: number;
  /** The arguments that cost most. */
  readonly mostFor: string;
  /** Calls that failed, by how. */
  readonly faults: ReadonlyMap<string, number>;
}

export interface UpdateReport {
  readonly update: BuiltUpdate;
  readonly hook: AnyHook;
  readonly rejected: Rejected | null;
  readonly facts: ModuleFacts | null;
  readonly vectors: readonly VectorReport[];
  readonly profile: FuelProfile | null;
  readonly passed: boolean;
}

/** The hook that an update attaches to. Throws `UpdateError`. */
export function hookOf(update: { hook: string; interfaceVersion: number; folder: string }): AnyHook {
  const hook = catalogue.get(update.hook);
  const file = path.join(update.folder, UPDATE_FILE);
  if (hook === undefined) {
    throw new UpdateError(`${file}: hook: no ${update.hook}; there are ${[...catalogue.keys()].join(', ')}`);
  }
  if (hook.interfaceVersion !== update.interfaceVersion) {
    throw new UpdateError(`${file}: interfaceVersion: ${hook.id} is at ${hook.interfaceVersion}`);
  }
  return hook;
}

export async function testUpdate(folder: string): Promise<UpdateReport> {
  const update = await buildUpdate(folder);
  const hook = hookOf(update);
  const own = readVectors(update.folder, hook);
  const admission = admit(update.wasm, hook);
  if ('rejected' in admission) {
    return { update, hook, rejected: admission, facts: null, vectors: [], profile: null, passed: false };
  }
  const { admitted } = admission;
  const vectors = own.map((vector) => runVector(admitted, hook, vector));
  const profile = profileFuel(admitted, hook, own);
  const passed = vectors.every(({ problem }) => problem === null) && profile.faults.size === 0;
  return { update, hook, rejected: null, facts: admitted.facts, vectors, profile, passed };
}

function runVector(version: ModuleVersion, hook: AnyHook, vector: FileVector): VectorReport {
  const trial = tryVector(version, version.entry, hook, vector);
  const report = (problem: string | null) => ({ title: vector.title, fuel: trial.fuel, problem });
  if (trial.fault !== null) return report([trial.fault, trial.message].filter(Boolean).join(': '));
  const result = unsigned(hook.result, trial.result);
  if (vector.expect !== undefined && !Object.is(result, vector.expect)) {
    return report(`result ${result}, expected ${vector.expect}`);
  }
  const { expectState, expectBuffers } = vector;
  if (expectState !== null && Buffer.compare(trial.state, expectState) !== 0) {
    return report(`state ${hex(trial.state)}, expected ${hex(expectState)}`);
  }
  for (const [name, expected] of expectBuffers) {
    const place = hook.parameters.findIndex((parameter) => parameter.name === name);
    const found = trial.buffers[hook.bufferOf[place]];
    if (Buffer.compare(found, expected) !== 0)
      return report(`${name} is ${hex(found)}, expected ${hex(expected)}`);
  }
  return report(null);
}

function profileFuel(version: ModuleVersion, hook: AnyHook, own: readonly FileVector[]): FuelProfile {
  const sampleArgs = argumentSampler(hook);
  const faults = new Map<string, number>();
  let [least, most, sum, calls] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  let mostFor = '';
  let state = new Uint8Array(hook.stateBytes);
  const measure = (args: readonly (WasmValue | Uint8Array)[], from: Uint8Array) => {
    const trial = tryVector(version, version.entry, hook, { args, state: from });
    if (trial.fault !== null) faults.set(trial.fault, (faults.get(trial.fault) ?? 0) + 1);
    // A module works on the states that it makes itself.
    else if (trial.state.length > 0) state = new Uint8Array(trial.state);
    calls++;
    sum += trial.fuel;
    least = Math.min(least, trial.fuel);
    if (trial.fuel <= most) return;
    most = trial.fuel;
    mostFor = args.map(shown).join(', ');
  };
  for (const vector of [...hook.vectors, ...own]) measure(vector.args, vector.state ?? state);
  for (let i = 0; i < SAMPLES; i++) measure(sampleArgs(), state);
  return { budget: hook.fuel, calls, least, mean: Math.round(sum / calls), most, mostFor, faults };
}

function shown(value: WasmValue | Uint8Array): string {
  return typeof value === 'object' ? `${value.length} bytes ${hex(value)}` : String(value);
}

/** Hexadecimal without the zeros at the end, as vectors.json has it, and not endless. */
function hex(bytes: Uint8Array): string {
  const text = Buffer.from(bytes)
    .toString('hex')
    .replace(/(00)+$/, '');
  return text.length <= 80 ? `"${text}"` : `"${text.slice(0, 80)}…"`;
}
