/**
 * What a TUF target says of an update: the `custom` part of a target of this project.
 *
 * A target is a module for one hook, or the revocation of one. Its path begins with the hook's id, so that a
 * delegation of `<hook>/*` is a delegation for that hook and no other.
 */

import { z } from 'zod';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * A call of the module and what it must answer; bytes, fractions and 64-bit integers as text, see vector-json.ts.
 *
 * What is signed is canonical JSON, which has whole numbers only.
 */
const vectorSchema = z.strictObject({
  args: z.array(z.union([z.int(), z.string().max(4096)])).max(16),
  result: z.union([z.int(), z.string().max(64), z.null()]),
});

export const rolloutSchema = z.strictObject({
  /**
   * Share of relays that may run it by now; above 0, at most 1. The publisher raises it with new metadata.
   *
   * In the file it is text such as `0.05`, since canonical JSON has no fractions; reading makes it a number.
   */
  fraction: z
    .string()
    .regex(/^(0\.\d{1,6}|1)$/)
    .transform(Number)
    .pipe(z.number().gt(0)),
  /** Decides, with a relay's identity, who is in the cohort: the same salt keeps the cohort growing. */
  salt: z.string().max(64),
  /** Relays of the cohort switch within so many seconds of taking it, each at a time of its own. */
  jitterSeconds: z
    .int()
    .min(0)
    .max(30 * 86_400),
});

export const moduleCustomSchema = z.strictObject({
  kind: z.literal('module'),
  module: name,
  version: z.int().min(1),
  hook: name,
  interfaceVersion: z.int().min(1),
  /** Layout of the state that the module keeps; 0 is the default's. */
  stateVersion: z.int().min(0),
  rollout: rolloutSchema,
  /** UTC; by the relay's own clock it does not switch before. Null: at once. */
  notBefore: z.iso.datetime().nullable(),
  /** Among the modules of one hook the highest runs; of equals the one published last. */
  priority: z.int().min(-1000).max(1000),
  /** Counts the publications of a role: which of two targets is the later one. */
  sequence: z.int().min(1),
  /** Calls that the module must answer as said before it is admitted. */
  vectors: z.array(vectorSchema).max(32),
  /** SHA-256 of each chunk of CHUNK_BYTES of a target, so that a peer that sends a false one is known at once. */
  chunks: z.array(sha256).min(1).max(64),
});

export const revocationCustomSchema = z.strictObject({
  kind: z.literal('revocation'),
  hook: name,
  module: name,
  /** SHA-256 of the binary that must not run any more. */
  revokes: sha256,
  sequence: z.int().min(1),
  reason: z.string().max(200),
});

export const updateCustomSchema = z.discriminatedUnion('kind', [moduleCustomSchema, revocationCustomSchema]);

export type RolloutTerms = z.infer<typeof rolloutSchema>;
export type ModuleCustom = z.infer<typeof moduleCustomSchema>;
export type RevocationCustom = z.infer<typeof revocationCustomSchema>;
export type UpdateCustom = ModuleCustom | RevocationCustom;
/** A module's custom part as it stands in the file. */
export type ModuleCustomJson = z.input<typeof moduleCustomSchema>;

/** Size of a chunk in which targets are fetched, bytes. */
export const CHUNK_BYTES = 65_536;

/** A target as the trusted metadata list it. */
export interface UpdateTarget<Custom extends UpdateCustom = UpdateCustom> {
  /** Such as `cell-admission/strict-cells-2.wasm`. */
  readonly path: string;
  /** The role that signed for it: `targets`, or a delegated one. */
  readonly role: string;
  readonly length: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly custom: Custom;
}

/** Path of a module's target. */
export function moduleTargetPath(hook: string, module: string, version: number): string {
  return `${hook}/${module}-${version}.wasm`;
}

/** Path of a revocation's target; its bytes are the canonical JSON of its custom part. */
export function revocationTargetPath(hook: string, module: string, revokes: string): string {
  return `${hook}/${module}-${revokes.slice(0, 16)}.revocation.json`;
}
