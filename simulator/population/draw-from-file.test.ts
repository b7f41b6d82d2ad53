import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { FilePopulation } from '../scenario/scenario.ts';
import { madeConsensus } from '../testing/made-consensus.ts';
import { torAggregates } from './aggregates.ts';
import { drawPopulation } from './draw.ts';
import { latencyModel } from './latency.ts';
import { madePlan } from './made-plan.ts';
import { UPTIME_CLASSES } from './population.ts';
import { buildTopology } from './topology.ts';

const TRAFFIC = { utilization: 0.4 };
const folder = mkdtempSync(join(tmpdir(), 'relaywave-population-'));

function file(name: string, text: string) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return { path, sha256: createHash('sha256').update(text).digest('hex') };
}

/** 600 relays, three to a /24, the nth with n + 1 kilobytes a second; every fifth an exit. */
const RELAYS = Array.from({ length: 600 }, (_, i) => ({
  address: `198.18.${Math.floor(i / 3)}.${1 + (i % 3)}`,
  flags: i % 5 === 0 ? 'Exit Running Valid' : 'Running Valid',
  bandwidth: i + 1,
}));
const CONSENSUS: FilePopulation = {
  source: 'consensus',
  consensus: file('consensus', madeConsensus(RELAYS)),
  places: file('places.csv', 'prefix,country,network\n198.18.0.0/17,de,24940\n'),
};

function draw(population: FilePopulation, relays: number, seed = 1) {
  return drawPopulation(madePlan({ relays, population }), TRAFFIC, seed);
}

