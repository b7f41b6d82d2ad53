/**
 * Attackers hold only the keys given: what a forged publication is signed with, key by key.
 *
 * Fast-forward and equivocation are given the keys of timestamp and snapshot, a theft in addition so many of targets
 * as the scenario says; a false revocation without such keys is given none. Nobody is ever given a key of root.
 */

import type { AttackName, AttackPlan, Scenario } from '../../scenario/scenario.ts';

export interface HeldKeys {
  readonly targets: readonly string[];
  readonly snapshot: readonly string[];
  readonly timestamp: readonly string[];
}

const ONLINE_KEYS: readonly AttackName[] = ['fast-forward', 'equivocation', 'stolen-keys'];
/** Attacks with stolen keys of targets, as many as the scenario says. */
const THEFTS: readonly AttackName[] = ['stolen-keys', 'false-revocation'];

/** Whether an attack is given the keys of snapshot and timestamp. */
export function holdsOnlineKeys({ attack, keys }: Pick<AttackPlan, 'attack' | 'keys'>): boolean {
  return ONLINE_KEYS.includes(attack) || (THEFTS.includes(attack) && keys > 0);
}

/** What an attack holds beyond what it is given; null when nothing. `own` are keys that nobody trusts. */
export function keysBeyond(
  attack: Pick<AttackPlan, 'attack' | 'keys'>,
  used: HeldKeys,
  own: readonly string[],
): string | null {
  const foreign = (ids: readonly string[]): number => new Set(ids.filter((id) => !own.includes(id))).size;
  const mayTargets = THEFTS.includes(attack.attack) ? attack.keys : 0;
  if (foreign(used.targets) > mayTargets) {
    return `${attack.attack} signs with ${foreign(used.targets)} keys of targets, and was given ${mayTargets}`;
  }
  if (holdsOnlineKeys(attack)) return null;
  const online = foreign(used.snapshot) + foreign(used.timestamp);
  return online === 0
    ? null
    : `${attack.attack} signs with ${online} keys of snapshot and timestamp, and was given none`;
}

/** Whether thieves hold keys enough of targets to sign modules of their own. */
export function keysAreStolen({ adversary, trust }: Pick<Scenario, 'adversary' | 'trust'>): boolean {
  return (
    adversary?.attacks.some(
      ({ attack, keys }) => attack === 'stolen-keys' && keys >= trust.roles.targets.threshold,
    ) === true
  );
}
