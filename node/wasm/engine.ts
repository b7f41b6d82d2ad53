/**
 * The part of the JavaScript WebAssembly interface that relays use, typed.
 *
 * TypeScript declares `WebAssembly` only together with the whole browser; this names the few members
 * that admission needs, and nothing asynchronous: a relay compiles where it stands.
 */

/** A compiled module; opaque, shared by its instances. */
export interface CompiledModule {
  readonly [Symbol.toStringTag]: string;
}

export interface WasmInstance {
  readonly exports: Record<string, unknown>;
}

export interface WasmGlobal {
  value: number;
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

interface WasmEngine {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => CompiledModule;
  Instance: new (module: CompiledModule, imports: Record<string, Record<string, unknown>>) => WasmInstance;
  Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
  RuntimeError: new (message?: string) => Error;
}

export const wasmEngine: WasmEngine = (globalThis as unknown as { WebAssembly: WasmEngine }).WebAssembly;
