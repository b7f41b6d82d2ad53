/**
 * Turns tables of round-trip times into places: regions, the times between them, and each country's region.
 *
 * The 22 data-centre regions give the times. A country that no one assigned to a region gets one here, and
 * its distance to it from measurements between countries, which are too long on average (home probes).
 */

import { type CountryPlace, SOURCE_PROBABILITIES } from './aggregates.ts';
import { byCodePoint, quantileOfSorted, rounded, type SourceRelay } from './derive-relays.ts';
import type { SourceTable } from './source-table.ts';

/** ASSUMPTION: round trip between two relays of one region besides their access parts. */
const INTRA_REGION_RTT_MS = 1;
/**
 * ASSUMPTION: the same in a region that stands for a wide country, a third of the 24 to 34 ms between
 * neighbouring regions of the United States.
 */
const INTRA_WIDE_REGION_RTT_MS = 8;
const WIDE_REGIONS: readonly string[] = [
  'Australia East',
  'Brazil South',
  'Canada Central',
  'Central India',
  'Central US',
  'East US',
  'South Central US',
  'West US',
];

/** Means over fewer pings than this are left out: they come from one or two probes. */
const LEAST_PINGS = 100;

/**
 * ASSUMPTION: the region and its country for countries that the assigned list leaves out (1 % of relays),
 * and the distance to it where no measurement names the pair.
 */
const UNASSIGNED: Readonly<Record<string, readonly [region: string, home: string, otherwiseMs: number]>> = {
  al: ['Germany West Central', 'de', 30],
  am: ['Germany West Central', 'de', 60],
  ao: ['South Africa North', 'za', 60],
  az: ['Germany West Central', 'de', 60],
  ba: ['Germany West Central', 'de', 25],
  bd: ['Central India', 'in', 50],
  bz: ['South Central US', 'us', 50],
  cr: ['South Central US', 'us', 50],
  cw: ['East US', 'us', 50],
  cy: ['Germany West Central', 'de', 50],
  eu: ['Germany West Central', 'de', 10],
  ir: ['Germany West Central', 'de', 80],
  kg: ['Sweden Central', 'se', 75],
  kn: ['East US', 'us', 50],
  kz: ['Sweden Central', 'se', 75],
  la: ['Southeast Asia', 'sg', 50],
  ma: ['France Central', 'fr', 35],
  mk: ['Germany West Central', 'de', 30],
  mt: ['France Central', 'fr', 25],
  ng: ['UK South', 'gb', 90],
  pe: ['Brazil South', 'br', 90],
  ph: ['East Asia', 'hk', 50],
  pr: ['East US', 'us', 40],
  tt: ['East US', 'us', 60],
  uk: ['UK South', 'gb', 0],
  uz: ['Sweden Central', 'se', 80],
  vi: ['East US', 'us', 40],
};

type CountryRtt = (a: string, b: string) => number | undefined;

function countryRtts(table: SourceTable): CountryRtt {
  const rtts = new Map<string, number>();
  for (let row = 0; row < table.rows; row++) {
    const pings = table.number(row, 'pings') ?? 0;
    const rttMs = table.number(row, 'rtt_mean_ms');
    if (pings < LEAST_PINGS || rttMs === null) continue;
    const pair = [table.text(row, 'country_a'), table.text(row, 'country_b')].map((code) =>
      code.toLowerCase(),
    );
    rtts.set(pair.sort(byCodePoint).join(' '), rttMs);
  }
  return (a, b) => rtts.get([a, b].sort(byCodePoint).join(' '));
}

function regionTable(table: SourceTable) {
  const rtts = new Map<string, number>();
  const names = new Set<string>();
  for (let row = 0; row < table.rows; row++) {
    const a = table.text(row, 'region_a');
    const b = table.text(row, 'region_b');
    names.add(a).add(b);
    const rttMs = table.number(row, 'rtt_p50_ms');
    if (rttMs === null) throw new Error(`${table.path}: no time between ${a} and ${b}`);
    rtts.set([a, b].sort(byCodePoint).join('|'), rttMs);
  }
  const regions = [...names].sort(byCodePoint);
  const regionRttMs = regions.map((a, i) =>
    regions.slice(0, i).map((b) => {
      const rttMs = rtts.get([a, b].sort(byCodePoint).join('|'));
      if (rttMs === undefined) throw new Error(`${table.path}: no time between ${a} and ${b}`);
      return rttMs;
    }),
  );
  return { regions, regionRttMs };
}

