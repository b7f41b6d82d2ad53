/** Small networks with faults, for tests: a fault of any kind with what a test does not care about filled in. */

import { prepareReleases } from '../arms/release.ts';
import { type EngineResult, runGossipsub } from '../engine/gossipsub/engine.ts';
import { drawPopulation } from '../population/draw.ts';
import { scheduleFaults } from '../population/fault-schedule.ts';
import { buildTopology } from '../population/topology.ts';
import { EVERYBODY, type FaultPlan, type FaultTargets } from '../scenario/fault-plan.ts';
import type { LiveArm, Scenario } from '../scenario/scenario.ts';
import { testLiveArm } from './test-scenario.ts';

export function testTargets(changes: Partial<FaultTargets> = {}): FaultTargets {
  return { ...EVERYBODY, ...changes };
}

export function testFault(changes: Pick<FaultPlan, 'kind'> & Partial<FaultPlan>): FaultPlan {
  return {
    fromSeconds: 8,
    forSeconds: 10,
    targets: testTargets(),
    step: null,
    times: 1,
    direction: 'both',
    bridges: 0,
    ratio: 0,
    retransmitted: false,
    bySeconds: 0,
    factor: 1,
    ...changes,
  };
}

/** Runs one live arm of a scenario with its faults, and answers what the engine gives. */
export async function runFaults(
  scenario: Scenario,
  arm: LiveArm = testLiveArm('live', ['gossip', 'catch-up']),
): Promise<EngineResult & { readonly publishers: readonly number[] }> {
  const population = drawPopulation(scenario.network, scenario.traffic, scenario.seed);
  const topology = buildTopology(population, scenario.network, scenario.seed);
  const releases = await prepareReleases(scenario);
  const publishers = releases.map(({ publisher }) => publisher);
  const hasDirectory = arm.channels.includes('directory');
  const faults = scheduleFaults(scenario.faults, {
    population,
    publishers: new Set(publishers),
    authorities: hasDirectory ? arm.directory.authorities : 0,
    seed: scenario.seed,
  });
  const directory = hasDirectory ? arm.directory : null;
  const result = await runGossipsub({ scenario, arm, population, topology, releases, faults, directory }, {});
  return { ...result, publishers };
}
