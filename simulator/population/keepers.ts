/**
 * Who decides for each relay: its operator, or, for the few relays out of lockstep, a keeper of their own.
 *
 * In July 2025 two relays with one contact ran the same version in 97.4 % of pairs, two relays of different
 * operators in 42 %. If a relay follows its operator with probability c, and is like anybody's otherwise, pairs of
 * one operator agree with probability c^2 + (1 - c^2) 0.42; so c^2 = (0.974 - 0.42) / 0.58, and 2.3 % of the relays
 * of operators with several are kept apart. That holds for all updates of a run alike.
 */

import { randomStream } from '../engine/random.ts';
import type { OperatorsPlan } from '../scenario/operators-plan.ts';
import { RANDOM_PAIR_AGREEMENT } from '../scenario/operators-plan.ts';
import { torAggregates } from './aggregates.ts';
import { dealUnits } from './dealing.ts';
import { placeRelays } from './latency.ts';
import type { Population } from './population.ts';
import { utcOffsetSeconds } from './utc-offset.ts';

export interface Keepers {
  /** Operators first, numbered as in the population, then the keepers of single relays out of lockstep. */
  readonly count: number;
  /** The keeper of each relay. */
  readonly keeperOf: Uint32Array;
  /** By keeper: indexes into the plan's classes and platforms. */
  readonly classOf: Uint8Array;
  readonly platformOf: Uint8Array;
  /** By keeper: 1 where its relays embed the runtime for updates. */
  readonly embeds: Uint8Array;
  /** By keeper: seconds that its local time is ahead of UTC. */
  readonly utcOffsetSeconds: Float64Array;
}

/** The probability that a relay follows its operator; `lockstep` is from RANDOM_PAIR_AGREEMENT to 1. */
export function followingShare(lockstep: number): number {
  return Math.sqrt((lockstep - RANDOM_PAIR_AGREEMENT) / (1 - RANDOM_PAIR_AGREEMENT));
}

/** Draws who keeps the relays of a population, and of which class, platform and place each keeper is. */
export function drawKeepers(population: Population, plan: OperatorsPlan, seed: number): Keepers {
  const keeperOf = drawKeeperOf(population, plan.lockstep, seed);
  const count = keeperOf.reduce((most, keeper) => Math.max(most, keeper + 1), population.operators);
  const sizes = new Uint32Array(count);
  for (const keeper of keeperOf) sizes[keeper]!++;
  const shares = (parts: readonly { readonly share: number }[]): number[] => parts.map(({ share }) => share);
  const { classes, platforms, embedsShare } = plan;
  return {
    count,
    keeperOf,
    classOf: dealUnits(sizes, shares(classes), seed, 'class of operators'),
    platformOf:
      platforms.length === 0
        ? new Uint8Array(count)
        : dealUnits(sizes, shares(platforms), seed, 'platform of operators'),
    embeds: dealUnits(sizes, [embedsShare, 1 - embedsShare], seed, 'who embeds the runtime').map(
      (part) => 1 - part,
    ),
    utcOffsetSeconds: localTimes(population, keeperOf, count, seed),
  };
}

function drawKeeperOf(
  { relays, operator, operators }: Population,
  lockstep: number,
  seed: number,
): Uint32Array {
  const sizes = new Uint32Array(operators);
  for (const one of operator) sizes[one]!++;
  const following = followingShare(lockstep);
  const keeperOf = new Uint32Array(relays);
  let next = operators;
  for (let relay = 0; relay < relays; relay++) {
    const own = operator[relay]!;
    const isApart =
      sizes[own]! > 1 && randomStream(seed, 'relays out of lockstep', relay).uniform() >= following;
    keeperOf[relay] = isApart ? next++ : own;
  }
  return keeperOf;
}

/** An operator keeps the time of the place of its first relay, since nobody knows where operators live. */
function localTimes(
  population: Population,
  keeperOf: Uint32Array,
  count: number,
  seed: number,
): Float64Array {
  const offsets = new Float64Array(count);
  if (population.countries.every((country) => country === 'zz')) return offsets; // placeless: UTC
  const { region } = placeRelays(population, seed);
  const { regions } = torAggregates();
  const isKnown = new Uint8Array(count);
  for (let relay = 0; relay < population.relays; relay++) {
    const keeper = keeperOf[relay]!;
    if (isKnown[keeper] === 1) continue;
    isKnown[keeper] = 1;
    const country = population.countries[population.country[relay]!]!;
    offsets[keeper] = utcOffsetSeconds(country, regions[region[relay]!]!);
  }
  return offsets;
}
