/** What is to travel in a run, learnt from the relay's own code. */

import type { Population } from '../../population/population.ts';
import type { RelayPolicies } from '../gossipsub/job.ts';
import type { PublicationJob } from '../gossipsub/publisher.ts';
import { refuseWhatNobodyCanFollow } from './failing-module.ts';
import { type RefusingRelays, rehearseRefusing } from './refusing-relays.ts';
import { type Publication, rehearse } from './rehearsal.ts';

export interface News {
  readonly publications: readonly Publication[];
  /** Null where there are none. */
  readonly refusing: RefusingRelays | null;
}

/** Throws FailingModuleError. */
export async function rehearseNews(
  job: PublicationJob,
  population: Population,
  policies: RelayPolicies | null,
): Promise<News> {
  // What comes by other channels is learnt when it matters (churn/teacher.ts).
  const gossipJob = { ...job, arm: { ...job.arm, channels: ['gossip'] as const } };
  const rehearsed = await rehearse(gossipJob);
  refuseWhatNobodyCanFollow(rehearsed, job.scenario);
  const refusing = await rehearseRefusing(gossipJob, population, policies);
  return { publications: rehearsed.publications, refusing };
}
