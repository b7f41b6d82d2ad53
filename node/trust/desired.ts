/**
 * Which module should run on each hook, by what the trusted metadata list.
 *
 * The one of the highest priority, whoever signed it: priorities are the developers' to grant, since a role can
 * only claim one where they have delegated. Of equals a module of `targets` goes before one of a delegated role,
 * and delegated roles go by name. Sequence numbers count one role's publications and say nothing across roles, so
 * they decide last: the later publication of one role wins.
 */

import { revokedHashes } from './revocation.ts';
import type { ModuleCustom, UpdateTarget } from './update-target.ts';

export type ModuleTarget = UpdateTarget<ModuleCustom>;

/**
 * The module for each hook that has one, by the hook's id.
 *
 * `canRun` says which modules this relay can run at all: a quarantined one must not stand in the way of the next.
 */
export function desiredModules(
  targets: readonly UpdateTarget[],
  canRun: (target: ModuleTarget) => boolean = () => true,
): ReadonlyMap<string, ModuleTarget> {
  const revoked = revokedHashes(targets);
  const desired = new Map<string, ModuleTarget>();
  for (const target of targets) {
    if (!isModule(target) || revoked.has(target.sha256) || !canRun(target)) continue;
    const best = desired.get(target.custom.hook);
    if (best === undefined || precedence(target, best) < 0) desired.set(target.custom.hook, target);
  }
  return desired;
}

export function isModule(target: UpdateTarget): target is ModuleTarget {
  return target.custom.kind === 'module';
}

/** Below zero if `one` should run rather than `other`. */
export function precedence(one: ModuleTarget, other: ModuleTarget): number {
  return (
    other.custom.priority - one.custom.priority ||
    Number(one.role !== 'targets') - Number(other.role !== 'targets') ||
    compare(one.role, other.role) ||
    other.custom.sequence - one.custom.sequence ||
    other.custom.version - one.custom.version ||
    compare(one.path, other.path)
  );
}

/** By code units: the same order on every machine, whatever its language. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
