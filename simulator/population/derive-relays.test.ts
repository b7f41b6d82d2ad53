import assert from 'node:assert/strict';
import { test } from 'node:test';
import { torAggregates } from './aggregates.ts';
import { quantileOfSorted, relayCells, relayMarginals, type SourceRelay } from './derive-relays.ts';
import { unfoldNetwork } from './source-network.ts';

function madeRelays(country: string, network: number, ...subnetSizes: number[]): SourceRelay[] {
  return subnetSizes.flatMap((size, index) =>
    Array.from({ length: size }, (_, i) => ({
      country,
      network,
      subnet: `${country}${network}${index}`,
      advertisedBytesPerSecond: 1000 * (i + 1),
      uptimeRatio: 1,
    })),
  );
}

test('derivation: a network with fewer than five relays in a country is not named', () => {
  const cells = relayCells([
    ...madeRelays('de', 10, 3, 2),
    ...madeRelays('de', 11, 2, 2),
    ...madeRelays('de', 12, 1, 1, 2),
    ...madeRelays('fr', 10, 1),
    ...madeRelays('fr', 13, 1),
  ]);
  assert.deepEqual(cells.countries, ['de', 'fr']);
  assert.deepEqual(cells.networks, ['de 10 rest 2x1 3x1']);
  assert.deepEqual(cells.smallNetworks, ['de rest 2+1+1x1 2+2x1', 'fr rest 1x2']);
});

test('derivation: a network of 100 and a country of 50 have a bandwidth distribution of their own', () => {
  const { strata } = relayCells([
    ...madeRelays('de', 10, 100),
    ...madeRelays('de', 11, 49),
    ...madeRelays('fr', 12, 50),
  ]);
  assert.deepEqual(
    strata.map(({ name, relays }) => `${name} ${relays}`),
    ['de/10 100', 'fr 50', 'rest 49'],
  );
  for (const { relays, advertisedBytesPerSecond: quantiles } of strata) {
    assert.ok(relays / (quantiles.length - 1) >= 5, 'five relays between two quantiles');
    assert.deepEqual([quantiles[0], quantiles.at(-1)], [1000, 1000 * relays]);
  }
});

test('derivation: the committed aggregates hold the relays, /24s and networks that were counted', () => {
  const aggregates = torAggregates();
  const network = unfoldNetwork(aggregates);
  assert.equal(network.slots, 9228);
  assert.equal(
    network.subnets,
    aggregates.source.subnetSizes.reduce((sum, [, subnets]) => sum + subnets, 0),
  );
  assert.deepEqual(aggregates.countries, Object.keys(aggregates.source.countries));
  assert.equal(
    aggregates.strata.reduce((sum, stratum) => sum + stratum.relays, 0),
    9228,
  );
  for (const line of aggregates.networks) {
    const relays = line
      .split(' ')
      .slice(3)
      .map((field) => field.split('x').map(Number))
      .reduce((sum, [size, subnets]) => sum + size! * subnets!, 0);
    assert.ok(relays >= 5, line);
  }
});

test('derivation: marginals count every relay, known bandwidth or not', () => {
  const relays = madeRelays('de', 10, 2, 1).map((relay, i) =>
    i === 0 ? { ...relay, advertisedBytesPerSecond: null, uptimeRatio: null } : relay,
  );
  const marginals = relayMarginals(relays);
  assert.deepEqual(marginals.countries, { de: 3 });
  assert.deepEqual(marginals.subnetSizes, [
    [1, 1],
    [2, 1],
  ]);
  assert.equal(marginals.advertisedBytesPerSecond.mean, 1500);
  assert.deepEqual(marginals.uptimeClasses, [2, 0, 0, 0]);
});

test('derivation: quantiles lie between the two nearest ranks', () => {
  assert.equal(quantileOfSorted([1, 2, 4], 0.5), 2);
  assert.equal(quantileOfSorted([1, 2, 4], 0.75), 3);
  assert.equal(quantileOfSorted([7], 0.9), 7);
  assert.throws(() => quantileOfSorted([], 0.5), RangeError);
});
