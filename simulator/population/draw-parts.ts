/**
 * Steps that every draw of relays takes, whether they come from the aggregates or from a user's file.
 */

import { type RandomStream, randomStream } from '../engine/random.ts';
import type { PopulationAggregates } from './aggregates.ts';
import { float64Column, uint8Column, uint16Column, uint32Column } from './column.ts';
import { layOperators } from './operators.ts';
import type { Population } from './population.ts';
import { groupRows, spreadProbabilities, systematicGroups } from './sampling.ts';

/** What a draw gives; uplinks follow from it and the plan. */
export type DrawnRelays = Omit<Population, 'consensusWeight' | 'uplinkBitsPerSecond'>;

/** 0, 1, 2 and so on. */
export function countUp(column: Uint32Array): Uint32Array {
  for (let i = 0; i < column.length; i++) column[i] = i;
  return column;
}

/** What a draw says of each relay, to be filled in. */
export function relayColumns(relays: number) {
  return {
    country: uint16Column(relays),
    network: uint32Column(relays),
    subnet: uint32Column(relays),
    operator: uint32Column(relays),
    advertisedBytesPerSecond: float64Column(relays),
    uptimeClass: uint8Column(relays),
  };
}

/** The quartile of bandwidth of each relay, from 0. */
export function bandwidthQuartiles(
  bandwidth: Float64Array,
  { bandwidthQuartileBounds: bounds }: PopulationAggregates,
): Uint32Array {
  return Uint32Array.from(
    bandwidth,
    (bytesPerSecond) => bounds.filter((bound) => bytesPerSecond >= bound).length,
  );
}

/** Uptime classes in the shares of each relay's quartile of bandwidth. */
export function drawUptime(
  bandwidth: Float64Array,
  aggregates: PopulationAggregates,
  stream: RandomStream,
): Uint8Array {
  const uptimeClass = new Uint8Array(bandwidth.length);
  const quartileOfRow = bandwidthQuartiles(bandwidth, aggregates);
  const bounds = aggregates.uptime.relaysByQuartile.map((counts) => {
    const all = counts.reduce((sum, count) => sum + count, 0);
    let upTo = 0;
    return counts.map((count) => (upTo += count) / all);
  });
  spreadProbabilities(groupRows(quartileOfRow, bounds.length), stream, (row, probability, quartile) => {
    uptimeClass[row] = bounds[quartile]!.findIndex((bound) => probability < bound);
  });
  return uptimeClass;
}

/** Operators of the sizes of the source, laid over rows by network; `networkOfRow` is from 0 to `networks` - 1. */
export function drawOperators(
  networkOfRow: ArrayLike<number>,
  networks: number,
  { operators }: PopulationAggregates,
  seed: number,
): Uint32Array {
  const sizes = systematicGroups(
    networkOfRow.length,
    [...operators.groups, [1, operators.relaysWithoutContact]],
    randomStream(seed, 'population operator sizes').uniform(),
  );
  const stream = randomStream(seed, 'population operator networks');
  return layOperators(sizes, groupRows(networkOfRow, networks), stream);
}

/** Numbers the values of a column from 0 in order of appearance; returns how many there are. */
export function renumber(column: Uint32Array): number {
  const numbers = new Map<number, number>();
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!;
    let number = numbers.get(value);
    if (number === undefined) numbers.set(value, (number = numbers.size));
    column[row] = number;
  }
  return numbers.size;
}
