/**
 * One-way latency between any two relays, from columns that cross to a simulation thread as they are.
 *
 * latency.ts draws the columns, with the aggregates at hand; what is here reads no file and draws no place,
 * so every thread answers for every pair by itself.
 */

import { mix32, randomStream } from '../engine/random.ts';

/** What latencies come from, as plain data. */
export type LatencyColumns =
  | { readonly law: 'constant'; readonly latencyMs: number }
  | { readonly law: 'uniform'; readonly minMs: number; readonly maxMs: number; readonly seed: number }
  | {
      readonly law: 'places';
      /** Round trips between regions, row after row, each as long as the number of regions. */
      readonly regionRttMs: Float64Array;
      readonly regions: number;
      /** For each relay. */
      readonly country: Uint16Array;
      readonly region: Uint8Array;
      /** Round trip between the relay's country and its region's site. */
      readonly extraRttMs: Float64Array;
      /** One way between the relay and its country's place. */
      readonly accessMs: Float64Array;
    };

export interface LatencyModel {
  /** One-way latency between two relays, the same in both directions, in whole microseconds; at least 1. */
  oneWayUs(relayA: number, relayB: number): number;
}

/** The latencies that the columns say. */
export function pairLatency(columns: LatencyColumns): LatencyModel {
  switch (columns.law) {
    case 'constant': {
      const latencyUs = wholeUs(columns.latencyMs);
      return { oneWayUs: () => latencyUs };
    }
    case 'uniform':
      return uniformModel(columns.minMs, columns.maxMs, columns.seed);
    case 'places': {
      const { accessMs } = columns;
      const rttMs = placeRtts(columns);
      return { oneWayUs: (a, b) => wholeUs(rttMs(a, b) / 2 + accessMs[a]! + accessMs[b]!) };
    }
  }
}

function wholeUs(latencyMs: number): number {
  return Math.max(1, Math.round(latencyMs * 1000));
}

/** Draws by the pair's numbers, so that a link's latency does not depend on the links before it. */
function uniformModel(minMs: number, maxMs: number, seed: number): LatencyModel {
  return {
    oneWayUs(a, b) {
      const pair = mix32(Math.min(a, b) ^ mix32(Math.max(a, b) + 1));
      return wholeUs(minMs + (maxMs - minMs) * randomStream(seed, 'link latency', pair).uniform());
    },
  };
}

/**
 * Round trip between the places of two relays in milliseconds, without their access parts.
 *
 * Two relays of one country and region do not travel to the region's site and back.
 */
export function placeRtts(
  columns: LatencyColumns & { readonly law: 'places' },
): (a: number, b: number) => number {
  const { regionRttMs, regions, country, region, extraRttMs } = columns;
  return (a, b) => {
    const rttMs = regionRttMs[region[a]! * regions + region[b]!]!;
    const atHome = country[a] === country[b] && region[a] === region[b];
    return atHome ? rttMs : rttMs + extraRttMs[a]! + extraRttMs[b]!;
  };
}