export function derivePlaces(
  relays: readonly SourceRelay[],
  tables: { readonly regions: SourceTable; readonly assigned: SourceTable; readonly countries: SourceTable },
) {
  const { regions, regionRttMs } = regionTable(tables.regions);
  const intraRegionRttMs = regions.map((region) =>
    WIDE_REGIONS.includes(region) ? INTRA_WIDE_REGION_RTT_MS : INTRA_REGION_RTT_MS,
  );
  const countryRttMs = countryRtts(tables.countries);
  const assigned = new Map<string, CountryPlace[]>();
  for (let row = 0; row < tables.assigned.rows; row++) {
    const country = tables.assigned.text(row, 'country');
    const place = {
      region: tables.assigned.text(row, 'azure_region'),
      weight: tables.assigned.number(row, 'weight') ?? 0,
      extraRttMs: tables.assigned.number(row, 'extra_rtt_ms') ?? 0,
    };
    assigned.set(country, [...(assigned.get(country) ?? []), place]);
  }
  const relaysByCountry = new Map<string, number>();
  for (const { country } of relays) relaysByCountry.set(country, (relaysByCountry.get(country) ?? 0) + 1);
  const countries = [...relaysByCountry.keys()].sort(byCodePoint);
  const placeOf = (country: string): readonly CountryPlace[] => {
    const places = assigned.get(country);
    if (places !== undefined) return places;
    const guess = UNASSIGNED[country];
    if (guess === undefined) throw new Error(`no region is assigned to country ${country}`);
    const [region, home, otherwiseMs] = guess;
    return [{ region, weight: 1, extraRttMs: rounded(countryRttMs(country, home) ?? otherwiseMs, 3) }];
  };
  const places = Object.fromEntries(countries.map((country) => [country, placeOf(country)]));

  const sameCountry = countries
    .map((country) => countryRttMs(country, country))
    .filter((ms) => ms !== undefined);
  return {
    regions,
    regionRttMs,
    intraRegionRttMs,
    places,
    sameCountryRttMs: rounded(
      quantileOfSorted(
        sameCountry.sort((a, b) => a - b),
        0.5,
      ),
      4,
    ),
    placeRttMs: pairRtts(relaysByCountry, places, (a, b) => {
      const [low, high] = [regions.indexOf(a), regions.indexOf(b)].sort((x, y) => x - y) as [number, number];
      return low === high ? intraRegionRttMs[low]! : regionRttMs[high]![low]!;
    }),
  };
}

/** Quantiles of the round trip between the places of two relays, over all pairs of countries and regions. */
function pairRtts(
  relaysByCountry: ReadonlyMap<string, number>,
  places: Readonly<Record<string, readonly CountryPlace[]>>,
  regionRtt: (a: string, b: string) => number,
): number[] {
  const sites = [...relaysByCountry].flatMap(([country, relays]) =>
    places[country]!.map((place) => ({ country, place, relays: relays * place.weight })),
  );
  const pairs = sites.flatMap((a) =>
    sites.map((b) => {
      const atHome = a.country === b.country && a.place.region === b.place.region;
      const extraRttMs = atHome ? 0 : a.place.extraRttMs + b.place.extraRttMs;
      return { rttMs: regionRtt(a.place.region, b.place.region) + extraRttMs, pairs: a.relays * b.relays };
    }),
  );
  pairs.sort((a, b) => a.rttMs - b.rttMs);
  const all = pairs.reduce((sum, pair) => sum + pair.pairs, 0);
  return SOURCE_PROBABILITIES.map((probability) => {
    let below = 0;
    const pair = pairs.find((candidate) => (below += candidate.pairs) >= probability * all);
    return rounded(pair!.rttMs, 4);
  });
}
