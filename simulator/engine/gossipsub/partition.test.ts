import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Topology } from '../../population/population.ts';
import { testScenario } from '../../testing/test-scenario.ts';
import { choosePartition } from './partition.ts';

/** Relays 0 and 2 are on one thread of two, 1 and 3 on the other. */
function topology(links: readonly [dialer: number, listener: number, latencyUs: number][]): Topology {
  return {
    links: links.length,
    dialer: Uint32Array.from(links, ([dialer]) => dialer),
    listener: Uint32Array.from(links, ([, listener]) => listener),
    latencyUs: Uint32Array.from(links, ([, , latencyUs]) => latencyUs),
  };
}

test('partition: the look-ahead is the shortest latency between two threads, not within one', () => {
  const links = topology([
    [0, 2, 5],
    [0, 1, 900],
    [3, 2, 800],
    [1, 3, 6],
  ]);
  assert.deepEqual(choosePartition(testScenario({ threads: 2 }), links), { threads: 2, lookAheadUs: 800 });
  const one = choosePartition(testScenario({ threads: 1 }), links);
  assert.deepEqual(one, { threads: 1, lookAheadUs: Number.POSITIVE_INFINITY });
});

test('partition: left to itself, a network whose links are too short stays on one thread', () => {
  const scenario = testScenario({ threads: 0, network: { ...testScenario().network, relays: 5000 } });
  assert.equal(choosePartition(scenario, topology([[0, 1, 499]])).threads, 1);
});
