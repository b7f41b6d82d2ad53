/**
 * Which modules must not run any more, by what the trusted metadata list.
 *
 * The role `targets` revokes any hash. A delegated role revokes its own modules only, and a module that another
 * role lists as well is not its own: it could list a copy of the developers' module and revoke that. A publisher
 * keeps a revoked module listed beside its revocation.
 */

import type { UpdateTarget } from './update-target.ts';

/** SHA-256 of every binary that is revoked. */
export function revokedHashes(targets: readonly UpdateTarget[]): ReadonlySet<string> {
  const revoked = new Set<string>();
  /** Hash to the delegated roles that have revoked it. */
  const revokers = new Map<string, Set<string>>();
  for (const { role, custom } of targets) {
    if (custom.kind !== 'revocation') continue;
    if (role === 'targets') revoked.add(custom.revokes);
    else revokers.set(custom.revokes, (revokers.get(custom.revokes) ?? new Set()).add(role));
  }
  for (const [hash, roles] of revokers) {
    const listers = targets.filter(({ sha256, custom }) => custom.kind === 'module' && sha256 === hash);
    if (listers.length > 0 && listers.every(({ role }) => roles.has(role))) revoked.add(hash);
  }
  return revoked;
}
