/**
 * Draws the relays of a run: who they are, what they can send, who runs them.
 *
 * Shares of countries, networks, /24s, operators, bandwidth and uptime come out exact to a relay, whatever
 * the seed: the seed decides which relay of a network is fast, not how many are. Relay numbers are shuffled
 * last, so that a relay's number says nothing about it.
 */

import { type RandomStream, randomStream } from '../engine/random.ts';
import type { NetworkPlan } from '../scenario/scenario.ts';
import type { TrafficPlan } from '../scenario/traffic-plan.ts';
import { type PopulationAggregates, torAggregates } from './aggregates.ts';
import { float64Column, uint8Column, uint16Column, uint32Column } from './column.ts';
import { layOperators } from './operators.ts';
import { type Population, UPTIME_CLASSES } from './population.ts';
import {
  groupRows,
  interpolatedQuantile,
  spreadProbabilities,
  systematicGroups,
  systematicPositions,
} from './sampling.ts';
import { type SourceNetwork, unfoldNetwork } from './source-network.ts';

/** Tor's manual asks at least 75 KBytes a second of a relay (BandwidthRate), a KByte being 1,024 bytes. */
export const LEAST_RELAY_BYTES_PER_SECOND = 75 * 1024;
/** Every relay of the `uniform` population: 20 Mbit/s. */
const UNIFORM_BYTES_PER_SECOND = 2_500_000;

/** The source unfolded, kept for the next draw of the process. */
let unfolded: SourceNetwork | undefined;

/**
 * The population of `plan` under `seed`: 1 relay or more.
 *
 * Throws RangeError for a number of relays that is not whole and positive, and for a utilization outside
 * [0, 1).
 */
export function drawPopulation(
  plan: NetworkPlan,
  traffic: Pick<TrafficPlan, 'utilization'>,
  seed: number,
): Population {
  if (!Number.isInteger(plan.relays) || plan.relays < 1) {
    throw new RangeError(`a population needs a whole number of relays, at least 1, not ${plan.relays}`);
  }
  if (!(traffic.utilization >= 0 && traffic.utilization < 1)) {
    throw new RangeError(`utilization must be in [0, 1), not ${traffic.utilization}`);
  }
  const drawn = plan.population === 'uniform' ? uniformRelays(plan.relays) : torRelays(plan.relays, seed);
  return {
    ...drawn,
    consensusWeight: sharesOf(drawn.advertisedBytesPerSecond),
    uplinkBitsPerSecond: uplinks(drawn.advertisedBytesPerSecond, plan, traffic),
  };
}

type DrawnRelays = Omit<Population, 'consensusWeight' | 'uplinkBitsPerSecond'>;

function uniformRelays(relays: number): DrawnRelays {
  return {
    relays,
    countries: ['zz'],
    country: uint16Column(relays),
    network: countUp(uint32Column(relays)),
    subnet: countUp(uint32Column(relays)),
    operator: countUp(uint32Column(relays)),
    operators: relays,
    advertisedBytesPerSecond: float64Column(relays).fill(UNIFORM_BYTES_PER_SECOND),
    uptimeClass: uint8Column(relays).fill(UPTIME_CLASSES.indexOf('steady')),
  };
}

function countUp(column: Uint32Array): Uint32Array {
  for (let i = 0; i < column.length; i++) column[i] = i;
  return column;
}

function torRelays(relays: number, seed: number): DrawnRelays {
  const aggregates = torAggregates();
  unfolded ??= unfoldNetwork(aggregates);
  const source = unfolded;
  const slots = systematicPositions(relays, source.slots, randomStream(seed, 'population slots').uniform());
  const bandwidth = drawBandwidth(slots, source, aggregates, randomStream(seed, 'population bandwidth'));
  const uptimeClass = drawUptime(bandwidth, aggregates, randomStream(seed, 'population uptime'));
  const operator = drawOperators(slots, source, aggregates, seed);

  const order = randomStream(seed, 'population order').shuffle(countUp(new Uint32Array(relays)));
  const drawn = {
    relays,
    countries: aggregates.countries,
    country: uint16Column(relays),
    network: uint32Column(relays),
    subnet: uint32Column(relays),
    operator: uint32Column(relays),
    advertisedBytesPerSecond: float64Column(relays),
    uptimeClass: uint8Column(relays),
  };
  order.forEach((row, relay) => {
    const slot = slots[row]!;
    const copy = Math.floor(row / source.slots);
    drawn.country[relay] = source.country[slot]!;
    drawn.network[relay] = source.asns[source.network[slot]!]!;
    drawn.subnet[relay] = copy * source.subnets + source.subnet[slot]!;
    drawn.operator[relay] = operator[row]!;
    drawn.advertisedBytesPerSecond[relay] = bandwidth[row]!;
    drawn.uptimeClass[relay] = uptimeClass[row]!;
  });
  renumber(drawn.subnet);
  return { ...drawn, operators: renumber(drawn.operator) };
}

