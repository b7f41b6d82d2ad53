/** A live arm: the network of the scenario on its engine, and what came of it. */

import assert from 'node:assert/strict';
import type { EngineInput, EngineResult } from '../engine/gossipsub/engine.ts';
import { gainedColumn, type HostileRelease, removedColumn, stageColumn } from '../engine/gossipsub/job.ts';
import { relayLoads } from '../engine/gossipsub/load-counter.ts';
import type { ScoringOptions } from '../engine/gossipsub/router.ts';
import { unbalanced } from '../engine/invariants/frame-ledger.ts';
import { InvariantError } from '../engine/invariants/violation.ts';
import type { FollowingTerms } from '../engine/model/engine.ts';
import { cohortAt } from '../measure/cohort.ts';
import type { FaultOutcome } from '../measure/fault-outcome.ts';
import type { ArmOutcome, Stage, UpdateOutcome } from '../measure/outcome.ts';
import { revokedSeconds } from '../measure/removal-summary.ts';
import type { ReleaseVerdicts } from '../measure/verdict-summary.ts';
import type { Churn } from '../population/churn.ts';
import { type ScheduledFault, scheduleFaults } from '../population/fault-schedule.ts';
import type { Population, Topology } from '../population/population.ts';
import { drawPresence } from '../population/presence.ts';
import { buildTopology } from '../population/topology.ts';
import { engineLabel } from '../scenario/engines.ts';
import {
  isAttacked,
  type LiveArm,
  type Scenario,
  sybilsOfArm,
  type UpdatePlan,
} from '../scenario/scenario.ts';
import { progressOfColumns } from './arm-progress.ts';
import { drawHostileRelays } from './hostile-relays.ts';
import { drawPolicies, type LivePolicies } from './live-policies.ts';
import { publishedByTakers } from './publishing-relay.ts';
import type { PreparedRelease } from './release.ts';
import type { Phase, RunOptions } from './run-contract.ts';
import { trafficViolations } from './traffic-violations.ts';

export interface LiveRun {
  readonly outcome: ArmOutcome;
  readonly threads: number;
  readonly phasesWallMs: Partial<Record<Phase, number>>;
  readonly warnings: readonly string[];
}

export interface LiveInput {
  readonly scenario: Scenario;
  readonly arm: LiveArm;
  readonly population: Population;
  readonly topology: Topology;
  readonly releases: readonly PreparedRelease[];
  /** Lives of the relays; null without churn. */
  readonly churn?: Churn | null;
  /** Of each attack, as prepareHostileModules gives them. */
  readonly hostileModules: readonly (HostileRelease | null)[];
}

