/**
 * Why a module is refused: one code for each cause, a sentence for people, an offset where there is one.
 *
 * Codes are part of the interface: tests, logs and measurements group by them, so one is never reused for
 * another cause. `Refusal` is thrown inside this room only; `admit` turns it into a value.
 */

export const REJECTION_CODES = [
  // The bytes.
  'too-large',
  'malformed',
  'invalid',
  // Features outside the accepted language.
  'feature-bulk-segments',
  'feature-exceptions',
  'feature-extended-constants',
  'feature-garbage-collection',
  'feature-memory64',
  'feature-multiple-memories',
  'feature-references',
  'feature-simd',
  'feature-tables',
  'feature-tail-calls',
  'feature-threads',
  'feature-unknown',
  'memory-grow',
  'start-function',
  // The interface of the hook.
  'import-unknown',
  'import-kind',
  'import-signature',
  'import-in-table',
  'export-missing',
  'export-unexpected',
  'export-duplicate',
  'export-kind',
  'export-signature',
  'export-is-import',
  // Memory and tables.
  'memory-limits',
  'data-in-window',
  'data-out-of-bounds',
  'table-limits',
  'element-out-of-bounds',
  // Size and shape, each bounding what the compilers or the stack must bear.
  'limit-code-size',
  'limit-functions',
  'limit-function-size',
  'limit-types',
  'limit-signature',
  'limit-globals',
  'limit-exports',
  'limit-imports',
  'limit-locals',
  'limit-nesting',
  'limit-branch-table',
  'limit-operands',
  'limit-segments',
  'limit-stack',
  'recursion',
  // Defects of admission itself, not known to be reachable: refused, since a module must not stop a relay.
  'internal-error',
  'compile-failed',
  'instantiate-failed',
  // The canary: the module ran on the vectors and misbehaved.
  'canary-trap',
  'canary-fuel',
  'canary-host',
  'canary-contract',
  'canary-state',
  'canary-result',
  'canary-impure',
] as const;

export type RejectionCode = (typeof REJECTION_CODES)[number];

export interface Rejected {
  readonly rejected: RejectionCode;
  readonly detail: string;
  /** Offset in the module's bytes, where the cause has a place. */
  readonly at?: number;
}

/** Carries a rejection out of the decoder; caught at the door of this room. */
export class Refusal extends Error {
  readonly code: RejectionCode;
  readonly at: number | undefined;

  constructor(code: RejectionCode, detail: string, at?: number) {
    super(detail);
    this.code = code;
    this.at = at;
  }

  toRejected(): Rejected {
    return this.at === undefined
      ? { rejected: this.code, detail: this.message }
      : { rejected: this.code, detail: this.message, at: this.at };
  }
}

export function refuse(code: RejectionCode, detail: string, at?: number): never {
  throw new Refusal(code, detail, at);
}
