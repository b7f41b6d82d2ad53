import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../engine/random.ts';
import { SOURCE_PROBABILITIES, torAggregates } from './aggregates.ts';
import { quantileOfSorted } from './derive-relays.ts';
import { drawPopulation } from './draw.ts';
import { latencyModel, placeColumns, placeRelays } from './latency.ts';
import { madePlan } from './made-plan.ts';
import { pairLatency, placeRtts } from './pair-latency.ts';
import type { Population } from './population.ts';

const TRAFFIC = { utilization: 0.5 };
const { source, places } = torAggregates();

function draw(relays: number): Population {
  return drawPopulation(madePlan({ relays }), TRAFFIC, 1);
}

/** Pairs of distinct relays. */
function somePairs(relays: number, pairs: number): [number, number][] {
  const stream = randomStream(1, 'test pairs');
  return Array.from({ length: pairs }, () => {
    const a = stream.integer(relays);
    return [a, (a + 1 + stream.integer(relays - 1)) % relays];
  });
}

function sorted(values: Iterable<number>): number[] {
  return [...values].sort((a, b) => a - b);
}

for (const relays of [500, 7500]) {
  test(`latency: the places of ${relays} relays are as far apart as the source's`, () => {
    const population = draw(relays);
    const rttMs = placeRtts(placeColumns(population, placeRelays(population, 1)));
    const drawn = sorted(somePairs(relays, 100_000).map(([a, b]) => rttMs(a, b)));
    SOURCE_PROBABILITIES.forEach((probability, i) => {
      // Times come in steps of a region pair: hold the share at each quantile against a neighbourhood.
      const low = quantileOfSorted(drawn, Math.max(0, probability - 0.02));
      const high = quantileOfSorted(drawn, Math.min(1, probability + 0.02));
      const expected = source.placeRttMs[i]!;
      assert.ok(low <= expected && expected <= high, `quantile ${probability}: ${low}-${high}, ${expected}`);
    });
  });
}

test('latency: one way is half the round trip between two places, and the access of each', () => {
  const { oneWayUs } = pairLatency({
    law: 'places',
    regionRttMs: Float64Array.of(10, 80, 80, 12),
    regions: 2,
    country: Uint16Array.of(0, 0, 1),
    region: Uint8Array.of(0, 0, 1),
    extraRttMs: Float64Array.of(4, 4, 6),
    accessMs: Float64Array.of(0.5, 1.5, 2),
  });
  assert.equal(oneWayUs(0, 1), 7_000, 'at home: 10 / 2 + 0.5 + 1.5 ms');
  assert.equal(oneWayUs(0, 2), 47_500, '(80 + 4 + 6) / 2 + 0.5 + 2 ms');
  assert.equal(oneWayUs(2, 1), 48_500);
});

test('latency: two relays of one country are as far apart as measurements inside countries say', () => {
  const population = draw(7500);
  const model = latencyModel(population, madePlan(), 1);
  const medians: number[] = [];
  population.countries.forEach((country, index) => {
    const members = [...population.country.keys()].filter((relay) => population.country[relay] === index);
    if (members.length < 20 || places[country]!.length > 1) return;
    const rtts = members.slice(1).map((relay, i) => (2 * model.oneWayUs(relay, members[i]!)) / 1000);
    medians.push(quantileOfSorted(sorted(rtts), 0.5));
  });
  assert.ok(medians.length > 20);
  const median = quantileOfSorted(sorted(medians), 0.5);
  assert.ok(Math.abs(median - source.sameCountryRttMs) < 1.5, `${median} ms, ${source.sameCountryRttMs} ms`);
});

test('latency: no link is shorter than 1.5 ms, and links are no comb', () => {
  const population = draw(7500);
  const model = latencyModel(population, madePlan(), 1);
  const latencies = somePairs(7500, 50_000).map(([a, b]) => model.oneWayUs(a, b));
  assert.ok(latencies.every((latencyUs) => Number.isInteger(latencyUs) && latencyUs >= 1500));
  assert.ok(new Set(latencies).size > 30_000);
});

test('latency: both directions are the same, and another order of asking changes nothing', () => {
  const population = draw(500);
  for (const plan of [madePlan(), madePlan({ latency: { law: 'uniform', minMs: 5, maxMs: 80 } })]) {
    const pairs = somePairs(500, 200);
    const first = latencyModel(population, plan, 3);
    const there = pairs.map(([a, b]) => first.oneWayUs(a, b));
    const second = latencyModel(population, plan, 3);
    const back = pairs.toReversed().map(([a, b]) => second.oneWayUs(b, a));
    assert.deepEqual(back.reverse(), there);
  }
});

test('latency: constant and uniform laws keep their bounds', () => {
  const population = draw(500);
  const constant = latencyModel(population, madePlan({ latency: { law: 'constant', latencyMs: 12.5 } }), 1);
  assert.equal(constant.oneWayUs(1, 2), 12_500);
  const zero = latencyModel(population, madePlan({ latency: { law: 'constant', latencyMs: 0 } }), 1);
  assert.equal(zero.oneWayUs(1, 2), 1);
  const uniform = latencyModel(population, madePlan({ latency: { law: 'uniform', minMs: 5, maxMs: 80 } }), 1);
  const drawn = sorted(somePairs(500, 20_000).map(([a, b]) => uniform.oneWayUs(a, b)));
  assert.ok(drawn[0]! >= 5000 && drawn.at(-1)! <= 80_000);
  assert.ok(Math.abs(quantileOfSorted(drawn, 0.5) - 42_500) < 1500);
});

test('latency: the uniform population has links of 10 to 300 ms', () => {
  const plan = madePlan({ population: 'uniform' });
  const model = latencyModel(drawPopulation(plan, TRAFFIC, 1), plan, 1);
  const drawn = sorted(somePairs(500, 20_000).map(([a, b]) => model.oneWayUs(a, b)));
  assert.ok(drawn[0]! >= 10_000 && drawn[0]! < 11_000);
  assert.ok(drawn.at(-1)! <= 300_000 && drawn.at(-1)! > 299_000);
});
