/** Through which relays releases enter the network. */

import type { Job } from '../engine/gossipsub/job.ts';
import { thirdPartiesOf } from '../engine/gossipsub/third-parties.ts';
import type { PreparedRelease } from './release.ts';

/** The releases of an arm. Under churn the relays that publish were drawn before, and stay. */
export function publishedByTakers(
  releases: readonly PreparedRelease[],
  network: Pick<Job, 'scenario' | 'population' | 'policies' | 'churn'>,
): readonly PreparedRelease[] {
  return network.churn === null ? releases.map((release) => publishedByTaker(release, network)) : releases;
}

/**
 * The release, published through a relay that takes part and takes it: the next one, where the one drawn does not.
 *
 * A relay that refuses a third party's updates would not keep what it is handed, and could tell nobody on a circuit of it.
 * Where every relay refuses them, the first that takes part passes them on.
 */
export function publishedByTaker(
  release: PreparedRelease,
  network: Pick<Job, 'scenario' | 'population' | 'policies'>,
): PreparedRelease {
  const { relays } = network.population;
  const isThirdParty = release.request.role !== 'targets';
  const takesPart = (relay: number): boolean => network.policies?.embeds[relay] !== 0;
  const takes = (relay: number): boolean => !isThirdParty || thirdPartiesOf(network, relay) !== 'none';
  const next = Array.from({ length: relays }, (_unused, step) => (release.publisher + step) % relays);
  const members = next.filter(takesPart);
  return { ...release, publisher: members.find(takes) ?? members[0] ?? release.publisher };
}
