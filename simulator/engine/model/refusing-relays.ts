/** Relays that take nothing of third parties, and what becomes of each publication on them. */

import type { Population } from '../../population/population.ts';
import type { RelayPolicies } from '../gossipsub/job.ts';
import type { PublicationJob } from '../gossipsub/publisher.ts';
import { thirdPartiesOf } from '../gossipsub/third-parties.ts';
import { refuseWhatNobodyCanFollow } from './failing-module.ts';
import { rehearse, type Scripts } from './rehearsal.ts';

export interface RefusingRelays {
  /** 1 where a relay is one of them. */
  readonly relays: Uint8Array;
  /** By publication. */
  readonly scripts: readonly Scripts[];
}

/**
 * Null where all relays do the same: there are no third parties, or nobody refuses them. Who does is spared checking the
 * metadata even of those that have published nothing. Throws FailingModuleError.
 */
export async function rehearseRefusing(
  job: PublicationJob,
  population: Population,
  policies: RelayPolicies | null,
): Promise<RefusingRelays | null> {
  const { scenario } = job;
  if (scenario.trust.delegations.length === 0) return null;
  const refuses = (relay: number): boolean =>
    thirdPartiesOf({ scenario, population, policies }, relay) === 'none';
  const relays = Uint8Array.from({ length: population.relays }, (_unused, relay) => (refuses(relay) ? 1 : 0));
  if (!relays.includes(1)) return null;
  const rehearsed = await rehearse(job, 'none');
  refuseWhatNobodyCanFollow(rehearsed, scenario);
  return { relays, scripts: rehearsed.publications };
}
