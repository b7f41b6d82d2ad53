/**
 * Turns the rows of relays into counts, quantiles and shares that no single relay can be read from.
 *
 * Everything a draw uses keeps at least five relays together; `relayMarginals` counts the same rows a
 * second time without cells or strata, so that a test can hold a drawn population against the source.
 */

import { SOURCE_PROBABILITIES, type SourceMarginals, type Stratum } from './aggregates.ts';
import type { SourceTable } from './source-table.ts';

/** A country and network with fewer relays than this is pooled with the country's other small ones. */
const LEAST_CELL_RELAYS = 5;
const LEAST_NETWORK_STRATUM_RELAYS = 100;
const LEAST_COUNTRY_STRATUM_RELAYS = 50;
/** Uptime from which a relay is steady, regular, intermittent; the rest is rare. */
export const UPTIME_CLASS_BOUNDS = [0.99, 0.9, 0.5];

export interface SourceRelay {
  readonly country: string;
  /** 0 where the source names no network. */
  readonly network: number;
  readonly subnet: string;
  readonly advertisedBytesPerSecond: number | null;
  readonly uptimeRatio: number | null;
}

type Groups<Key> = Map<Key, SourceRelay[]>;
type SizeCounts = readonly (readonly [size: number, count: number])[];

/** Relays, countries and places take the order of code points, which no locale changes. */
export function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function readRelays(table: SourceTable): SourceRelay[] {
  return Array.from({ length: table.rows }, (_, row) => ({
    country: table.text(row, 'country'),
    network: table.number(row, 'asn') ?? 0,
    subnet: table.text(row, 'slash24_group'),
    advertisedBytesPerSecond: table.number(row, 'advertised_bandwidth_Bps'),
    uptimeRatio: table.number(row, 'uptime_fraction_2025q3'),
  }));
}

function groupBy<Key>(relays: readonly SourceRelay[], keyOf: (relay: SourceRelay) => Key): Groups<Key> {
  const groups: Groups<Key> = new Map();
  for (const relay of relays) {
    const key = keyOf(relay);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [relay]);
    else group.push(relay);
  }
  return groups;
}

function countSizes(sizes: readonly number[]): SizeCounts {
  const counts = new Map<number, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
}

/** The quantile of sorted values by linear interpolation between the two nearest ranks (type 7). */
export function quantileOfSorted(sorted: readonly number[], probability: number): number {
  const rank = probability * (sorted.length - 1);
  const below = Math.floor(rank);
  const low = sorted[below];
  if (low === undefined) throw new RangeError('no values to take a quantile of');
  return low + (rank - below) * ((sorted[below + 1] ?? low) - low);
}

export function rounded(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}

function ascending(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null).sort((a, b) => a - b);
}

/** Equally spaced quantiles, so few that about five relays or more lie between two of them. */
function quantileColumn(sorted: readonly number[]): number[] {
  const points = sorted.length >= 500 ? 101 : sorted.length >= 200 ? 41 : sorted.length >= 100 ? 21 : 9;
  return Array.from({ length: points }, (_, i) => rounded(quantileOfSorted(sorted, i / (points - 1)), 4));
}

function stratumOf(name: string, relays: readonly SourceRelay[]): Stratum {
  const known = ascending(relays.map((relay) => relay.advertisedBytesPerSecond));
  return { name, relays: relays.length, advertisedBytesPerSecond: quantileColumn(known) };
}

/** The sizes of the /24s among relays of one network, largest first. */
function subnetSizes(relays: readonly SourceRelay[]): number[] {
  return [...groupBy(relays, (relay) => relay.subnet).values()]
    .map((group) => group.length)
    .sort((a, b) => b - a);
}

