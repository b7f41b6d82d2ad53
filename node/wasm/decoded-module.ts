/**
 * A WebAssembly binary taken apart: what the sections hold, and where in the bytes.
 *
 * Function bodies are only delimited; `plan-body.ts` reads them.
 */

import type { Scalar } from './opcodes.ts';

export interface FunctionType {
  readonly parameters: readonly Scalar[];
  readonly results: readonly Scalar[];
}

export interface Import {
  readonly module: string;
  readonly name: string;
  readonly kind: 'function' | 'table' | 'memory' | 'global';
  readonly at: number;
}

/** A function by index, imported ones first. */
export interface FunctionEntry {
  readonly type: FunctionType;
  readonly typeIndex: number;
}

export interface MemoryEntry {
  readonly minPages: number;
  readonly maxPages: number | null;
  readonly at: number;
}

export interface GlobalEntry {
  readonly mutable: boolean;
  /** The initial value's instruction, one constant without its `end`. */
  readonly initAt: number;
  readonly initEnd: number;
}

export interface Export {
  readonly name: string;
  readonly kind: 'function' | 'table' | 'memory' | 'global';
  readonly index: number;
  readonly at: number;
}

export interface DataSegment {
  readonly address: number;
  /** Where its bytes lie in the binary. */
  readonly from: number;
  readonly to: number;
}

export interface Body {
  /** Where the declarations of locals begin. */
  readonly at: number;
  readonly codeAt: number;
  readonly end: number;
  readonly locals: number;
}

export interface DecodedModule {
  readonly bytes: Uint8Array;
  readonly types: FunctionType[];
  readonly imports: Import[];
  readonly functions: FunctionEntry[];
  importedFunctions: number;
  readonly memories: MemoryEntry[];
  tables: number;
  tableEntries: number;
  readonly globals: GlobalEntry[];
  readonly exports: Export[];
  /** Functions that the table can hold. */
  readonly tableFunctions: Set<number>;
  readonly segments: DataSegment[];
  readonly bodies: Body[];
  /** The binary ranges of the sections, by id. */
  readonly sections: Map<number, { readonly from: number; readonly to: number }>;
}

export const SECTION = {
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;
