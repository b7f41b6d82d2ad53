/**
 * The keys of a run's developers and third parties, and what becomes of them by rotation.
 *
 * They follow from sentences that everybody can read: a simulation needs no secrets, and the same bytes each time.
 */

import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import type { DelegationRequest } from '../../../updates/repository/change-draft.ts';
import type { RoleChange, RoleKeys } from '../../../updates/repository/role-draft.ts';
import { type SigningKey, signingKey } from '../../../updates/repository/signing-key.ts';
import type { DelegationPlan, TopRole, TrustPlan } from '../../scenario/scenario.ts';

const PKCS8_ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex'); // RFC 8410, section 7

/** A key of a role; `generation` counts the role's rotations. */
export function simulatedKey(role: string, index: number, generation = 0): KeyObject {
  const sentence = `relaywave simulated key ${index} of ${role}, generation ${generation}: not a secret`;
  const seed = createHash('sha256').update(sentence).digest();
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

/** Keys by what they follow from: everything is signed with the same few, in every run. */
const madeKeys = new Map<string, SigningKey>();

function signingKeyOf(role: string, index: number, generation: number): SigningKey {
  const name = `${role} ${index} ${generation}`;
  let key = madeKeys.get(name);
  if (key === undefined) madeKeys.set(name, (key = signingKey(simulatedKey(role, index, generation))));
  return key;
}

export class KeyRing {
  private readonly trust: TrustPlan;
  private readonly generations = new Map<string, number>();

  constructor(trust: TrustPlan) {
    this.trust = trust;
  }

  /** The first keys of each role, with its threshold. */
  roles(): Record<TopRole, RoleKeys> {
    const keysOf = (role: TopRole): RoleKeys => ({
      keys: this.keysOf(role, this.trust.roles[role].keys),
      threshold: this.trust.roles[role].threshold,
    });
    return {
      root: keysOf('root'),
      targets: keysOf('targets'),
      snapshot: keysOf('snapshot'),
      timestamp: keysOf('timestamp'),
    };
  }

  delegation({ name, hooks, threshold }: DelegationPlan): DelegationRequest {
    return { name, hooks, keys: this.keysOf(name, threshold.keys), threshold: threshold.threshold };
  }

  /** All private keys in use, by which everything can be signed. */
  signers(): SigningKey[] {
    const { roles, delegations } = this.trust;
    return [
      ...(Object.keys(roles) as TopRole[]).flatMap((role) => this.keysOf(role, roles[role].keys)),
      ...delegations.flatMap(({ name, threshold }) => this.keysOf(name, threshold.keys)),
    ];
  }

  /** Moves a role on to new keys: what its old ones are replaced by. */
  rotate(role: TopRole): RoleChange {
    const { keys } = this.trust.roles[role];
    const remove = this.keysOf(role, keys).map(({ keyId }) => keyId);
    this.generations.set(role, (this.generations.get(role) ?? 0) + 1);
    return { add: this.keysOf(role, keys), remove };
  }

  private keysOf(role: string, count: number): SigningKey[] {
    const generation = this.generations.get(role) ?? 0;
    return Array.from({ length: count }, (_unused, index) => signingKeyOf(role, index, generation));
  }
}
