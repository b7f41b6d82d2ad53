/**
 * The search through delegated roles (TUF 5.6.7), pre-order: who comes first in it is trusted more.
 *
 * TUF searches for one path at a time. Here one walk answers for all paths: a visit notes what its role may speak
 * for, and which terminating delegations before it end the search for a path. The walk asks for metadata and does
 * not mind whether they come at once from a disk or later from a peer: whoever drives it decides.
 */

import type { Targets } from '@tufjs/models';
import type { Document } from './document.ts';
import { DELEGATION_DEPTH_MAX, DELEGATIONS_FOLLOWED_MAX } from './limits.ts';
import type { ThirdPartyPolicy } from './trust-client.ts';

export type Delegation = NonNullable<NonNullable<Targets['delegations']>['roles']>[string];

/** Metadata that the walk needs next: of `role`, with the keys that `delegator` gives it. */
export interface Wanted {
  readonly role: string;
  readonly delegator: Document<'targets'>;
}

/** A delegated role whose metadata are trusted. */
export interface Visit {
  readonly role: string;
  readonly document: Document<'targets'>;
  /** Whose keys for the role it was verified with. */
  readonly delegator: Document<'targets'>;
  /** From the top: a path is the role's to list if each of them matches it. */
  readonly chain: readonly Delegation[];
  /** Chains that end the search for the paths that they match, before it gets here. */
  readonly ended: readonly (readonly Delegation[])[];
}

export type Walk = Generator<Wanted, readonly Visit[], Document<'targets'> | null>;

/** Yields what it wants and is given the verified document, or null to go on without the role. */
export function* walkDelegations(top: Document<'targets'>, policy: ThirdPartyPolicy): Walk {
  const visits: Visit[] = [];
  const ended: (readonly Delegation[])[] = [];
  let followed = 0;

  function* follow(
    delegator: Document<'targets'>,
    chain: readonly Delegation[],
  ): Generator<Wanted, void, Document<'targets'> | null> {
    for (const delegation of Object.values(delegator.metadata.signed.delegations?.roles ?? {})) {
      const own = [...chain, delegation];
      const { name: role, terminating } = delegation;
      const circular = chain.some(({ name }) => name === role); // TUF 5.6.7.1
      if (!circular && takes(policy, role) && followed < DELEGATIONS_FOLLOWED_MAX) {
        followed++;
        const before = [...ended];
        const document = yield { role, delegator };
        if (document !== null) {
          visits.push({ role, document, delegator, chain: own, ended: before });
          if (own.length < DELEGATION_DEPTH_MAX) yield* follow(document, own);
        }
      }
      // TUF 5.6.7.2.1: whether or not this relay takes the role's word, nobody after it is asked.
      if (terminating) ended.push(own);
    }
  }

  yield* follow(top, []);
  return visits;
}

/** Whether an operator's policy takes updates of a role. */
export function takes(policy: ThirdPartyPolicy, role: string): boolean {
  return policy === 'all' || (policy !== 'none' && policy.includes(role));
}

/** Whether a chain of delegations covers a path. */
export function covers(chain: readonly Delegation[], path: string): boolean {
  return chain.every((delegation) => delegation.isDelegatedPath(path));
}
