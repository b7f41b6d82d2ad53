/** What the meter adds to a function body, and what must be known of the hook to plan it. */

import type { DecodedModule } from './decoded-module.ts';
import type { ModuleLimits } from './limits.ts';
import type { MemoryLayout } from './memory-layout.ts';
import type { Scalar } from './opcodes.ts';

/** Something to insert at an offset of the body, in order of offsets. */
export type Patch =
  | { readonly kind: 'charge'; readonly at: number; cost: number }
  | { readonly kind: 'canonical'; readonly at: number; readonly type: 'f32' | 'f64' }
  | { readonly kind: 'store'; readonly at: number; readonly type: Scalar; readonly offset: number }
  | { readonly kind: 'bulk'; readonly at: number }
  /** Replaces the call of an import, [at, to), by a call of its shim. */
  | { readonly kind: 'import-call'; readonly at: number; readonly to: number; readonly callee: number };

export interface BodyPlan {
  readonly patches: readonly Patch[];
  /** Functions called by name. */
  readonly callees: ReadonlySet<number>;
  /** Type indices of indirect calls. */
  readonly indirectTypes: ReadonlySet<number>;
  readonly instructions: number;
  readonly loops: number;
  /** Most operands on the stack at once. */
  readonly operands: number;
}

/** What the plan must know of the hook: where stores need no mark, and what imports cost. */
export interface BodyContext {
  readonly module: DecodedModule;
  readonly limits: ModuleLimits;
  readonly layout: MemoryLayout;
  /** Fuel of each imported function, by index. */
  readonly importFuel: readonly number[];
  /** Imported functions with float parameters, which are called through a shim. */
  readonly shimmed: ReadonlySet<number>;
}
