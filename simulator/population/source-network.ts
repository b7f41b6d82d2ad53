/**
 * Unfolds the aggregates into the network that they summarise: one slot per relay of the source.
 *
 * A slot knows its country, network, /24 and bandwidth stratum, and nothing else: no slot is a relay. Slots
 * stand in order of country, network and /24, so that taking every k-th thins all three evenly. Networks
 * that the aggregates pool get numbers from the private-use range of RFC 6996.
 */

import type { PopulationAggregates } from './aggregates.ts';

const FIRST_PRIVATE_ASN = 4_200_000_000;

export interface SourceNetwork {
  readonly slots: number;
  readonly country: Uint16Array;
  /** Index into `asns`. */
  readonly network: Uint16Array;
  readonly subnet: Uint32Array;
  readonly stratum: Uint8Array;
  readonly subnets: number;
  readonly asns: readonly number[];
}

/** Splits `192x1` into the text and the count. */
function splitCount(field: string): [what: string, count: number] {
  const at = field.lastIndexOf('x');
  return [field.slice(0, at), Number(field.slice(at + 1))];
}

/** The lines of one country: large networks first, then the pooled ones. */
function linesByCountry(lines: readonly string[]): Map<string, string[]> {
  const byCountry = new Map<string, string[]>();
  for (const line of lines) {
    const country = line.slice(0, line.indexOf(' '));
    byCountry.set(country, [...(byCountry.get(country) ?? []), line]);
  }
  return byCountry;
}

export function unfoldNetwork(aggregates: PopulationAggregates): SourceNetwork {
  const slots = aggregates.relays;
  const country = new Uint16Array(slots);
  const network = new Uint16Array(slots);
  const subnet = new Uint32Array(slots);
  const stratum = new Uint8Array(slots);
  const stratumIndex = new Map(aggregates.strata.map(({ name }, index) => [name, index]));
  const networkIndex = new Map<number, number>();
  let pooledNetworks = 0;
  let subnets = 0;
  let filled = 0;

  const addNetwork = (countryIndex: number, asn: number, stratumName: string, sizes: readonly number[]) => {
    if (!networkIndex.has(asn)) networkIndex.set(asn, networkIndex.size);
    for (const size of sizes) {
      const end = filled + size;
      country.fill(countryIndex, filled, end);
      network.fill(networkIndex.get(asn)!, filled, end);
      subnet.fill(subnets++, filled, end);
      stratum.fill(stratumIndex.get(stratumName)!, filled, end);
      filled = end;
    }
  };

  const networkLines = linesByCountry(aggregates.networks);
  const smallLines = linesByCountry(aggregates.smallNetworks);
  aggregates.countries.forEach((code, countryIndex) => {
    for (const line of networkLines.get(code) ?? []) {
      const [, asn, stratumName, ...counts] = line.split(' ');
      const sizes = counts.map(splitCount).flatMap(([size, n]) => Array<number>(n).fill(Number(size)));
      addNetwork(countryIndex, Number(asn), stratumName!, sizes.reverse());
    }
    for (const line of smallLines.get(code) ?? []) {
      const [, stratumName, ...counts] = line.split(' ');
      for (const [shape, networks] of counts.map(splitCount)) {
        const sizes = shape.split('+').map(Number);
        for (let i = 0; i < networks; i++) {
          addNetwork(countryIndex, FIRST_PRIVATE_ASN + pooledNetworks++, stratumName!, sizes);
        }
      }
    }
  });
  if (filled !== slots) throw new Error(`the aggregates say ${slots} relays and hold ${filled}`);
  return { slots, country, network, subnet, stratum, subnets, asns: [...networkIndex.keys()] };
}