describe('population from a file', () => {
  after(() => rmSync(folder, { recursive: true }));

  it('all relays of a consensus are drawn, each with its own bandwidth, weight, /24 and exit flag', () => {
    const population = draw(CONSENSUS, 600);
    const sorted = [...population.advertisedBytesPerSecond].sort((a, b) => a - b);
    assert.deepEqual(
      sorted,
      RELAYS.map(({ bandwidth }) => bandwidth * 1000),
    );
    const all = (600 * 601) / 2;
    const subnets = new Map<number, number[]>();
    for (let relay = 0; relay < 600; relay++) {
      const line = population.advertisedBytesPerSecond[relay]! / 1000 - 1;
      assert.ok(Math.abs(population.consensusWeight[relay]! - (line + 1) / all) < 1e-12);
      assert.equal(population.exit![relay], line % 5 === 0 ? 1 : 0);
      const lines = subnets.get(population.subnet[relay]!) ?? [];
      subnets.set(population.subnet[relay]!, [...lines, Math.floor(line / 3)]);
    }
    for (const lines of subnets.values()) assert.equal(new Set(lines).size, 1);
    assert.equal(subnets.size, 200);
    // Numbers are shuffled: the file's order cannot be read off.
    assert.notDeepEqual([...population.advertisedBytesPerSecond], sorted);
  });

  it('what the table places stays there; the rest is drawn in the shipped shares, a /24 in one place', () => {
    const population = draw(CONSENSUS, 600);
    const placed = population.countries.indexOf('de');
    const drawn = new Map<string, number>();
    const bySubnet = new Map<number, Set<number>>();
    for (let relay = 0; relay < 600; relay++) {
      const line = population.advertisedBytesPerSecond[relay]! / 1000 - 1;
      if (line < 3 * 128) {
        assert.deepEqual([population.country[relay], population.network[relay]], [placed, 24940]);
        continue;
      }
      const country = population.countries[population.country[relay]!]!;
      drawn.set(country, (drawn.get(country) ?? 0) + 1);
      const places = bySubnet.get(population.subnet[relay]!) ?? new Set();
      bySubnet.set(population.subnet[relay]!, places.add(population.network[relay]!));
    }
    const count = [...drawn.values()].reduce((sum, n) => sum + n, 0);
    const { source, relays } = torAggregates();
    for (const country of ['us', 'de', 'nl']) {
      const share = source.countries[country]! / relays;
      assert.ok(Math.abs(drawn.get(country)! / count - share) < 0.03, `${country} ${drawn.get(country)}`);
    }
    for (const networks of bySubnet.values()) assert.equal(networks.size, 1);
  });

  it('operators and uptimes that a consensus does not know are drawn in the shipped shares', () => {
    const population = draw(CONSENSUS, 600);
    const sizes = new Map<number, number>();
    for (const operator of population.operator) sizes.set(operator, (sizes.get(operator) ?? 0) + 1);
    const { groups, relaysWithoutContact } = torAggregates().operators;
    const all = groups.reduce((sum, [size, n]) => sum + size * n, relaysWithoutContact);
    assert.equal(Math.max(...sizes.values()), Math.round((490 * 600) / all));
    assert.equal(sizes.size, population.operators);
    const steady = population.uptimeClass.filter((one) => UPTIME_CLASSES[one] === 'steady').length;
    assert.ok(steady > 0.6 * 600 && steady < 0.9 * 600, `${steady}`);
  });

  it('a sample has the distribution of bandwidth of the whole file', () => {
    const population = draw(CONSENSUS, 60);
    const sorted = [...population.advertisedBytesPerSecond].sort((a, b) => a - b);
    sorted.forEach((bytes, i) => {
      assert.ok(Math.abs(bytes / 1000 - (i * 10 + 5.5)) <= 5, `${i}: ${bytes}`);
    });
    assert.throws(() => draw(CONSENSUS, 601), /the file has 600 relays/);
  });

  it('the same seed gives the same relays, another seed others', () => {
    const columns = (seed: number) => {
      const { operator, country, uptimeClass, advertisedBytesPerSecond } = draw(CONSENSUS, 300, seed);
      return [[...operator], [...country], [...uptimeClass], [...advertisedBytesPerSecond]];
    };
    assert.deepEqual(columns(1), columns(1));
    assert.notDeepEqual(columns(1), columns(2));
  });

  it('links and latencies are built over it', () => {
    const plan = madePlan({ relays: 300, population: CONSENSUS });
    const population = drawPopulation(plan, TRAFFIC, 1);
    const topology = buildTopology(population, plan, 1);
    assert.equal(topology.links, 2100);
    for (const latencyUs of topology.latencyUs) assert.ok(latencyUs >= 1500);
    assert.ok(latencyModel(population, plan, 1));
  });

  it('a CSV decides over weight, operator, uptime and place; exits are drawn when it has no flags', () => {
    const text = `bandwidth,weight,country,network,operator,uptime
1000,1,de,24940,red,0.995
2000,5,fr,16276,red,0.95
3000,3,us,7922,,0.7
4000,1,us,7922,blue,0.1
`;
    const population = draw({ source: 'csv', csv: file('relays.csv', text) }, 4);
    const relayOf = (bytes: number) => population.advertisedBytesPerSecond.indexOf(bytes);
    const [a, b, c, d] = [1000, 2000, 3000, 4000].map(relayOf) as [number, number, number, number];
    assert.deepEqual(
      [a, b, c, d].map((relay) => population.consensusWeight[relay]),
      [0.1, 0.5, 0.3, 0.1],
    );
    assert.deepEqual(
      [a, b, c, d].map((relay) => UPTIME_CLASSES[population.uptimeClass[relay]!]),
      [...UPTIME_CLASSES],
    );
    assert.equal(population.operator[a], population.operator[b]);
    assert.equal(population.operators, 3);
    assert.equal(population.countries[population.country[b]!], 'fr');
    assert.equal(population.network[c], 7922);
    assert.equal(new Set(population.subnet).size, 4);
    assert.equal(population.exit, undefined);
  });

  it('a file that has changed since the scenario was read is refused', () => {
    const csv = file('changing.csv', 'bandwidth\n1\n2\n');
    assert.equal(draw({ source: 'csv', csv }, 2).relays, 2);
    const other = file('other.csv', 'bandwidth\n3\n4\n');
    assert.equal(draw({ source: 'csv', csv: other }, 2).relays, 2);
    file('changing.csv', 'bandwidth\n1\n3\n');
    assert.throws(() => draw({ source: 'csv', csv }, 2), /has changed since the scenario was read/);
  });
});
