/** The adversary's arsenal in a run: the keys that it has stolen, and the modules that it would have relays run. */

import { signingKey } from '../../../../updates/repository/signing-key.ts';
import { keysBeyond } from '../../invariants/attackers-keys.ts';
import type { InvariantWatch } from '../../invariants/invariant-watch.ts';
import type { Job } from '../job.ts';
import { simulatedKey } from '../key-ring.ts';
import { Arsenal } from './arsenal.ts';
import type { StolenKey } from './forgery.ts';

/** Null for a run without an adversary. */
export function arsenalOf({ scenario, hostileModules }: Job, watch: InvariantWatch): Arsenal | null {
  const { adversary, trust } = scenario;
  if (adversary === null) return null;
  // What was stolen are the first keys: after a rotation they open nothing.
  const stolen = (role: 'targets' | 'snapshot' | 'timestamp'): StolenKey[] =>
    Array.from({ length: trust.roles[role].keys }, (_unused, index) => keyOf(role, index));
  const fallback = hostileModules.find((module) => module !== null);
  return new Arsenal({
    stolen: { targets: stolen('targets'), snapshot: stolen('snapshot'), timestamp: stolen('timestamp') },
    ownKey: keyOf('adversary', 0),
    onForgery: (attack, { targets, snapshot, timestamp }) => {
      const ids = (keys: readonly StolenKey[]): string[] => keys.map(({ keyId }) => keyId);
      const used = { targets: ids(targets), snapshot: ids(snapshot), timestamp: ids(timestamp) };
      const beyond = keysBeyond(attack, used, [keyOf('adversary', 0).keyId]);
      if (beyond !== null) watch.broken('keys-given', null, beyond);
    },
    hostileModule: (attack) => {
      const module = hostileModules[adversary.attacks.indexOf(attack)] ?? fallback;
      if (module == null) throw new Error(`no hostile module was prepared for ${attack.attack}`);
      return { path: module.path, bytes: module.binary, custom: module.custom };
    },
  });
}

function keyOf(role: string, index: number): StolenKey {
  const privateKey = simulatedKey(role, index);
  return { keyId: signingKey(privateKey).keyId, privateKey };
}