/** Runs the arm; rejects with the signal's reason when stopped. `following` is of the engine model. */
export async function runLiveArm(
  input: LiveInput,
  options: RunOptions,
  following: FollowingTerms = {},
): Promise<LiveRun> {
  const { arm, population, churn = null } = input;
  const isInPeace = arm.adversary === 'none';
  const scenario = isInPeace ? { ...input.scenario, adversary: null } : input.scenario;
  const hostileModules = isInPeace ? [] : input.hostileModules;
  const sybils = sybilsOfArm(scenario, arm);
  const { relays } = population;
  const policies = drawPolicies(scenario, arm, population);
  const embeds = policies?.ofRelays.embeds ?? null;
  assert(churn === null || policies === null, `seed ${scenario.seed}: churn and operators in one live arm`);
  const ofRelays = policies?.ofRelays ?? null;
  const releases = publishedByTakers(input.releases, { scenario, population, policies: ofRelays, churn });
  const topology =
    embeds === null || embeds.every((one) => one === 1)
      ? input.topology
      : buildTopology(population, scenario.network, scenario.seed, embeds);
  const { adversary, presence, updates: plans, seed } = scenario;
  const publishers = new Set(releases.map(({ publisher }) => publisher));
  const hostileRelays = drawHostileRelays(scenario, publishers, embeds);
  const hasDirectory = arm.channels.includes('directory');
  const authorities = hasDirectory ? arm.directory.authorities : 0;
  const faults = scheduleFaults(scenario.faults, { population, publishers, authorities, seed });
  const isSmooth = presence.late === null && presence.away === null;
  const { shared, traceHash, threads, total, phasesWallMs } = await runOnEngine(
    {
      scenario,
      arm,
      population,
      topology,
      releases,
      hostileRelays,
      hostileModules,
      presence: isSmooth
        ? null
        : drawPresence(relays, presence, publishers, seed, scenario.network.startSeconds),
      churn,
      policies: ofRelays,
      directory: hasDirectory ? arm.directory : null,
      faults,
      progressOf: (columns) =>
        progressOfColumns(arm.name, {
          activatedUs: stageColumn(columns, relays, 0, 'activated'),
          removedUs: removedColumn(columns, relays, 0),
          releasedAtUs: releases[0]!.atUs,
          churn,
        }),
      scoring: await scoringOf(input.scenario),
      sybils,
      // Reports of a staged rollout go to anybody, the adversary's relays share what they know, and circuits
      // go through any relays.
      asksAnybody:
        arm.channels.includes('circuit') ||
        adversary !== null ||
        scenario.traffic.clients !== null ||
        plans.some(({ rollout }) => rollout !== null),
    },
    options,
    following,
  );
  // What real sockets hold, and what dies with a process, nobody counts.
  const imbalance = scenario.engine === 'wire' ? null : unbalanced(total, scenario.durationSeconds * 1e6);
  if (imbalance !== null) throw new InvariantError(imbalance, seed);
  const seconds = (timeUs: number, release: number): number => (timeUs - releases[release].atUs) / 1e6;
  const sinceRelease = (release: number, stage: Stage): Float64Array =>
    stageColumn(shared, relays, release, stage).map((timeUs) => seconds(timeUs, release));
  const updates = releases.map(
    ({ module, moduleBytes, moduleSha256, misbehaves, request }, release): UpdateOutcome => {
      const update: UpdateOutcome = {
        module,
        moduleBytes,
        moduleSha256,
        hook: request.hook,
        verdicts: { misbehaves, ...(total.verdicts[release] as ReleaseVerdicts) },
        stages: {
          heard: sinceRelease(release, 'heard'),
          verified: sinceRelease(release, 'verified'),
          staged: sinceRelease(release, 'staged'),
          activated: sinceRelease(release, 'activated'),
        },
        removed: removedColumn(shared, relays, release).map((timeUs) => seconds(timeUs, release)),
        ...(churn === null ? {} : { cohort: cohortAt(churn, releases[release].atUs / 1e6) }),
        haltedSeconds: release in total.haltedUs ? seconds(total.haltedUs[release], release) : null,
        ...(faults.length > 0 && {
          gained: gainedColumn(shared, relays, release).map((timeUs) => seconds(timeUs, release)),
        }),
      };
      return policies === null ? update : withByHand(update, release, plans[release], policies);
    },
  );
  // A publisher takes its own update without receiving it.
  const deliveries = updates.reduce(
    (sum, { stages }) => sum + Math.max(0, countReached(stages.heard) - 1),
    0,
  );
  const firstReleaseUs = Math.min(...releases.map(({ atUs }) => atUs));
  const outcome: ArmOutcome = {
    arm,
    engine: engineLabel(scenario),
    horizonSeconds: policies?.horizonSeconds ?? scenario.durationSeconds - firstReleaseUs / 1e6,
    updates,
    cost: {
      deliveries,
      duplicates: total.copies - total.firsts,
      bytes: Math.round(total.bytesSent),
      frames: total.framesSent,
      penalties: total.penalties,
      load: { bytesByKind: total.bytesByKind, relays: relayLoads(shared.load, relays) },
    },
    ...(churn === null
      ? {}
      : {
          links: {
            meanDegreeInTheEnd: total.linkEndsInTheEnd / Math.max(1, total.onlineInTheEnd),
            framesDropped: total.framesDropped,
          },
        }),
    trust: {
      refusals: total.refusals,
      attempts:
        total.sybils === null || sybils === null
          ? total.attempts
          : { ...total.attempts, [sybils.attack]: total.sybils.attempts },
      wrongActivations: total.deceivedRelays,
      hostileRelayHours: total.hostileRelayHours,
      staleRelays: total.staleRelays,
      graylistings: total.graylistings,
    },
    traffic: total.traffic,
    ...(total.sybils !== null && sybils !== null && { sybils: { plan: sybils, ...total.sybils } }),
    ...(faults.length > 0 && { faults: faultOutcomes(faults, total.faultEffects, hostileRelays) }),
    rolledBack: total.rolledBack,
    circuitsBroken: total.traffic?.circuits.brokenSeconds.length ?? null,
    operators: policies?.outcome ?? null,
    traceHash,
    violations: [...total.violations, ...trafficViolations(total.traffic)],
  };
  return { outcome, threads, phasesWallMs, warnings: total.warnings };
}

/** Of the engines, and of gossipsub's own parameters, a run loads what it needs: together they are 400 files. */
async function runOnEngine(
  input: EngineInput,
  options: RunOptions,
  following: FollowingTerms,
): Promise<EngineResult> {
  switch (input.scenario.engine) {
    case 'gossipsub': {
      const { runGossipsub } = await import('../engine/gossipsub/engine.ts');
      return runGossipsub(input, options);
    }
    case 'model': {
      const { runModel } = await import('../engine/model/engine.ts');
      return runModel(input, options, following);
    }
    case 'wire': {
      const { runWire } = await import('../engine/wire/engine.ts');
      return runWire(input, options);
    }
  }
}

/** The same in every arm, attacked or not, so that the attack alone makes the difference. */
async function scoringOf(scenario: Scenario): Promise<ScoringOptions | null> {
  const kind = scenario.gossipsub.scoring ?? (isAttacked(scenario) ? 'invalid-messages' : 'none');
  if (kind === 'none') return null;
  const { updateScoring } = await import('./update-scoring.ts');
  return updateScoring(kind);
}

/** Relays that were simulated, and with them those that their operators upgrade. */
function withByHand(
  update: UpdateOutcome,
  number: number,
  plan: UpdatePlan,
  policies: LivePolicies,
): UpdateOutcome {
  const byHand = policies.byHand(number, revokedSeconds(update, plan, true));
  const either = (live: Float64Array, hand: Float64Array): Float64Array =>
    live.map((seconds, relay) => (Number.isNaN(seconds) ? hand[relay]! : seconds));
  return {
    ...update,
    stages: { ...update.stages, activated: either(update.stages.activated, byHand.activated) },
    removed: either(update.removed, byHand.removed),
  };
}

/** Each fault as it happened; relays of the adversary's do not count among those that it hit. */
function faultOutcomes(
  faults: readonly ScheduledFault[],
  effects: readonly number[],
  hostileRelays: ReadonlySet<number>,
): FaultOutcome[] {
  return faults.map(({ plan, hits, bridges }, index) => ({
    plan,
    effects: effects[index] ?? 0,
    hits: hits.map((hit, host) => (hostileRelays.has(host) ? 0 : hit & (1 - bridges[host]!))),
  }));
}

function countReached(times: Float64Array): number {
  return times.reduce((count, time) => (Number.isNaN(time) ? count : count + 1), 0);
}
