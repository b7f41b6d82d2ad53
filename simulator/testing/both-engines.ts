/** The same network on the real routers and on the model, and how much of it comes out the same. */

import assert from 'node:assert/strict';
import { runLiveArm } from '../arms/live.ts';
import { drawRelayLives, foundersOf } from '../arms/relay-lives.ts';
import { prepareReleases } from '../arms/release.ts';
import { type EngineResult, runGossipsub } from '../engine/gossipsub/engine.ts';
import { stageColumn } from '../engine/gossipsub/job.ts';
import { unbalanced } from '../engine/invariants/frame-ledger.ts';
import { type FollowingTerms, runModel } from '../engine/model/engine.ts';
import type { RunOutcome } from '../measure/outcome.ts';
import { drawPresence } from '../population/presence.ts';
import { buildTopology } from '../population/topology.ts';
import type { LiveArm, LiveChannel, Scenario } from '../scenario/scenario.ts';
import { testLiveArm } from './test-scenario.ts';

export type Engine = 'gossipsub' | 'model';

/** What an engine itself gives. */
export interface Ran {
  readonly result: EngineResult;
  readonly relays: number;
}

export interface RanOnBoth {
  readonly real: EngineResult;
  readonly own: EngineResult;
  readonly relays: number;
}

/** What of an arm is not as usual, and how long the model follows everything event by event, in microseconds. */
export type Terms = Partial<LiveArm> & { readonly followedUs?: number };

const CHANNELS: readonly LiveChannel[] = ['gossip', 'catch-up'];

/** Runs one arm of the scenario, by these channels. */
export async function runOn(
  engine: Engine,
  scenario: Scenario,
  channels = CHANNELS,
  { followedUs, ...terms }: Terms = {},
): Promise<Ran> {
  const { releases, always, ...relaysAndLinks } = await drawNetwork(scenario);
  const { relays } = relaysAndLinks.population;
  const arm = { ...testLiveArm('live', channels), ...terms };
  const input = {
    ...relaysAndLinks,
    scenario: { ...scenario, engine },
    arm,
    releases,
    directory: channels.includes('directory') ? arm.directory : null,
    asksAnybody: channels.includes('circuit'),
    presence: presenceOf(scenario, relays, always),
  };
  const result = await (engine === 'model' ? runModel(input, {}, { followedUs }) : runGossipsub(input, {}));
  assert.equal(unbalanced(result.total, scenario.durationSeconds * 1e6), null);
  return { result, relays };
}

/** The same on both engines. */
export async function runOnBoth(
  scenario: Scenario,
  channels = CHANNELS,
  terms: Terms = {},
): Promise<RanOnBoth> {
  const { result: real, relays } = await runOn('gossipsub', scenario, channels, terms);
  const { result: own } = await runOn('model', scenario, channels, terms);
  return { real, own, relays };
}

/** Runs a whole live arm, with operators and all that an outcome has; on the engine gossipsub first. */
export async function runArmOnBoth(
  scenario: Scenario,
  arm: LiveArm = testLiveArm('live'),
  following: FollowingTerms = {},
): Promise<[RunOutcome, RunOutcome]> {
  const { releases, population, churn, topology } = await drawNetwork(scenario);
  const outcomes: RunOutcome[] = [];
  for (const engine of ['gossipsub', 'model'] as const) {
    const own = { ...scenario, engine, arms: [arm] };
    const input = { scenario: own, arm, population, churn, topology, releases, hostileModules: [] };
    const { outcome } = await runLiveArm(input, {}, following);
    outcomes.push({ scenario: own, population, churn, topology, arms: [outcome] });
  }
  return outcomes as [RunOutcome, RunOutcome];
}

/** Shares of the relays that come to each stage of a release at the same microsecond on both, or on neither. */
export function equalShares(
  { real, own, relays }: RanOnBoth,
  release: number,
): Record<'heard' | 'activated', number> {
  const shareOf = (stage: 'heard' | 'activated'): number => {
    const [theirs, mine] = [real, own].map(({ shared }) => stageColumn(shared, relays, release, stage));
    return mine!.filter((timeUs, relay) => Object.is(timeUs, theirs![relay])).length / relays;
  };
  return { heard: shareOf('heard'), activated: shareOf('activated') };
}

async function drawNetwork(scenario: Scenario) {
  const releases = await prepareReleases(scenario);
  const always = new Set(releases.map(({ publisher }) => publisher));
  const { population, churn } = drawRelayLives(scenario, always);
  const founders = foundersOf(population, scenario.network.relays);
  const topology = buildTopology(founders, scenario.network, scenario.seed);
  return { releases, always, population, churn, topology };
}

function presenceOf({ presence, network, seed }: Scenario, relays: number, always: ReadonlySet<number>) {
  if (presence.late === null && presence.away === null) return null;
  return drawPresence(relays, presence, always, seed, network.startSeconds);
}
