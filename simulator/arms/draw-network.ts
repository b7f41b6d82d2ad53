/**
 * What every arm of a run has in common, drawn from scenario and seed alone: relays, their lives, links, releases.
 *
 * A report that is drawn again asks for it too: so results need not carry the network.
 */

import type { RunOutcome } from '../measure/outcome.ts';
import { buildTopology } from '../population/topology.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { drawHostileRelays } from './hostile-relays.ts';
import { drawRelayLives, foundersOf } from './relay-lives.ts';
import { prepareReleases } from './release.ts';

export interface DrawnNetwork extends Pick<RunOutcome, 'population' | 'churn' | 'topology'> {
  readonly releases: Awaited<ReturnType<typeof prepareReleases>>;
}

/** Builds the modules and draws the network. Throws `ModuleSizeError` where a module cannot have its size. */
export async function drawNetwork(scenario: Scenario): Promise<DrawnNetwork> {
  const releases = await prepareReleases(scenario);
  const publishers = new Set(releases.map(({ publisher }) => publisher));
  const always = new Set([...publishers, ...drawHostileRelays(scenario, publishers)]);
  const { population, churn } = drawRelayLives(scenario, always);
  const founders = foundersOf(population, scenario.network.relays);
  return { releases, population, churn, topology: buildTopology(founders, scenario.network, scenario.seed) };
}
