/**
 * The committed aggregates that populations are drawn from: their shape and where they are read.
 *
 * They hold counts, quantiles and shares, never a row for one relay. What stands under `source` is counted
 * straight from the raw rows and no draw reads it: tests hold the drawn relays against it.
 */

import { readFileSync } from 'node:fs';

/** Probabilities of the quantiles that `source` records. */
export const SOURCE_PROBABILITIES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99] as const;

/** Relays whose bandwidths follow one distribution: a large network, a country's rest, or all the rest. */
export interface Stratum {
  readonly name: string;
  readonly relays: number;
  /** Quantiles of advertised bandwidth at equally spaced probabilities from 0 to 1. */
  readonly advertisedBytesPerSecond: readonly number[];
}

/** Where a country's relays are on the map of regions: one region of several, by weight. */
export interface CountryPlace {
  readonly region: string;
  readonly weight: number;
  /** Round trip between the country and the region's own site. */
  readonly extraRttMs: number;
}

export interface SourceMarginals {
  readonly countries: Readonly<Record<string, number>>;
  /** The 20 largest networks: AS number and relays. */
  readonly networks: readonly (readonly [asn: number, relays: number])[];
  readonly advertisedBytesPerSecond: {
    readonly quantiles: readonly number[];
    readonly mean: number;
    /** Mean by country, of the ten countries with the most relays. */
    readonly meanByCountry: Readonly<Record<string, number>>;
  };
  /** Number of /24s by the relays they hold. */
  readonly subnetSizes: readonly (readonly [size: number, subnets: number])[];
  /** Number of operators by the relays they run, relays without contact counted as operators of one. */
  readonly operatorSizes: readonly (readonly [size: number, operators: number])[];
  /** Relays per uptime class among those with a known uptime. */
  readonly uptimeClasses: readonly number[];
  /** Round trips between the places of two relays drawn from the source, access parts left out. */
  readonly placeRttMs: readonly number[];
  /** Median over countries of the mean round trip inside a country, as measured. */
  readonly sameCountryRttMs: number;
}

export interface PopulationAggregates {
  readonly name: string;
  readonly relays: number;
  /** ISO codes, the country with the most relays first. */
  readonly countries: readonly string[];
  /**
   * One line per country and network with at least five relays: `country asn stratum SIZExSUBNETS ...`;
   * the last fields count the network's /24s in that country by the relays they hold.
   */
  readonly networks: readonly string[];
  /**
   * One line per country for its networks with fewer than five relays: `country stratum SHAPExNETWORKS ...`;
   * the shape `2+1` is a network of three relays, two of which share a /24.
   */
  readonly smallNetworks: readonly string[];
  readonly strata: readonly Stratum[];
  readonly uptime: {
    /** Least uptime fraction of the classes but the last, in the order of UPTIME_CLASSES. */
    readonly classBounds: readonly number[];
    /** Relays per class, for each quartile of bandwidth from the lowest. */
    readonly relaysByQuartile: readonly (readonly number[])[];
  };
  /** Upper bounds of the three lower quartiles of advertised bandwidth. */
  readonly bandwidthQuartileBounds: readonly number[];
  readonly operators: {
    readonly groups: readonly (readonly [size: number, operators: number])[];
    readonly relaysWithoutContact: number;
  };
  readonly regions: readonly string[];
  /** Round trips between regions: row i holds columns 0 to i - 1. */
  readonly regionRttMs: readonly (readonly number[])[];
  /** Round trip inside a region, in the order of `regions`. */
  readonly intraRegionRttMs: readonly number[];
  readonly places: Readonly<Record<string, readonly CountryPlace[]>>;
  readonly source: SourceMarginals;
}

let loaded: PopulationAggregates | undefined;

/** The aggregates of `tor-2025-11`, read at the first call. */
export function torAggregates(): PopulationAggregates {
  loaded ??= JSON.parse(
    readFileSync(new URL('./tor-2025-11.json', import.meta.url), 'utf8'),
  ) as PopulationAggregates;
  return loaded;
}
