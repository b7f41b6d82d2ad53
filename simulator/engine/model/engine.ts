/**
 * The model as its caller sees it: a scenario in, stage times and costs out, as the gossipsub engine gives them.
 *
 * Updates are rehearsed here, with the relay's own code, while a thread of its own builds the network; that runs it then,
 * so that this one can report progress and stop it.
 */

import assert from 'node:assert/strict';
import type { RunOptions } from '../../arms/run-contract.ts';
import { type Churn, livesOf, nobodyGoes } from '../../population/churn.ts';
import { latencyColumns } from '../../population/latency.ts';
import type { EngineInput, EngineResult } from '../gossipsub/engine.ts';
import { type RelayPolicies, sharedColumns } from '../gossipsub/job.ts';
import { PhaseProgress } from '../gossipsub/phase-progress.ts';
import { Trace } from '../trace.ts';
import type { School } from './churn/school.ts';
import { type LivingJob, type NetworkJob, totalOf } from './model-job.ts';
import { RunThread } from './run-thread.ts';

/**
 * Small networks are followed link by link from the start even where relays stay: a quantile of theirs is the time of one
 * relay, or of a few, and the order in which streams are opened on slow uplinks moves it by a frame.
 */
const FOLLOWED_RELAYS = 2000;

export interface FollowingTerms {
  /** Most relays of a network that is followed link by link though they stay; 2,000 where left out. */
  readonly followedRelays?: number | undefined;
  /** So long a network whose relays come and go is followed event by event; a month where left out. */
  readonly followedUs?: number | undefined;
}

/** Runs the scenario's network; rejects with the signal's reason when stopped. */
export async function runModel(
  input: EngineInput,
  options: RunOptions,
  { followedUs, followedRelays = FOLLOWED_RELAYS }: FollowingTerms = {},
): Promise<EngineResult> {
  const { scenario, arm, population, topology, releases, hostileModules = [], policies = null } = input;
  const lives = livesToFollow(input, followedRelays);
  const churn = lives === null ? null : livesOfMembers(lives, policies);
  const authorities = input.directory?.authorities ?? 0;
  const { signal } = options;
  signal?.throwIfAborted();
  const { seed } = scenario;
  const shared = sharedColumns(population.relays, authorities, releases.length, 1);
  const progress = new PhaseProgress(
    shared,
    1,
    scenario.durationSeconds,
    options,
    input.progressOf?.(shared),
  );
  const network: NetworkJob = {
    scenario,
    population,
    topology,
    shared,
    policies,
    isLiving: churn !== null,
  };
  const thread = new RunThread(network, progress, signal);
  let school: School | null = null;
  try {
    // The relay's own code is half of the program: it is loaded while the thread builds the network.
    const { rehearseNews } = await import('./news.ts');
    const publicationJob = { scenario, arm, releases, hostileModules };
    const { publications, refusing } = await rehearseNews(publicationJob, population, policies);
    assert(refusing === null || churn === null, `seed ${seed}: third parties refused where relays miss news`);
    if (churn !== null) {
      const { School } = await import('./churn/school.ts');
      school = await School.of(publicationJob);
    }
    const living: LivingJob | null =
      school === null || churn === null
        ? null
        : {
            churn,
            keepsTopology: input.churn == null,
            latency: latencyColumns(population, scenario.network, seed),
            arm,
            authorities,
            desk: school.desk,
            followedUs,
          };
    signal?.throwIfAborted();
    const result = await thread.run({ publications, releases: releases.length, refusing, living });
    progress.ended(result.eventsFired);
    return {
      shared,
      traceHash: new Trace(shared.traceWords).digest(),
      threads: 1,
      total: totalOf(result),
      phasesWallMs: progress.phasesWallMs(),
    };
  } finally {
    progress.stop();
    school?.close();
    await thread.end();
  }
}

/**
 * Null where all relays stay, gossip is all that they do, and the order of their first subscriptions can be reckoned closely
 * enough, or relays may refuse third parties, which is not followed. Who has more to do is followed as if relays came and went.
 */
function livesToFollow(
  { churn = null, presence = null, arm, population, scenario }: EngineInput,
  followedRelays: number,
): Churn | null {
  if (churn !== null) return churn;
  if (presence !== null) return livesOf(presence, population.relays);
  const doesMore = arm.channels.some((channel) => channel !== 'gossip');
  const isFollowed = population.relays <= followedRelays && scenario.trust.delegations.length === 0;
  return doesMore || isFollowed ? nobodyGoes(population.relays) : null;
}

/** A relay without the runtime for updates is never there. */
function livesOfMembers(lives: Churn, policies: RelayPolicies | null): Churn {
  if (policies === null) return lives;
  const joinsUs = lives.joinsUs.map((timeUs, relay) =>
    policies.embeds[relay] === 0 ? Number.POSITIVE_INFINITY : timeUs,
  );
  return { ...lives, joinsUs };
}
