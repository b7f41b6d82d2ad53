/**
 * One-way latency between any two relays: half the round trip between their places, plus an access part each.
 *
 * Where a relay is, and what its access adds, is drawn once per relay, so every link of a slow relay is slow.
 * Both are assumptions where the source is silent (README.md): a country stands for one to four regions, and
 * the access part is fitted so that two relays of a country are as far apart as measurements say.
 */

import exp from '@stdlib/math-base-special-exp';
import { randomStream } from '../engine/random.ts';
import type { LatencyLaw, NetworkPlan } from '../scenario/scenario.ts';
import { type CountryPlace, torAggregates } from './aggregates.ts';
import { float64Column, uint8Column } from './column.ts';
import { type LatencyColumns, type LatencyModel, pairLatency } from './pair-latency.ts';
import type { Population } from './population.ts';

/** ASSUMPTION: no relay is closer than this to its region's site, one way. */
const LEAST_ACCESS_MS = 0.5;
/**
 * ASSUMPTION: the rest of the access part is lognormal. With the region's own 1 ms, two relays of one country
 * get a median round trip of 9.3 ms (RIPE Atlas, median over 73 countries: 9.5 ms) and quartiles of 6.4 and
 * 14.7 ms (PlanetLab, sixth-nearest of 490 hosts: 4.5 and 13.7 ms).
 */
const ACCESS_MEDIAN_MS = 1.2;
const ACCESS_SIGMA = 1.2;
/** Caps one relay in a thousand, which the lognormal would put on another continent. */
const MOST_ACCESS_MS = 50;

/** What `law: population` means for the uniform population, which has no places. */
const UNIFORM_POPULATION_LAW: LatencyLaw = { law: 'uniform', minMs: 10, maxMs: 300 };

/** Where each relay is, in columns. */
export interface RelayPlaces {
  /** Index into the aggregates' `regions`. */
  readonly region: Uint8Array;
  /** Round trip between the relay's country and its region's site. */
  readonly extraRttMs: Float64Array;
  /** One way between the relay and its country's place, at least 0.5. */
  readonly accessMs: Float64Array;
}

/** The latency of every pair of relays, by the plan's law. */
export function latencyModel(population: Population, plan: NetworkPlan, seed: number): LatencyModel {
  return pairLatency(latencyColumns(population, plan, seed));
}

/** The same as plain data, for `pairLatency` on another thread. */
export function latencyColumns(population: Population, plan: NetworkPlan, seed: number): LatencyColumns {
  const isPlaceless = plan.population === 'uniform';
  const law = plan.latency.law === 'population' && isPlaceless ? UNIFORM_POPULATION_LAW : plan.latency;
  switch (law.law) {
    case 'constant':
      return law;
    case 'uniform':
      return { ...law, seed };
    case 'population':
      return placeColumns(population, placeRelays(population, seed));
  }
}

/** Columns of relays at these places. */
export function placeColumns(
  { country }: Population,
  places: RelayPlaces,
): LatencyColumns & { readonly law: 'places' } {
  const { regions, regionRttMs, intraRegionRttMs } = torAggregates();
  const width = regions.length;
  const table = float64Column(width * width);
  for (let row = 0; row < width; row++) {
    table[row * width + row] = intraRegionRttMs[row]!;
    for (let column = 0; column < row; column++) {
      const rttMs = regionRttMs[row]![column]!;
      table[row * width + column] = rttMs;
      table[column * width + row] = rttMs;
    }
  }
  return { law: 'places', regionRttMs: table, regions: width, country, ...places };
}

/** Draws the place and the access part of each relay of a population with countries. */
export function placeRelays(population: Population, seed: number): RelayPlaces {
  const { regions, places } = torAggregates();
  const choices = population.countries.map((country) => {
    const choice = places[country];
    if (choice === undefined) throw new RangeError(`no region is known for country ${country}`);
    return choice.map((place) => ({ ...place, regionIndex: regions.indexOf(place.region) }));
  });
  const region = uint8Column(population.relays);
  const extraRttMs = float64Column(population.relays);
  const accessMs = float64Column(population.relays);
  const placeStream = randomStream(seed, 'relay place');
  const accessStream = randomStream(seed, 'relay access');
  for (let relay = 0; relay < population.relays; relay++) {
    const place = placeAt(choices[population.country[relay]!]!, placeStream.uniform());
    region[relay] = place.regionIndex;
    extraRttMs[relay] = place.extraRttMs;
    const drawnMs = ACCESS_MEDIAN_MS * exp(ACCESS_SIGMA * accessStream.normal());
    accessMs[relay] = Math.min(LEAST_ACCESS_MS + drawnMs, MOST_ACCESS_MS);
  }
  return { region, extraRttMs, accessMs };
}

function placeAt<Place extends CountryPlace>(choices: readonly Place[], probability: number): Place {
  let upTo = 0;
  return choices.find(({ weight }) => (upTo += weight) > probability) ?? choices.at(-1)!;
}
