/**
 * How large and how odd a module may be.
 *
 * Each number bounds what a hostile module can cost the compilers, the stack or the memory of a relay.
 * Modules of the catalogue stay below a tenth of every one of them.
 */

export interface ModuleLimits {
  /** Whole binary, most of which may be names and debug data. A download is refused by length before it is read. */
  readonly bytes: number;
  /** All code. Admission takes time in proportion: 256 KiB of the worst code some 50 ms, a MiB of nothing else 2 ms. */
  readonly codeBytes: number;
  readonly types: number;
  /** Parameters or results of one signature or block: branches move them all. */
  readonly signature: number;
  readonly imports: number;
  readonly functions: number;
  /** One function's body: optimising compilers take more than linear time. */
  readonly functionBytes: number;
  readonly globals: number;
  readonly exports: number;
  /** Locals of one function, parameters excluded: each is zeroed at entry. */
  readonly locals: number;
  /** Blocks within blocks: compilers recurse or keep a stack of them. */
  readonly nesting: number;
  /** Targets of one br_table. */
  readonly branchTable: number;
  /** Operand stack of one function: the baseline compiler spills it into the frame. */
  readonly operands: number;
  /** Data and element segments. */
  readonly segments: number;
  /** Entries of the table. */
  readonly table: number;
  /** Estimated frames of the deepest chain of calls: keeps stack overflow out of reach, on every tier. */
  readonly stackBytes: number;
}

export const DEFAULT_LIMITS: ModuleLimits = Object.freeze({
  bytes: 1024 * 1024,
  codeBytes: 256 * 1024,
  types: 256,
  signature: 16,
  imports: 64,
  functions: 1000,
  functionBytes: 16 * 1024,
  globals: 128,
  exports: 64,
  locals: 256,
  nesting: 100,
  branchTable: 512,
  operands: 512,
  segments: 64,
  table: 256,
  stackBytes: 64 * 1024,
});
