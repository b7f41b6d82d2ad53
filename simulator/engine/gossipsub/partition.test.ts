import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPopulation } from '../../population/draw.ts';
import type { Topology } from '../../population/population.ts';
import { buildTopology } from '../../population/topology.ts';
import type { NetworkPlan } from '../../scenario/scenario.ts';
import { testScenario } from '../../testing/test-scenario.ts';
import { choosePartition } from './partition.ts';

type Link = [dialer: number, listener: number, latencyUs: number];

function topology(links: readonly Link[]): Topology {
  return {
    links: links.length,
    dialer: Uint32Array.from(links, ([dialer]) => dialer),
    listener: Uint32Array.from(links, ([, listener]) => listener),
    latencyUs: Uint32Array.from(links, ([, , latencyUs]) => latencyUs),
  };
}

function networkOf(relays: number, changes: Partial<NetworkPlan> = {}): NetworkPlan {
  return { ...testScenario().network, relays, ...changes };
}

/** Two rings of relays with short links, joined by a few long ones; `first` relays are in the first. */
function twoCities(relays: number, longUs: number, first = relays / 2): Topology {
  const ring = (from: number, size: number): Link[] =>
    Array.from({ length: size }, (_unused, i) => [from + i, from + ((i + 1) % size), 1000 + i]);
  const bridges: Link[] = [
    [0, first, longUs],
    [1, first + 1, longUs + 5],
  ];
  return topology([...ring(0, first), ...ring(first, relays - first), ...bridges]);
}

test('partition: relays that are near each other share a thread', () => {
  const scenario = testScenario({ threads: 2, network: networkOf(100) });
  const { threadOf, lookAheadUs, largestShare } = choosePartition(scenario, twoCities(100, 40_000));
  assert.equal(lookAheadUs, 40_000);
  assert.equal(largestShare, 0.5);
  assert.equal(new Set(threadOf.subarray(0, 50)).size, 1);
  assert.equal(new Set(threadOf.subarray(50)).size, 1);
});

test('partition: a thread gets more than its share where that alone makes windows long', () => {
  const scenario = testScenario({ threads: 2, network: networkOf(100) });
  const choose = (longUs: number) => choosePartition(scenario, twoCities(100, longUs, 60));
  assert.deepEqual([choose(40_000).lookAheadUs, choose(40_000).largestShare], [40_000, 0.6]);
  assert.equal(choose(1_100).largestShare, 0.5);
});

test('partition: where no cut is long, relays are dealt out evenly', () => {
  const ring: Link[] = Array.from({ length: 100 }, (_unused, i) => [i, (i + 1) % 100, 20_000]);
  const scenario = testScenario({ threads: 4, network: networkOf(100) });
  const { lookAheadUs, largestShare } = choosePartition(scenario, topology(ring));
  assert.equal(lookAheadUs, 20_000);
  assert.equal(largestShare, 0.25);
});

test('partition: one thread has no look-ahead to keep', () => {
  const { threads, lookAheadUs } = choosePartition(testScenario({ threads: 1 }), twoCities(300, 40_000));
  assert.equal(threads, 1);
  assert.equal(lookAheadUs, Number.POSITIVE_INFINITY);
});

test('partition: left to itself, a network takes two threads only where they pay', () => {
  const choose = (relays: number, longUs: number): number =>
    choosePartition(testScenario({ threads: 0, network: networkOf(relays) }), twoCities(relays, longUs))
      .threads;
  const several = choose(4000, 40_000);
  assert(several <= 2);
  assert.equal(choose(4000, 1_500), 1, 'links between the threads are too short');
  assert.equal(choose(300, 40_000), 1, 'too few relays');
});

test('partition: the Tor network is cut into equal shares, with windows of many milliseconds', () => {
  const plan = networkOf(3000, { population: 'tor-2025-11', latency: { law: 'population' } });
  const population = drawPopulation(plan, { utilization: 0.4 }, 1);
  const links = buildTopology(population, plan, 1);
  const { lookAheadUs, largestShare } = choosePartition(testScenario({ threads: 2, network: plan }), links);
  assert(lookAheadUs > 10_000, `look-ahead ${lookAheadUs} us`);
  assert(largestShare <= 0.51, `largest share ${largestShare}`);
});

test('partition: authorities share the thread of the relay at whose place they stand, and count for the look-ahead', () => {
  const plan = networkOf(300, { latency: { law: 'uniform', minMs: 10, maxMs: 300 } });
  const scenario = testScenario({ threads: 2, network: plan });
  const besides = {
    places: [7, 250],
    latency: { law: 'uniform', minMs: 10, maxMs: 300, seed: 1 },
    asksAnybody: false,
  } as const;
  const { threadOf, lookAheadUs } = choosePartition(scenario, twoCities(300, 400_000), besides);
  assert.equal(threadOf.length, 302);
  assert.equal(threadOf[300], threadOf[7]);
  assert.equal(threadOf[301], threadOf[250]);
  assert(lookAheadUs >= 10_000 && lookAheadUs < 20_000, `${lookAheadUs} us, not the links' 400 ms`);
});

test('partition: relays that ask anybody run on one thread, however many are asked for', () => {
  const scenario = testScenario({ threads: 2, network: networkOf(100) });
  const besides = {
    places: [],
    latency: { law: 'constant', latencyMs: 50 },
    asksAnybody: true,
  } as const;
  assert.equal(choosePartition(scenario, twoCities(100, 40_000), besides).threads, 1);
});
