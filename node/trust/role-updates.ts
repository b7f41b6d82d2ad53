/**
 * What one role's metadata list for this project.
 *
 * A target without our custom part is somebody else's file and none of our business. One with a custom part that
 * is broken is left out as well: a publisher's mistake in one target must not take the others with it. The path
 * must begin with the hook that the custom part names, since the path is what delegations speak of.
 */

import type { TargetFile } from '@tufjs/models';
import type { Document } from './document.ts';
import { TARGET_MAX_BYTES } from './limits.ts';
import { CHUNK_BYTES, type UpdateCustom, type UpdateTarget, updateCustomSchema } from './update-target.ts';

export interface RoleUpdates {
  /** In the order of the file. */
  readonly updates: readonly UpdateTarget[];
  /** Paths below another hook than the one that their custom part names. */
  readonly misplaced: readonly string[];
  /** Every path in the metadata, our business or not: the first role that lists a path has it (TUF 5.6.7). */
  readonly paths: ReadonlySet<string>;
}

const SHA256 = /^[0-9a-f]{64}$/;

/** `<hook>/<file>`, both of which can be names of files anywhere. */
const PATH = /^[a-z0-9][a-z0-9-]{0,63}\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export function readUpdates(document: Document<'targets'>, role: string): RoleUpdates {
  const { targets } = document.metadata.signed;
  const updates: UpdateTarget[] = [];
  const misplaced: string[] = [];
  for (const target of Object.values(targets)) {
    const update = readUpdate(target, role);
    if (update === null) continue;
    if (update.path.startsWith(`${update.custom.hook}/`)) updates.push(update);
    else misplaced.push(update.path);
  }
  return { updates, misplaced, paths: new Set(Object.keys(targets)) };
}

function readUpdate(target: TargetFile, role: string): UpdateTarget | null {
  const parsed = updateCustomSchema.safeParse(target.custom);
  if (!parsed.success) return null;
  const custom = parsed.data;
  const { path, length } = target;
  const sha256 = Object.hasOwn(target.hashes, 'sha256') ? target.hashes.sha256 : '';
  if (!SHA256.test(sha256) || length > TARGET_MAX_BYTES) return null;
  if (!PATH.test(path) || !chunksFit(custom, length, sha256)) return null;
  return { path, role, length, sha256, custom };
}

function chunksFit(custom: UpdateCustom, length: number, sha256: string): boolean {
  if (custom.kind === 'revocation') return true;
  const { chunks } = custom;
  if (chunks.length !== Math.max(1, Math.ceil(length / CHUNK_BYTES))) return false;
  return chunks.length > 1 || chunks[0] === sha256;
}

/** The chunks that a target is fetched in; a revocation is always one. */
export function chunksOf(target: UpdateTarget): readonly string[] {
  return target.custom.kind === 'module' ? target.custom.chunks : [target.sha256];
}
