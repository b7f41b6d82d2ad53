/**
 * The model as its caller sees it: a scenario in, stage times and costs out, as the gossipsub engine gives them.
 *
 * Updates are rehearsed here, with the relay's own code; the network then runs in a thread of its own, so that this one
 * can report progress and stop it.
 */

import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import type { RunOptions } from '../../arms/run-contract.ts';
import { type Churn, livesOf, nobodyGoes } from '../../population/churn.ts';
import { latencyColumns } from '../../population/latency.ts';
import { bundleThread } from '../gossipsub/bundle.ts';
import type { EngineInput, EngineResult } from '../gossipsub/engine.ts';
import { CONTROL, type RelayPolicies, sharedColumns } from '../gossipsub/job.ts';
import { PhaseProgress } from '../gossipsub/phase-progress.ts';
import { Trace } from '../trace.ts';
import { School } from './churn/school.ts';
import { refuseWhatNobodyCanFollow } from './failing-module.ts';
import { type LivingJob, type ModelJob, type ModelResult, totalOf } from './model-job.ts';
import { rehearseRefusing } from './refusing-relays.ts';
import { rehearse } from './rehearsal.ts';
import type { ModelMessage } from './thread.ts';

export interface FollowingTerms {
  /** So long a network whose relays come and go is followed event by event; a month where left out. */
  readonly followedUs?: number | undefined;
}

/** Runs the scenario's network; rejects with the signal's reason when stopped. */
export async function runModel(
  input: EngineInput,
  options: RunOptions,
  { followedUs }: FollowingTerms = {},
): Promise<EngineResult> {
  const { scenario, arm, population, topology, releases, hostileModules = [], policies = null } = input;
  const lives = livesToFollow(input);
  const churn = lives === null ? null : livesOfMembers(lives, policies);
  const authorities = input.directory?.authorities ?? 0;
  const { signal } = options;
  signal?.throwIfAborted();
  // Another process bundles while this one rehearses; whoever awaits it below hears of its failure.
  const bundled = bundleThread(new URL('./thread.ts', import.meta.url));
  bundled.catch(() => {});
  const publicationJob = { scenario, arm, releases, hostileModules };
  // What comes by other channels is learnt when it matters (churn/teacher.ts).
  const gossipJob = { ...publicationJob, arm: { ...arm, channels: ['gossip'] as const } };
  const rehearsed = await rehearse(gossipJob);
  refuseWhatNobodyCanFollow(rehearsed, scenario);
  const { publications } = rehearsed;
  const refusing = await rehearseRefusing(gossipJob, population, policies);
  const { seed } = scenario;
  assert(refusing === null || churn === null, `seed ${seed}: third parties refused where relays miss news`);
  const shared = sharedColumns(population.relays, authorities, releases.length, 1);
  const school = churn === null ? null : await School.of(publicationJob);
  const living: LivingJob | null =
    school === null || churn === null
      ? null
      : {
          churn,
          keepsTopology: input.churn == null,
          latency: latencyColumns(population, scenario.network, scenario.seed),
          arm,
          authorities,
          desk: school.desk,
          followedUs,
        };
  const job: ModelJob = {
    scenario,
    population,
    topology,
    publications,
    releases: releases.length,
    shared,
    policies,
    refusing,
    living,
  };
  const file = await bundled;
  signal?.throwIfAborted();
  const progress = new PhaseProgress(
    shared,
    1,
    scenario.durationSeconds,
    options,
    input.progressOf?.(shared),
  );
  try {
    const result = await runThread(job, file, progress, signal);
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
  }
}

/** Null where all relays stay and gossip is all that they do. Who has more to do is followed as if relays came and went. */
function livesToFollow({ churn = null, presence = null, arm, population }: EngineInput): Churn | null {
  if (churn !== null) return churn;
  if (presence !== null) return livesOf(presence, population.relays);
  return arm.channels.some((channel) => channel !== 'gossip') ? nobodyGoes(population.relays) : null;
}

/** A relay without the runtime for updates is never there. */
function livesOfMembers(lives: Churn, policies: RelayPolicies | null): Churn {
  if (policies === null) return lives;
  const joinsUs = lives.joinsUs.map((timeUs, relay) =>
    policies.embeds[relay] === 0 ? Number.POSITIVE_INFINITY : timeUs,
  );
  return { ...lives, joinsUs };
}

async function runThread(
  job: ModelJob,
  file: string,
  progress: PhaseProgress,
  signal: AbortSignal | undefined,
): Promise<ModelResult> {
  const transferList = job.living == null ? [] : [job.living.desk.port];
  const worker = new Worker(file, { workerData: job, transferList, execArgv: ['--enable-source-maps'] });
  let stop = (): void => {};
  try {
    return await new Promise<ModelResult>((resolve, reject) => {
      stop = () => reject(signal?.reason);
      signal?.addEventListener('abort', stop, { once: true });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`the model's thread ended early (code ${code})`)));
      worker.on('message', (message: ModelMessage) => {
        if (message.type === 'phase') progress.enter(0, message.phase, message.eventsFired);
        else resolve(message.result);
      });
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    Atomics.store(job.shared.control, CONTROL.stop, 1);
    await worker.terminate();
  }
}
