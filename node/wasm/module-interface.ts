/**
 * What a hook demands of a module, in WebAssembly's own terms, and whether a decoded module complies.
 *
 * The room `hooks` builds these from `defineHook`. Signatures are compared with the module's type section:
 * JavaScript would coerce wrong arguments silently.
 */

import { signatureText } from './call-graph.ts';
import type { DecodedModule, FunctionType } from './decoded-module.ts';
import type { ModuleLimits } from './limits.ts';
import type { MemoryLayout } from './memory-layout.ts';
import { refuse } from './rejection.ts';

/** Module name of everything that the core provides. */
export const CORE = 'core';
/** The optional export that converts the state of an older version: `(fromStateVersion) -> 0 when done`. */
export const MIGRATE = 'migrate';
export const MIGRATE_TYPE: FunctionType = { parameters: ['i32'], results: ['i32'] };

export type WasmValue = number | bigint;

/** A function of the core that modules may call. */
export interface HostFunction extends FunctionType {
  /** Price of one call, in fuel. */
  readonly fuel: number;
  /** `owner` is what the slot was made for; null in the canary. Must be pure but for the owner. */
  readonly run: (owner: unknown, ...args: WasmValue[]) => WasmValue | undefined;
}

/** Arguments (numbers, bigints, or bytes for a buffer) and what should come of them. */
export interface Vector {
  readonly args: readonly (WasmValue | Uint8Array)[];
  readonly state?: Uint8Array;
  /** The result that this module must give. */
  readonly expect?: WasmValue;
}

export interface ModuleInterface {
  readonly id: string;
  readonly interfaceVersion: number;
  /** Name and signature of the function that modules export. */
  readonly entry: string;
  readonly entryType: FunctionType;
  readonly imports: Readonly<Record<string, HostFunction>>;
  /** Fuel of one call, and of one migration. */
  readonly fuel: number;
  readonly migrateFuel: number;
  readonly layout: MemoryLayout;
  /** For each parameter, the index of its buffer in the layout, or -1 for a scalar. */
  readonly bufferOf: readonly number[];
  /** For each buffer, whether the module may change it. */
  readonly writable: readonly boolean[];
  readonly vectors: readonly Vector[];
  readonly limits: ModuleLimits;
  /** Whether a result, and the buffers as the module left them, lie within the contract. */
  accepts(
    result: WasmValue | undefined,
    given: readonly (WasmValue | Uint8Array)[],
    changed: readonly (WasmValue | Uint8Array)[],
  ): boolean;
  acceptsState(state: Uint8Array): boolean;
}

/** The imported functions that a module uses, in the order of their indices. */
export function checkInterface(module: DecodedModule, hook: ModuleInterface): HostFunction[] {
  const imported = checkImports(module, hook);
  checkExports(module, hook);
  checkMemory(module, hook);
  return imported;
}

function checkImports(module: DecodedModule, hook: ModuleInterface): HostFunction[] {
  const functions: HostFunction[] = [];
  for (const { module: from, name, kind, at } of module.imports) {
    const label = JSON.stringify(`${from}.${name}`.slice(0, 100));
    if (from === CORE && name === 'memory') {
      if (kind !== 'memory') refuse('import-kind', `${label} is a memory`, at);
      continue;
    }
    const offered = from === CORE && Object.hasOwn(hook.imports, name) ? hook.imports[name] : undefined;
    if (offered === undefined) return refuse('import-unknown', `${label} is not offered to ${hook.id}`, at);
    if (kind !== 'function') refuse('import-kind', `${label} is a function`, at);
    const wanted = signatureText(offered);
    const found = signatureText(module.functions[functions.length].type);
    if (found !== wanted)
      refuse('import-signature', `${label} is ${wanted}, the module imports ${found}`, at);
    functions.push(offered);
  }
  return functions;
}

function checkExports(module: DecodedModule, hook: ModuleInterface): void {
  const wanted = new Map([
    [hook.entry, hook.entryType],
    [MIGRATE, MIGRATE_TYPE],
  ]);
  const seen = new Set<string>();
  for (const { name, kind, index, at } of module.exports) {
    const label = JSON.stringify(name.slice(0, 100));
    if (seen.has(name)) refuse('export-duplicate', `${label} twice`, at);
    seen.add(name);
    // Compilers export the memory by habit; admission drops that.
    if (name === 'memory' && kind === 'memory') continue;
    const type = wanted.get(name);
    if (type === undefined) {
      refuse('export-unexpected', `${hook.id} has no ${label}`, at);
      return;
    }
    if (kind !== 'function') refuse('export-kind', `${label} is a ${kind}, must be a function`, at);
    if (index < module.importedFunctions) refuse('export-is-import', `${label} is an imported function`, at);
    const found = signatureText(module.functions[index].type);
    if (found !== signatureText(type)) {
      refuse('export-signature', `${label} is ${found}, ${hook.id} needs ${signatureText(type)}`, at);
    }
  }
  if (!seen.has(hook.entry))
    refuse('export-missing', `${hook.id} needs the export ${JSON.stringify(hook.entry)}`);
}

function checkMemory(module: DecodedModule, hook: ModuleInterface): void {
  const { memories, segments } = module;
  if (memories.length > 1) refuse('feature-multiple-memories', 'more than one memory', memories[1].at);
  const memory = memories[0];
  if (memory === undefined) return;
  if (memory.minPages !== 1 || memory.maxPages !== 1) {
    refuse(
      'memory-limits',
      `memory of ${memory.minPages} to ${memory.maxPages ?? 'any'} pages, must be 1 to 1`,
      memory.at,
    );
  }
  for (const { address, from, to } of segments) {
    if (to > from && address < hook.layout.scratchAt) {
      refuse('data-in-window', `data at ${address}, must lie at or above ${hook.layout.scratchAt}`, from);
    }
  }
}
