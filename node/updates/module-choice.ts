/**
 * Which module a relay wants for each hook by now, which it may run by now, and what it cannot take.
 *
 * The two differ while a rollout has not reached the relay: it gets the new module ready and runs the best of the
 * others meanwhile. A module that the relay cannot take does not stand in the way of the next.
 */

import { desiredModules, isModule, precedence } from '../trust/desired.ts';
import type { PolicyRefusal, TrustRefusal } from '../trust/refusal.ts';
import type { RevocationCustom, UpdateTarget } from '../trust/update-target.ts';
import type { RejectionCode } from '../wasm/rejection.ts';
import type { ModuleTarget } from './stage-observer.ts';

export type Obstacle = PolicyRefusal | TrustRefusal | RejectionCode;

export interface ChoiceRules {
  /** Why the relay cannot run a module; null if nothing speaks against it. */
  obstacle(target: ModuleTarget): Obstacle | null;
  /** Whether its rollout has reached the relay. */
  isInCohort(target: ModuleTarget): boolean;
}

export interface ModuleChoice {
  /** By hook, the best that the relay can run, whether or not its rollout has reached it. */
  readonly wanted: ReadonlyMap<string, ModuleTarget>;
  /** By hook, the best of those that it may run now. */
  readonly chosen: ReadonlyMap<string, ModuleTarget>;
  /** Modules that would have been wanted. */
  readonly obstructed: readonly { readonly target: ModuleTarget; readonly reason: Obstacle }[];
}

export function chooseModules(targets: readonly UpdateTarget[], rules: ChoiceRules): ModuleChoice {
  const reasons = new Map<ModuleTarget, Obstacle>();
  const wanted = desiredModules(targets, (target) => {
    const reason = rules.obstacle(target);
    if (reason !== null) reasons.set(target, reason);
    return reason === null;
  });
  const waits = [...wanted.values()].some((target) => !rules.isInCohort(target));
  const chosen = waits
    ? desiredModules(targets, (target) => !reasons.has(target) && rules.isInCohort(target))
    : wanted;
  const obstructed = [...reasons].flatMap(([target, reason]) => {
    const best = wanted.get(target.custom.hook);
    return best === undefined || precedence(target, best) < 0 ? [{ target, reason }] : [];
  });
  for (const target of republished(targets)) obstructed.push({ target, reason: 'revoked' });
  return { wanted, chosen, obstructed };
}

/**
 * Modules that were published after the revocation of their own bytes, or as a copy by another role.
 *
 * A publisher keeps a revoked module listed beside its revocation; that one is no attempt at anything.
 */
function republished(targets: readonly UpdateTarget[]): ModuleTarget[] {
  const revocations = targets.filter(isRevocation);
  if (revocations.length === 0) return [];
  const modules = targets.filter(isModule);
  return modules.filter((module) =>
    revocations.some(({ role, custom }) => {
      if (custom.revokes !== module.sha256) return false;
      if (role === module.role) return module.custom.sequence > custom.sequence;
      return (
        role === 'targets' && modules.some((other) => other.role === role && other.sha256 === module.sha256)
      );
    }),
  );
}

function isRevocation(target: UpdateTarget): target is UpdateTarget<RevocationCustom> {
  return target.custom.kind === 'revocation';
}