/** Cells of country and network, their /24s, and the strata of bandwidth that the cells belong to. */
export function relayCells(relays: readonly SourceRelay[]) {
  const byCountry = [...groupBy(relays, (relay) => relay.country)].sort(
    ([a, as], [b, bs]) => bs.length - as.length || byCodePoint(a, b),
  );
  const strata: Stratum[] = [];
  const networks: string[] = [];
  const smallNetworks: string[] = [];
  const rest: SourceRelay[] = [];
  for (const [country, ofCountry] of byCountry) {
    const cells = [...groupBy(ofCountry, (relay) => relay.network)].sort(
      ([a, as], [b, bs]) => bs.length - as.length || a - b,
    );
    const ofCountryStratum = cells
      .filter(([, cell]) => cell.length < LEAST_NETWORK_STRATUM_RELAYS)
      .flatMap(([, cell]) => cell);
    const isStratum = ofCountryStratum.length >= LEAST_COUNTRY_STRATUM_RELAYS;
    if (isStratum) strata.push(stratumOf(country, ofCountryStratum));
    else rest.push(...ofCountryStratum);
    const countryStratum = isStratum ? country : 'rest';

    const shapes = new Map<string, number>();
    for (const [network, cell] of cells) {
      const sizes = subnetSizes(cell);
      if (cell.length < LEAST_CELL_RELAYS) {
        const shape = sizes.join('+');
        shapes.set(shape, (shapes.get(shape) ?? 0) + 1);
        continue;
      }
      const isOwnStratum = cell.length >= LEAST_NETWORK_STRATUM_RELAYS;
      const stratum = isOwnStratum ? `${country}/${network}` : countryStratum;
      if (isOwnStratum) strata.push(stratumOf(stratum, cell));
      const counts = countSizes(sizes).map(([size, subnets]) => `${size}x${subnets}`);
      networks.push([country, network, stratum, ...counts].join(' '));
    }
    if (shapes.size > 0) {
      const counts = [...shapes].sort(([a], [b]) => byCodePoint(a, b)).map(([shape, n]) => `${shape}x${n}`);
      smallNetworks.push([country, countryStratum, ...counts].join(' '));
    }
  }
  strata.push(stratumOf('rest', rest));
  return { countries: byCountry.map(([country]) => country), networks, smallNetworks, strata };
}

/** Index of the uptime class, in the order of UPTIME_CLASSES. */
function uptimeClassOf(uptimeRatio: number): number {
  const index = UPTIME_CLASS_BOUNDS.findIndex((bound) => uptimeRatio >= bound);
  return index < 0 ? UPTIME_CLASS_BOUNDS.length : index;
}

function countUptimeClasses(relays: readonly SourceRelay[]): number[] {
  const counts = [0, 0, 0, 0];
  for (const { uptimeRatio } of relays) {
    if (uptimeRatio !== null) counts[uptimeClassOf(uptimeRatio)]! += 1;
  }
  return counts;
}

function bandwidthQuartiles(relays: readonly SourceRelay[]) {
  const known = ascending(relays.map((relay) => relay.advertisedBytesPerSecond));
  const bounds = [0.25, 0.5, 0.75].map((probability) => rounded(quantileOfSorted(known, probability), 4));
  const quartileOf = (bytesPerSecond: number) => bounds.filter((bound) => bytesPerSecond >= bound).length;
  return { bounds, quartileOf };
}

/** Uptime classes, which depend on bandwidth: fast relays are the steadier ones. */
export function uptimeByBandwidth(relays: readonly SourceRelay[]) {
  const { bounds, quartileOf } = bandwidthQuartiles(relays);
  return {
    bandwidthQuartileBounds: bounds,
    uptime: {
      classBounds: UPTIME_CLASS_BOUNDS,
      relaysByQuartile: [0, 1, 2, 3].map((quartile) =>
        countUptimeClasses(
          relays.filter(
            ({ advertisedBytesPerSecond: bandwidth }) =>
              bandwidth !== null && quartileOf(bandwidth) === quartile,
          ),
        ),
      ),
    },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Marginals counted from the rows alone. */
export function relayMarginals(
  relays: readonly SourceRelay[],
): Omit<SourceMarginals, 'operatorSizes' | 'placeRttMs' | 'sameCountryRttMs'> {
  const countries = [...groupBy(relays, (relay) => relay.country)].sort(
    ([a, as], [b, bs]) => bs.length - as.length || byCodePoint(a, b),
  );
  const networks = [...groupBy(relays, (relay) => relay.network)].sort(
    ([a, as], [b, bs]) => bs.length - as.length || a - b,
  );
  const knownOf = (of: readonly SourceRelay[]) =>
    ascending(of.map((relay) => relay.advertisedBytesPerSecond));
  const known = knownOf(relays);
  return {
    countries: Object.fromEntries(countries.map(([country, group]) => [country, group.length])),
    networks: networks.slice(0, 20).map(([network, group]) => [network, group.length] as const),
    advertisedBytesPerSecond: {
      quantiles: SOURCE_PROBABILITIES.map((probability) => rounded(quantileOfSorted(known, probability), 5)),
      mean: rounded(mean(known), 5),
      meanByCountry: Object.fromEntries(
        countries.slice(0, 10).map(([country, group]) => [country, rounded(mean(knownOf(group)), 5)]),
      ),
    },
    subnetSizes: countSizes(subnetSizes(relays)),
    uptimeClasses: countUptimeClasses(relays),
  };
}
