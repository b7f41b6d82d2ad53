/** A network on the model and on the real routers, and how much of it comes out the same. */

import assert from 'node:assert/strict';
import { drawRelayLives, foundersOf } from '../arms/relay-lives.ts';
import { prepareReleases } from '../arms/release.ts';
import { type EngineResult, runGossipsub } from '../engine/gossipsub/engine.ts';
import { stageColumn } from '../engine/gossipsub/job.ts';
import { unbalanced } from '../engine/invariants/frame-ledger.ts';
import { runModel } from '../engine/model/engine.ts';
import { drawPresence } from '../population/presence.ts';
import { buildTopology } from '../population/topology.ts';
import type { LiveArm, LiveChannel, Scenario } from '../scenario/scenario.ts';
import { testLiveArm } from './test-scenario.ts';

export type Engine = 'gossipsub' | 'model';

export interface Ran {
  readonly result: EngineResult;
  readonly relays: number;
}

/** Runs one arm of the scenario, by these channels unless `terms` say otherwise. */
export async function runOn(
  engine: Engine,
  scenario: Scenario,
  channels: readonly LiveChannel[] = ['gossip', 'catch-up'],
  { followedUs, ...terms }: Partial<LiveArm> & { readonly followedUs?: number } = {},
): Promise<Ran> {
  const releases = await prepareReleases(scenario);
  const always = new Set(releases.map(({ publisher }) => publisher));
  const { population, churn } = drawRelayLives(scenario, always);
  const founders = foundersOf(population, scenario.network.relays);
  const topology = buildTopology(founders, scenario.network, scenario.seed);
  const arm = { ...testLiveArm('live', channels), ...terms };
  const input = {
    scenario: { ...scenario, engine },
    arm,
    population,
    topology,
    releases,
    churn,
    directory: channels.includes('directory') ? arm.directory : null,
    asksAnybody: channels.includes('circuit'),
    presence: presenceOf(scenario, population.relays, always),
  };
  const result = await (engine === 'model' ? runModel(input, {}, { followedUs }) : runGossipsub(input, {}));
  assert.equal(unbalanced(result.total, scenario.durationSeconds * 1e6), null);
  return { result, relays: population.relays };
}

function presenceOf({ presence, network, seed }: Scenario, relays: number, always: ReadonlySet<number>) {
  if (presence.late === null && presence.away === null) return null;
  return drawPresence(relays, presence, always, seed, network.startSeconds);
}

/** Shares of the relays that come to each stage of a release at the same microsecond on both, or on neither. */
export function equalShares(
  one: EngineResult,
  other: EngineResult,
  relays: number,
  release: number,
): Record<'heard' | 'activated', number> {
  const shareOf = (stage: 'heard' | 'activated'): number => {
    const theirs = stageColumn(other.shared, relays, release, stage);
    const mine = stageColumn(one.shared, relays, release, stage);
    return mine.filter((timeUs, relay) => Object.is(timeUs, theirs[relay])).length / relays;
  };
  return { heard: shareOf('heard'), activated: shareOf('activated') };
}
