/**
 * Defines a hook: a named place in the core where an update can be attached.
 *
 * The definition is the whole contract: what a module receives and returns, what it may import, what it may
 * spend, what is checked, and what the core does when there is no module. Defining runs the default on the
 * vectors, so that a hook whose own default breaks its contract never comes to life.
 */

import assert from 'node:assert/strict';
import type { FunctionType } from '../wasm/decoded-module.ts';
import { DEFAULT_LIMITS, type ModuleLimits } from '../wasm/limits.ts';
import { layOut, type MemoryLayout } from '../wasm/memory-layout.ts';
import {
  type HostFunction,
  MIGRATE,
  type ModuleInterface,
  type Vector,
  type WasmValue,
} from '../wasm/module-interface.ts';
import { type ArgumentsOf, type Parameter, type ResultKind, scalarType, type ValueOf } from './parameter.ts';

/** Most parameters of a hook: a call passes them without an array. */
export const MAX_PARAMETERS = 6;
/** Most fuel of one call, about a third of a second. */
export const MAX_FUEL = 2 ** 30;

/** When a faulting module is taken out. */
export interface StrikePolicy {
  /** Faults that end a trial. */
  readonly onTrial: number;
  /** Faults within `windowCalls` calls that end a confirmed module. */
  readonly whenConfirmed: number;
  readonly windowCalls: number;
}

/**
 * How a relay tells that a module does legal but wrong things: a penalty for each answer.
 *
 * A module is taken out once its penalties exceed what a window of `confirmAfter` calls may have: the mean before
 * it was switched in, and the tolerance on top.
 */
export interface HealthProbe<Arguments extends readonly unknown[], Result> {
  /** Penalty of one answer, a whole number from 0 (good) to 1000: the same whenever answer and arguments are. */
  readonly penalty: (result: Result, ...args: Arguments) => number;
  /** How much higher than before the mean penalty may be. */
  readonly tolerance: number;
  /** The default's penalties are not measured, and count as none. */
  readonly defaultIsPerfect?: boolean;
}

export interface HookDefinition<Parameters extends readonly Parameter[], Kind extends ResultKind> {
  /** Lower-case words joined by `-`. */
  readonly id: string;
  /** Counts up with every change that an existing module would notice. */
  readonly interfaceVersion: number;
  /** One sentence for the list of hooks. */
  readonly summary: string;
  /** Name of the function that a module exports. */
  readonly entry: string;
  readonly parameters: Parameters;
  readonly result: Kind;
  /**
   * What the core does by itself, purely but for `state`, which is the relay's and may be changed. A default that
   * does not name `state` as a parameter of its own is given none, and relays on it keep none.
   */
  readonly default: (...args: [...ArgumentsOf<Parameters>, state: Uint8Array]) => ValueOf<Kind>;
  /** Whether a module's answer lies within the contract; buffers that it may change are seen as changed. */
  readonly check?: (result: ValueOf<Kind>, ...args: ArgumentsOf<Parameters>) => boolean;
  /** Whether a module may have changed the buffers so, for hooks with buffers that it may change. */
  readonly checkBuffers?: (given: ArgumentsOf<Parameters>, changed: ArgumentsOf<Parameters>) => boolean;
  /** Bytes of state that a relay keeps for this hook, at most 256. */
  readonly stateBytes?: number;
  readonly checkState?: (state: Uint8Array) => boolean;
  /** Functions of the core that a module may import from `core`. */
  readonly imports?: Readonly<Record<string, HostFunction>>;
  /** Fuel of one call. */
  readonly fuel: number;
  /** Fuel of one migration of state; ten calls' worth by default. */
  readonly migrateFuel?: number;
  /** Arguments on which every module is tried before it runs. */
  readonly vectors: readonly HookVector<Parameters, Kind>[];
  /** Good calls that end a trial. */
  readonly confirmAfter?: number;
  readonly strikes?: Partial<StrikePolicy>;
  readonly health?: HealthProbe<ArgumentsOf<Parameters>, ValueOf<Kind>>;
  readonly limits?: Partial<ModuleLimits>;
}

export interface HookVector<Parameters extends readonly Parameter[], Kind extends ResultKind> {
  readonly args: ArgumentsOf<Parameters>;
  readonly state?: Uint8Array;
  /** The answer that every implementation must give. */
  readonly expect?: ValueOf<Kind>;
}

/** A defined hook. Make one with `defineHook`; it is immutable and shared by all relays. */
export interface Hook<
  Parameters extends readonly Parameter[] = readonly Parameter[],
  Kind extends ResultKind = ResultKind,
> extends ModuleInterface {
  readonly summary: string;
  readonly parameters: Parameters;
  readonly result: Kind;
  readonly stateBytes: number;
  /** The default, as the slot calls it: the state stands behind the arguments. */
  readonly fallback: (...args: unknown[]) => ValueOf<Kind>;
  readonly defaultTakesState: boolean;
  readonly confirmAfter: number;
  readonly strikes: StrikePolicy;
  readonly health: HealthProbe<unknown[], unknown> | null;
  readonly check: ((result: unknown, ...args: unknown[]) => boolean) | null;
  readonly checkBuffers: ((given: readonly unknown[], changed: readonly unknown[]) => boolean) | null;
  readonly checkState: ((state: Uint8Array) => boolean) | null;
  readonly hasImports: boolean;
  /** Whether the answer needs turning from signed to unsigned. */
  readonly resultUnsigned: boolean;
}

/** A hook of any shape, for code that only carries hooks about. */
export type AnyHook = Hook<readonly Parameter[], ResultKind>;

const DEFAULT_STRIKES: StrikePolicy = { onTrial: 1, whenConfirmed: 3, windowCalls: 1000 };

