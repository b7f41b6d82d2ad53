/**
 * Draws the relays of a run from a user's file: what the file says stands, the rest is drawn from the shipped
 * shares.
 *
 * Fewer relays than the file has are a systematic sample in order of weight, so that the sample has the file's
 * distribution of it. Relay numbers are shuffled last: neither name nor place in the file can be told from them.
 */

import { randomStream } from '../engine/random.ts';
import type { FilePopulation } from '../scenario/scenario.ts';
import { type PopulationAggregates, torAggregates } from './aggregates.ts';
import { uint8Column } from './column.ts';
import {
  countUp,
  type DrawnRelays,
  drawOperators,
  drawUptime,
  relayColumns,
  renumber,
} from './draw-parts.ts';
import type { KnownRelay } from './known-relays.ts';
import { relaysOf } from './population-file.ts';
import { systematicPositions } from './sampling.ts';
import { unfoldNetwork } from './source-network.ts';

/** The weights of relays, where they are not their bandwidths. */
export interface FileWeight {
  readonly weight?: Float64Array;
}

interface Placed {
  readonly country: string;
  readonly network: number;
}

function sample(all: readonly KnownRelay[], relays: number, seed: number): KnownRelay[] {
  if (relays > all.length) {
    throw new RangeError(`the file has ${all.length} relays, and ${relays} are asked for`);
  }
  const weightOf = (relay: KnownRelay) => relay.weight ?? relay.advertisedBytesPerSecond;
  const order = [...all.keys()].sort((a, b) => weightOf(all[b]!) - weightOf(all[a]!) || a - b);
  const start = randomStream(seed, 'population sample').uniform();
  return [...systematicPositions(relays, all.length, start)].map((position) => all[order[position]!]!);
}

/** Numbers texts from 0 in order of appearance. */
function numbered(keys: readonly string[]): { of: Uint32Array; count: number } {
  const numbers = new Map<string, number>();
  const of = Uint32Array.from(keys, (key) => {
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
  return { of, count: numbers.size };
}

/** Numbers what the relays of a key share, a /24 or an operator; a relay without a key has its own. */
function numberedOrOwn(keys: readonly (string | null)[]): Uint32Array {
  return numbered(keys.map((key, row) => (key === null ? `row ${row}` : `key ${key}`))).of;
}

/**
 * Countries and networks in the shipped shares for the rows that have none, all rows of a /24 in one place: the
 * /24s in random order are laid along the relays of the source, which stand in order of country and network.
 */
function drawPlaces(
  unplaced: readonly number[],
  subnet: Uint32Array,
  aggregates: PopulationAggregates,
  seed: number,
): Map<number, Placed> {
  const bySubnet = new Map<number, number[]>();
  for (const row of unplaced) {
    const rows = bySubnet.get(subnet[row]!);
    if (rows === undefined) bySubnet.set(subnet[row]!, [row]);
    else rows.push(row);
  }
  const stream = randomStream(seed, 'population places');
  const source = unfoldNetwork(aggregates);
  const places = new Map<number, Placed>();
  let before = 0;
  for (const rows of stream.shuffle([...bySubnet.values()])) {
    const position = (before + rows.length * stream.uniform()) / unplaced.length;
    const slot = Math.min(Math.floor(position * source.slots), source.slots - 1);
    const country = aggregates.countries[source.country[slot]!]!;
    const network = source.asns[source.network[slot]!]!;
    for (const row of rows) places.set(row, { country, network });
    before += rows.length;
  }
  return places;
}

function uptimeClasses(
  rows: readonly KnownRelay[],
  bandwidth: Float64Array,
  aggregates: PopulationAggregates,
  seed: number,
): Uint8Array {
  const drawn = drawUptime(bandwidth, aggregates, randomStream(seed, 'population uptime'));
  const { classBounds } = aggregates.uptime;
  return drawn.map((uptimeClass, row) => {
    const ratio = rows[row]!.uptimeRatio;
    if (ratio === null) return uptimeClass;
    const known = classBounds.findIndex((bound) => ratio >= bound);
    return known < 0 ? classBounds.length : known;
  });
}

/** `relays` relays of the file, at most as many as it has; RangeError for more. */
export function drawFromFile(
  population: FilePopulation,
  relays: number,
  seed: number,
): DrawnRelays & FileWeight {
  const aggregates = torAggregates();
  const { relays: all, hasOperators } = relaysOf(population);
  const rows = sample(all, relays, seed);
  const subnet = numberedOrOwn(rows.map((relay) => relay.subnet));
  const unplaced = [...rows.keys()].filter((row) => rows[row]!.country === null);
  const drawnPlaces = drawPlaces(unplaced, subnet, aggregates, seed);
  const places = rows.map(({ country, network }, row): Placed => {
    return country === null ? drawnPlaces.get(row)! : { country, network };
  });
  const countries = [...new Set(places.map(({ country }) => country))].sort();
  const bandwidth = Float64Array.from(rows, (row) => row.advertisedBytesPerSecond);
  const uptimeClass = uptimeClasses(rows, bandwidth, aggregates, seed);
  // A network that nobody names is one for each country.
  const networks = numbered(places.map(({ country, network }) => (network > 0 ? `${network}` : country)));
  const operator = hasOperators
    ? numberedOrOwn(rows.map((relay) => relay.operator))
    : drawOperators(networks.of, networks.count, aggregates, seed);

  const drawn = { relays, countries, ...relayColumns(relays) };
  const weight = new Float64Array(relays);
  const exit = uint8Column(relays);
  const order = randomStream(seed, 'population order').shuffle(countUp(new Uint32Array(relays)));
  order.forEach((row, relay) => {
    const known = rows[row]!;
    drawn.country[relay] = countries.indexOf(places[row]!.country);
    drawn.network[relay] = places[row]!.network;
    drawn.subnet[relay] = subnet[row]!;
    drawn.operator[relay] = operator[row]!;
    drawn.advertisedBytesPerSecond[relay] = known.advertisedBytesPerSecond;
    drawn.uptimeClass[relay] = uptimeClass[row]!;
    weight[relay] = known.weight ?? known.advertisedBytesPerSecond;
    exit[relay] = known.isExit === true ? 1 : 0;
  });
  renumber(drawn.subnet);
  return {
    ...drawn,
    operators: renumber(drawn.operator),
    weight,
    // Clients need an exit: where the file has none, exits are drawn.
    ...(rows.some(({ isExit }) => isExit === true) && { exit }),
  };
}
