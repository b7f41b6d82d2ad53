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
import { drawFromFile, type FileWeight } from './draw-from-file.ts';
import {
  countUp,
  type DrawnRelays,
  drawOperators,
  drawUptime,
  relayColumns,
  renumber,
} from './draw-parts.ts';
import { type Population, UPTIME_CLASSES } from './population.ts';
import { groupRows, interpolatedQuantile, spreadProbabilities, systematicPositions } from './sampling.ts';
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
  const { weight, ...drawn } = drawRelays(plan, seed);
  return {
    ...drawn,
    consensusWeight: sharesOf(weight ?? drawn.advertisedBytesPerSecond),
    uplinkBitsPerSecond: uplinks(drawn.advertisedBytesPerSecond, plan, traffic),
  };
}

/** The relays of the plan; `weight` where something else than bandwidth gives a relay its weight. */
function drawRelays({ population, relays }: NetworkPlan, seed: number): DrawnRelays & FileWeight {
  if (population === 'uniform') return uniformRelays(relays);
  return population === 'tor-2025-11' ? torRelays(relays, seed) : drawFromFile(population, relays, seed);
}

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

function torRelays(relays: number, seed: number): DrawnRelays {
  const aggregates = torAggregates();
  unfolded ??= unfoldNetwork(aggregates);
  const source = unfolded;
  const slots = systematicPositions(relays, source.slots, randomStream(seed, 'population slots').uniform());
  const bandwidth = drawBandwidth(slots, source, aggregates, randomStream(seed, 'population bandwidth'));
  const uptimeClass = drawUptime(bandwidth, aggregates, randomStream(seed, 'population uptime'));
  const networkOfRow = slots.map((slot) => source.network[slot]!);
  const operator = drawOperators(networkOfRow, source.asns.length, aggregates, seed);

  const order = randomStream(seed, 'population order').shuffle(countUp(new Uint32Array(relays)));
  const drawn = { relays, countries: aggregates.countries, ...relayColumns(relays) };
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