export function defineHook<const Parameters extends readonly Parameter[], const Kind extends ResultKind>(
  definition: HookDefinition<Parameters, Kind>,
): Hook<Parameters, Kind> {
  checkDefinition(definition as unknown as HookDefinition<readonly Parameter[], ResultKind>);
  const { parameters, result } = definition;
  const stateBytes = definition.stateBytes ?? 0;
  const buffers = parameters.filter((parameter) => parameter.kind === 'bytes');
  const layout: MemoryLayout = layOut(
    stateBytes,
    buffers.map((buffer) => buffer.bytes),
  );
  let buffer = 0;
  const bufferOf = parameters.map((parameter) => (parameter.kind === 'bytes' ? buffer++ : -1));
  const entryType: FunctionType = {
    parameters: parameters.map(({ kind }) => (kind === 'bytes' ? 'i32' : scalarType(kind))),
    results: result === 'none' ? [] : [scalarType(result)],
  };
  const check = (definition.check ?? null) as Hook['check'];
  const checkBuffers = (definition.checkBuffers ?? null) as Hook['checkBuffers'];
  const checkState = definition.checkState ?? null;
  const hook: Hook<Parameters, Kind> = {
    id: definition.id,
    interfaceVersion: definition.interfaceVersion,
    summary: definition.summary,
    parameters,
    result,
    entry: definition.entry,
    entryType,
    imports: definition.imports ?? {},
    hasImports: Object.keys(definition.imports ?? {}).length > 0,
    fuel: definition.fuel,
    migrateFuel: definition.migrateFuel ?? Math.min(definition.fuel * 10, MAX_FUEL),
    resultUnsigned: result === 'u32' || result === 'u64',
    layout,
    bufferOf,
    writable: buffers.map((parameter) => parameter.writable),
    stateBytes,
    vectors: definition.vectors as readonly Vector[],
    limits: { ...DEFAULT_LIMITS, ...definition.limits },
    accepts: (value, given, changed) =>
      (check === null || check(unsigned(result, value), ...changed)) &&
      (checkBuffers === null || checkBuffers(given, changed)),
    acceptsState: (state) => checkState === null || checkState(state),
    defaultTakesState: stateBytes > 0 && definition.default.length > parameters.length,
    fallback: definition.default as unknown as (...args: unknown[]) => ValueOf<Kind>,
    confirmAfter: definition.confirmAfter ?? 1000,
    strikes: { ...DEFAULT_STRIKES, ...definition.strikes },
    health: (definition.health ?? null) as Hook['health'],
    check,
    checkBuffers,
    checkState,
  };
  checkDefault(hook);
  return Object.freeze(hook);
}

/** WebAssembly hands integers over as signed; a hook may have declared them unsigned. */
export function unsigned(kind: ResultKind, value: WasmValue | undefined): WasmValue | undefined {
  if (kind === 'u32') return (value as number) >>> 0;
  if (kind === 'u64') return BigInt.asUintN(64, value as bigint);
  return value;
}

function checkDefinition(definition: HookDefinition<readonly Parameter[], ResultKind>): void {
  const { id, entry, parameters, fuel, migrateFuel = 1, confirmAfter = 1, stateBytes = 0 } = definition;
  assert.match(id, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'a hook id is lower-case words joined by -');
  assert.ok(Number.isSafeInteger(definition.interfaceVersion) && definition.interfaceVersion >= 1);
  assert.ok(
    entry.length > 0 && entry !== MIGRATE && entry !== 'memory' && !entry.startsWith('$'),
    `entry ${entry}`,
  );
  assert.ok(parameters.length <= MAX_PARAMETERS, `${id}: at most ${MAX_PARAMETERS} parameters`);
  assert.equal(
    new Set(parameters.map(({ name }) => name)).size,
    parameters.length,
    `${id}: parameter names repeat`,
  );
  for (const amount of [fuel, migrateFuel]) {
    assert.ok(Number.isSafeInteger(amount) && amount > 0 && amount <= MAX_FUEL, `${id}: fuel ${amount}`);
  }
  for (const [name, host] of Object.entries(definition.imports ?? {})) {
    assert.ok(name !== 'memory' && host.results.length <= 1, `${id}: import ${name}`);
    assert.ok(
      Number.isSafeInteger(host.fuel) && host.fuel >= 0 && host.fuel <= MAX_FUEL,
      `${id}: fuel of ${name}`,
    );
  }
  assert.ok(Number.isSafeInteger(confirmAfter) && confirmAfter >= 1, `${id}: confirmAfter ${confirmAfter}`);
  assert.ok(
    stateBytes % 4 === 0 && stateBytes >= 0 && stateBytes <= 256,
    `${id}: state of ${stateBytes} bytes`,
  );
  assert.ok(definition.vectors.length > 0, `${id}: a hook needs vectors, or nothing is tried before it runs`);
}

function checkDefault(hook: AnyHook): void {
  for (const [index, vector] of hook.vectors.entries()) {
    assert.equal(vector.args.length, hook.parameters.length, `${hook.id}: arguments of vector ${index}`);
    const state = new Uint8Array(hook.stateBytes);
    if (vector.state !== undefined) state.set(vector.state);
    const args = vector.args.map((arg) => (typeof arg === 'object' ? new Uint8Array(arg) : arg));
    const result = hook.fallback(...args, state);
    assert.ok(
      hook.accepts(result, vector.args, args),
      `${hook.id}: the default's answer to vector ${index} fails the check`,
    );
    assert.ok(
      hook.acceptsState(state),
      `${hook.id}: the default's state after vector ${index} fails the check`,
    );
    if (vector.expect !== undefined)
      assert.equal(result, vector.expect, `${hook.id}: default on vector ${index}`);
  }
}
