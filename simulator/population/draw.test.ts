import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { SOURCE_PROBABILITIES, torAggregates } from './aggregates.ts';
import { drawPopulation, LEAST_RELAY_BYTES_PER_SECOND } from './draw.ts';
import { madePlan } from './made-plan.ts';
import { type Population, UPTIME_CLASSES } from './population.ts';

const TRAFFIC = { utilization: 0.5 };
const { source, relays: sourceRelays } = torAggregates();

function draw(relays: number, seed = 1): Population {
  return drawPopulation(madePlan({ relays }), TRAFFIC, seed);
}

function countOf(column: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of column) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function near(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${what}: ${actual}, expected ${expected} +- ${tolerance}`,
  );
}

type Sizes = readonly (readonly [size: number, groups: number])[];

/** Groups expected in a network of `relays`: whole copies, then each group as far as its share reaches. */
function expectedGroups(sizes: Sizes, relays: number): number {
  const all = sizes.reduce((sum, [size, groups]) => sum + size * groups, 0);
  const rest = (relays % all) / all;
  const copies = Math.floor(relays / all);
  return sizes.reduce((sum, [size, groups]) => sum + groups * (copies + Math.min(1, size * rest)), 0);
}

/** Share of all relays in the ten largest groups. */
function shareOfTen(sizes: readonly number[]): number {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const ten = [...sizes].sort((a, b) => b - a).slice(0, 10);
  return ten.reduce((sum, size) => sum + size, 0) / all;
}

function unfold(sizes: Sizes): number[] {
  return sizes.flatMap(([size, groups]) => Array<number>(groups).fill(size));
}

for (const relays of [500, 7500]) {
  const population = draw(relays);
  const scale = relays / sourceRelays;

  test(`population: ${relays} relays live in the source's countries`, () => {
    const drawn = countOf(population.country);
    population.countries.forEach((country, index) => {
      near(drawn.get(index) ?? 0, source.countries[country]! * scale, 1, country);
    });
  });

  test(`population: ${relays} relays stand in the source's 20 largest networks`, () => {
    const drawn = countOf(population.network);
    for (const [asn, count] of source.networks) {
      // Countries where a network has fewer than five relays are pooled: it loses 14 % at most, gains none.
      const expected = count * scale;
      const loss = 0.14 * expected;
      near(drawn.get(asn) ?? 0, expected - loss / 2, 2 + loss / 2, `AS${asn}`);
    }
  });

  test(`population: ${relays} relays advertise the source's bandwidth`, () => {
    const bandwidth = population.advertisedBytesPerSecond;
    SOURCE_PROBABILITIES.forEach((probability, i) => {
      const quantile = source.advertisedBytesPerSecond.quantiles[i]!;
      const below = bandwidth.filter((bytesPerSecond) => bytesPerSecond <= quantile).length / relays;
      near(below, probability, relays < 1000 ? 0.025 : 0.012, `share below quantile ${probability}`);
    });
    const mean = bandwidth.reduce((sum, bytesPerSecond) => sum + bytesPerSecond, 0) / relays;
    near(mean / source.advertisedBytesPerSecond.mean, 1, relays < 1000 ? 0.05 : 0.025, 'mean');
  });

  test(`population: ${relays} relays are as fast as the source's in each large country`, () => {
    for (const [country, expected] of Object.entries(source.advertisedBytesPerSecond.meanByCountry)) {
      const of = population.advertisedBytesPerSecond.filter(
        (_, relay) => population.countries[population.country[relay]!] === country,
      );
      const mean = of.reduce((sum, bandwidth) => sum + bandwidth, 0) / of.length;
      near(mean / expected, 1, relays < 1000 ? 0.2 : 0.08, country);
    }
  });

  test(`population: ${relays} relays crowd into /24s as the source's do`, () => {
    const sizes = [...countOf(population.subnet).values()];
    near(sizes.length / expectedGroups(source.subnetSizes, relays), 1, 0.03, 'number of /24s');
    near(shareOfTen(sizes), shareOfTen(unfold(source.subnetSizes)), 0.01, 'share of the ten largest');
  });

  test(`population: ${relays} relays are run by groups of the source's sizes`, () => {
    const sizes = [...countOf(population.operator).values()];
    assert.equal(sizes.length, population.operators);
    near(sizes.length / expectedGroups(source.operatorSizes, relays), 1, 0.01, 'number of operators');
    near(shareOfTen(sizes), shareOfTen(unfold(source.operatorSizes)), 0.02, 'share of the ten largest');
  });

  test(`population: ${relays} relays are up as long as the source's`, () => {
    const drawn = countOf(population.uptimeClass);
    const known = source.uptimeClasses.reduce((sum, count) => sum + count, 0);
    UPTIME_CLASSES.forEach((name, index) => {
      near((drawn.get(index) ?? 0) / relays, source.uptimeClasses[index]! / known, 0.01, name);
    });
  });
}

test('population: as many relays as the source crowd into the same /24s', () => {
  const population = draw(sourceRelays);
  const sizes = countOf(countOf(population.subnet).values());
  assert.deepEqual(
    [...sizes].sort(([a], [b]) => a - b),
    source.subnetSizes.map((pair) => [...pair]),
  );
});

test('population: a network beyond the source repeats it', () => {
  const population = draw(3 * sourceRelays);
  const drawn = countOf(population.country);
  population.countries.forEach((country, index) => {
    assert.equal(drawn.get(index), 3 * source.countries[country]!);
  });
  assert.equal(countOf(population.subnet).size, 3 * unfold(source.subnetSizes).length);
});