function drawBandwidth(
  slots: Uint32Array,
  source: SourceNetwork,
  { strata }: PopulationAggregates,
  stream: RandomStream,
): Float64Array {
  const bandwidth = new Float64Array(slots.length);
  const stratumOfRow = slots.map((slot) => source.stratum[slot]!);
  spreadProbabilities(groupRows(stratumOfRow, strata.length), stream, (row, probability, stratum) => {
    bandwidth[row] = Math.round(interpolatedQuantile(strata[stratum]!.advertisedBytesPerSecond, probability));
  });
  return bandwidth;
}

/** Uptime classes in the shares of each relay's quartile of bandwidth. */
function drawUptime(
  bandwidth: Float64Array,
  { bandwidthQuartileBounds, uptime }: PopulationAggregates,
  stream: RandomStream,
): Uint8Array {
  const uptimeClass = new Uint8Array(bandwidth.length);
  const quartileOfRow = Uint8Array.from(
    bandwidth,
    (bytesPerSecond) => bandwidthQuartileBounds.filter((bound) => bytesPerSecond >= bound).length,
  );
  const bounds = uptime.relaysByQuartile.map((counts) => {
    const all = counts.reduce((sum, count) => sum + count, 0);
    let upTo = 0;
    return counts.map((count) => (upTo += count) / all);
  });
  spreadProbabilities(groupRows(quartileOfRow, bounds.length), stream, (row, probability, quartile) => {
    uptimeClass[row] = bounds[quartile]!.findIndex((bound) => probability < bound);
  });
  return uptimeClass;
}

function drawOperators(
  slots: Uint32Array,
  source: SourceNetwork,
  { operators }: PopulationAggregates,
  seed: number,
): Uint32Array {
  const sizes = systematicGroups(
    slots.length,
    [...operators.groups, [1, operators.relaysWithoutContact]],
    randomStream(seed, 'population operator sizes').uniform(),
  );
  const networks = groupRows(
    slots.map((slot) => source.network[slot]!),
    source.asns.length,
  );
  return layOperators(sizes, networks, randomStream(seed, 'population operator networks'));
}

/** Numbers the values of a column from 0 in order of appearance; returns how many there are. */
function renumber(column: Uint32Array): number {
  const numbers = new Map<number, number>();
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!;
    let number = numbers.get(value);
    if (number === undefined) numbers.set(value, (number = numbers.size));
    column[row] = number;
  }
  return numbers.size;
}

/** Consensus weight in proportion to advertised bandwidth; README.md says what speaks for more. */
function sharesOf(bandwidth: Float64Array): Float64Array {
  const shares = float64Column(bandwidth.length);
  const all = bandwidth.reduce((sum, bytesPerSecond) => sum + bytesPerSecond, 0);
  for (let relay = 0; relay < bandwidth.length; relay++) {
    shares[relay] = all > 0 ? bandwidth[relay]! / all : 1 / bandwidth.length;
  }
  return shares;
}

function uplinks(
  bandwidth: Float64Array,
  plan: NetworkPlan,
  traffic: Pick<TrafficPlan, 'utilization'>,
): Float64Array {
  const uplink = float64Column(bandwidth.length);
  if (plan.uplink.law === 'constant') return uplink.fill(plan.uplink.bitsPerSecond);
  for (let relay = 0; relay < bandwidth.length; relay++) {
    const bytesPerSecond = Math.max(bandwidth[relay]!, LEAST_RELAY_BYTES_PER_SECOND);
    uplink[relay] = 8 * bytesPerSecond * (1 - traffic.utilization);
  }
  return uplink;
}
