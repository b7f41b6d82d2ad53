/** One live arm on the real routers and on the model: the same relays, links and seed. */

import { runLiveArm } from '../arms/live.ts';
import { prepareReleases } from '../arms/release.ts';
import type { RunOutcome } from '../measure/outcome.ts';
import { drawPopulation } from '../population/draw.ts';
import { buildTopology } from '../population/topology.ts';
import type { LiveArm, Scenario } from '../scenario/scenario.ts';
import { testLiveArm } from './test-scenario.ts';

/** The engine gossipsub first. */
export async function runOnBothEngines(
  scenario: Scenario,
  arm: LiveArm = testLiveArm('live'),
): Promise<[RunOutcome, RunOutcome]> {
  const { network, traffic, seed } = scenario;
  const population = drawPopulation(network, traffic, seed);
  const topology = buildTopology(population, network, seed);
  const releases = await prepareReleases(scenario);
  const outcomes: RunOutcome[] = [];
  for (const engine of ['gossipsub', 'model'] as const) {
    const own = { ...scenario, engine, arms: [arm] };
    const run = await runLiveArm(
      { scenario: own, arm, population, topology, releases, hostileModules: [] },
      {},
    );
    outcomes.push({ scenario: own, population, churn: null, topology, arms: [run.outcome] });
  }
  return outcomes as [RunOutcome, RunOutcome];
}