test('population: a /24 lies in one network and one country', () => {
  const { subnet, network, country } = draw(20_000);
  const placeOf = new Map<number, string>();
  subnet.forEach((number, relay) => {
    const place = `${network[relay]} ${country[relay]}`;
    assert.equal(placeOf.get(number) ?? place, place);
    placeOf.set(number, place);
  });
});

test('population: the relays of an operator share a network, but for the largest operator', () => {
  const { operator, network } = draw(7500);
  const networksOf = new Map<number, Set<number>>();
  operator.forEach((number, relay) => {
    networksOf.set(number, (networksOf.get(number) ?? new Set()).add(network[relay]!));
  });
  const spread = [...networksOf.values()].filter((networks) => networks.size > 1);
  assert.ok(spread.length <= 1, `${spread.length} operators are spread over several networks`);
});

test('population: faster relays are up longer', () => {
  const { advertisedBytesPerSecond, uptimeClass } = draw(7500);
  const steadyShare = (isIn: (bytesPerSecond: number) => boolean) => {
    const classes = uptimeClass.filter((_, relay) => isIn(advertisedBytesPerSecond[relay]!));
    return classes.filter((index) => index === 0).length / classes.length;
  };
  assert.ok(
    steadyShare((bandwidth) => bandwidth > 23e6) > 0.1 + steadyShare((bandwidth) => bandwidth < 4.7e6),
  );
});

test("population: a relay's number says nothing about it", () => {
  const { country, advertisedBytesPerSecond, operator } = draw(7500);
  const half = (column: ArrayLike<number>, from: number) =>
    Array.from(column).slice(from, from + 3750) as number[];
  const germanShare = (from: number) => half(country, from).filter((index) => index === 1).length / 3750;
  near(germanShare(0), germanShare(3750), 0.04, 'share of Germany in the two halves');
  const mean = (from: number) =>
    half(advertisedBytesPerSecond, from).reduce((sum, bandwidth) => sum + bandwidth, 0) / 3750;
  near(mean(0) / mean(3750), 1, 0.1, 'bandwidth in the two halves');
  assert.equal(operator[0], 0);
});

test('population: weight is the share of bandwidth, the uplink what traffic leaves of it', () => {
  const population = drawPopulation(madePlan({ relays: 2000 }), { utilization: 0.25 }, 7);
  const all = population.advertisedBytesPerSecond.reduce((sum, bandwidth) => sum + bandwidth, 0);
  let weights = 0;
  population.advertisedBytesPerSecond.forEach((bandwidth, relay) => {
    weights += population.consensusWeight[relay]!;
    assert.equal(population.consensusWeight[relay], bandwidth / all);
    const least = Math.max(bandwidth, LEAST_RELAY_BYTES_PER_SECOND);
    assert.equal(population.uplinkBitsPerSecond[relay], least * 8 * 0.75);
  });
  near(weights, 1, 1e-9, 'sum of weights');
  assert.ok(
    population.advertisedBytesPerSecond.some((bandwidth) => bandwidth < LEAST_RELAY_BYTES_PER_SECOND),
  );
});

test("population: a constant uplink is everyone's", () => {
  const plan = madePlan({ relays: 50, uplink: { law: 'constant', bitsPerSecond: 5e6 } });
  assert.ok(drawPopulation(plan, TRAFFIC, 1).uplinkBitsPerSecond.every((bits) => bits === 5e6));
});

test('population: uniform makes all relays alike and strangers to each other', () => {
  const population = drawPopulation(madePlan({ relays: 40, population: 'uniform' }), TRAFFIC, 1);
  assert.deepEqual(population.countries, ['zz']);
  assert.equal(population.operators, 40);
  for (const column of [population.operator, population.network, population.subnet]) {
    assert.equal(countOf(column).size, 40);
  }
  assert.ok(population.consensusWeight.every((weight) => weight === 1 / 40));
  assert.ok(population.uplinkBitsPerSecond.every((bits) => bits === 10e6));
});

test('population: every column lies in shared memory', () => {
  for (const population of ['tor-2025-11', 'uniform'] as const) {
    const drawn = drawPopulation(madePlan({ population }), TRAFFIC, 1);
    const columns = Object.values(drawn).filter((column) => ArrayBuffer.isView(column));
    assert.equal(columns.length, 8);
    for (const column of columns) assert.ok(column.buffer instanceof SharedArrayBuffer);
  }
});

test('population: numbers of relays and utilizations that make no sense are refused', () => {
  for (const relays of [0, -1, 1.5, Number.NaN]) assert.throws(() => draw(relays), RangeError);
  for (const utilization of [-0.1, 1, Number.NaN]) {
    assert.throws(() => drawPopulation(madePlan(), { utilization }, 1), RangeError);
  }
});

/** SHA-256 over every column, first 16 hexadecimal digits. */
function hashOf(population: Population): string {
  const hash = createHash('sha256');
  for (const column of Object.values(population)) {
    if (ArrayBuffer.isView(column)) hash.update(new Uint8Array(column.buffer));
  }
  return hash.digest('hex').slice(0, 16);
}

test('population: one seed always draws the same relays, another seed others', () => {
  assert.equal(hashOf(draw(500, 1)), '0841c3b0b5b6aa1c');
  assert.equal(hashOf(draw(500, 1)), hashOf(draw(500, 1)));
  assert.notEqual(hashOf(draw(500, 1)), hashOf(draw(500, 2)));
});
