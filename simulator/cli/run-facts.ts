/** What a program that watches a run is told first. */

import type { RunFacts } from '../arms/progress-lines.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** The facts of `count` runs of the scenario, with seeds counting up from its own. */
export function runFacts(scenario: Scenario, count: number): RunFacts {
  const { name, seed, network, durationSeconds, updates, arms } = scenario;
  return {
    scenario: name,
    seeds: Array.from({ length: count }, (_unused, index) => seed + index),
    runs: count,
    relays: network.relays,
    durationSeconds,
    releasedAtSeconds: updates[0]?.atSeconds ?? 0,
    arms: arms.map((arm) => ({ name: arm.name, isLive: arm.kind === 'live' })),
  };
}
