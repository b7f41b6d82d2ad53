/**
 * Who the relays of a run are, over all of it: those that it begins with, and those that join as it goes on.
 *
 * All arms see the same lives. Relays that the developers publish through, and the adversary's, are there all the
 * time: a publication would fail with the one, and an attack is not to depend on luck.
 */

import assert from 'node:assert/strict';
import { arrivalTimesUs, type Churn, drawChurn } from '../population/churn.ts';
import { churnRates } from '../population/churn-rates.ts';
import { drawPopulation } from '../population/draw.ts';
import type { Population } from '../population/population.ts';
import type { Scenario } from '../scenario/scenario.ts';

export interface RelayLives {
  /** The relays of the start first, then newcomers in order of birth. */
  readonly population: Population;
  /** Null without churn. */
  readonly churn: Churn | null;
}

/** Draws the relays of the scenario, and under churn the life of each. */
export function drawRelayLives(scenario: Scenario, always: ReadonlySet<number>): RelayLives {
  const { network, traffic, seed, durationSeconds } = scenario;
  const relaySeed = network.populationSeed ?? seed;
  if (scenario.churn === null)
    return { population: drawPopulation(network, traffic, relaySeed), churn: null };
  assert(
    typeof network.population === 'string',
    `seed ${seed}: churn needs a population that can be drawn larger`,
  );
  const rates = churnRates(scenario.churn, network.relays, network.population !== 'uniform');
  const arrivalsUs = arrivalTimesUs(rates, durationSeconds, seed);
  const relays = network.relays + arrivalsUs.length;
  const drawn = drawPopulation({ ...network, relays }, traffic, relaySeed);
  const churn = drawChurn({
    rates,
    population: drawn,
    arrivalsUs,
    always,
    durationSeconds,
    startSeconds: network.startSeconds,
    seed,
  });
  const population = rates.isByUptime ? { ...drawn, uptimeClass: churn.classOf } : drawn;
  return { population, churn };
}

/** The relays that a run begins with. */
export function foundersOf(population: Population, relays: number): Population {
  if (population.relays === relays) return population;
  return { ...population, relays, consensusWeight: population.consensusWeight.subarray(0, relays) };
}
