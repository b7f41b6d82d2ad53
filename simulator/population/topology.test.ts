import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { NetworkPlan } from '../scenario/scenario.ts';
import { drawPopulation } from './draw.ts';
import { madePlan } from './made-plan.ts';
import type { Population, Topology } from './population.ts';
import { buildTopology } from './topology.ts';

const TRAFFIC = { utilization: 0.5 };

function build(changes: Partial<NetworkPlan>, seed: number): { population: Population; topology: Topology } {
  const plan = madePlan(changes);
  const population = drawPopulation(plan, TRAFFIC, seed);
  return { population, topology: buildTopology(population, plan, seed) };
}

/** A network with the operators and /24s given, and nothing else to tell relays apart. */
function madePopulation(operator: readonly number[], subnet: readonly number[]): Population {
  const relays = operator.length;
  const population = drawPopulation(madePlan({ relays, population: 'uniform' }), TRAFFIC, 1);
  return {
    ...population,
    operator: Uint32Array.from(operator),
    operators: new Set(operator).size,
    subnet: Uint32Array.from(subnet),
  };
}

function reachable(relays: number, { links, dialer, listener }: Topology): number {
  const peers = Array.from({ length: relays }, (): number[] => []);
  for (let link = 0; link < links; link++) {
    peers[dialer[link]!]!.push(listener[link]!);
    peers[listener[link]!]!.push(dialer[link]!);
  }
  const seen = new Set([0]);
  for (const relay of seen) for (const peer of peers[relay]!) seen.add(peer);
  return seen.size;
}

function pairsOf({ dialer, listener }: Topology): Set<string> {
  const pairs = new Set<string>();
  for (const [link, a] of dialer.entries()) pairs.add([a, listener[link]!].sort((x, y) => x - y).join('-'));
  return pairs;
}

test('topology: any network is connected, without self links, pairs linked twice or links inside a family', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 60, max: 400 }),
      fc.integer({ min: 2, max: 15 }),
      fc.constantFrom('uniform' as const, 'consensus-weight' as const),
      fc.nat(1000),
      (relays, degree, dialing, seed) => {
        const { population, topology } = build({ relays, degree, dialing }, seed);
        const { dialer, listener, latencyUs, links } = topology;
        assert.equal(reachable(relays, topology), relays);
        assert.equal(pairsOf(topology).size, links);
        for (let link = 0; link < links; link++) {
          const [a, b] = [dialer[link]!, listener[link]!];
          assert.notEqual(a, b);
          assert.notEqual(population.operator[a], population.operator[b]);
          assert.notEqual(population.subnet[a], population.subnet[b]);
          assert.ok(latencyUs[link]! >= 1500);
        }
        const dialed = Math.floor((relays * degree) / 2);
        assert.ok(links >= dialed && links < dialed + relays / 2, `${links} links for ${dialed} dials`);
      },
    ),
    { numRuns: 40 },
  );
});

test('topology: each relay dials half the degree; an odd degree gives every second relay one more', () => {
  for (const [degree, expected] of [
    [14, [7, 7, 7, 7]],
    [15, [7, 8, 7, 8]],
  ] as const) {
    const { topology } = build({ relays: 1000, degree }, 1);
    const dials = new Uint32Array(1000);
    for (const relay of topology.dialer) dials[relay]! += 1;
    assert.deepEqual([...dials.subarray(0, 4)], expected);
    assert.deepEqual([...dials.subarray(996)], expected);
    assert.equal(topology.links, 500 * degree);
  }
});

test('topology: by consensus weight, a relay is dialed in proportion to its weight', () => {
  const { population, topology } = build({ relays: 7500, dialing: 'consensus-weight' }, 1);
  const byWeight = [...population.consensusWeight.keys()].sort(
    (a, b) => population.consensusWeight[b]! - population.consensusWeight[a]!,
  );
  const top = new Set(byWeight.slice(0, 750));
  const weight = [...top].reduce((sum, relay) => sum + population.consensusWeight[relay]!, 0);
  const share = topology.listener.filter((relay) => top.has(relay)).length / topology.links;
  assert.ok(weight > 0.25 && Math.abs(share - weight) < 0.02, `dialed ${share}, weight ${weight}`);
  const uniform = build({ relays: 7500 }, 1).topology;
  const evenShare = uniform.listener.filter((relay) => top.has(relay)).length / uniform.links;
  assert.ok(Math.abs(evenShare - 0.1) < 0.01, `dialed ${evenShare} of the links`);
});

test('topology: a degree beyond the relays links all pairs and ends', () => {
  const { topology } = build({ relays: 12, degree: 40, population: 'uniform' }, 1);
  assert.equal(topology.links, (12 * 11) / 2);
  assert.equal(pairsOf(topology).size, topology.links);
});

test('topology: relays of few operators get the links that the rule leaves', () => {
  const population = madePopulation([0, 0, 0, 1, 1, 2], [0, 1, 2, 3, 4, 4]);
  const topology = buildTopology(population, madePlan({ degree: 10, population: 'uniform' }), 1);
  // Of 15 pairs, 3 share operator 0, 1 shares operator 1, and 4-5 shares a /24.
  assert.equal(topology.links, 10);
});

test('topology: a part that the rule cuts off is joined by one link that breaks it', () => {
  // Relay 5 shares a /24 with relays 0 and 1, and an operator with 2, 3 and 4: it may link to no one.
  const population = madePopulation([1, 2, 0, 0, 0, 0], [7, 7, 1, 2, 3, 7]);
  const topology = buildTopology(population, madePlan({ degree: 10, population: 'uniform' }), 1);
  assert.equal(reachable(6, topology), 6);
  const ofCutOff = topology.dialer.filter((relay, link) => relay === 5 || topology.listener[link] === 5);
  assert.equal(ofCutOff.length, 1);
});

test('topology: parts are joined by a pair that the rule allows where there is one', () => {
  for (let seed = 0; seed < 30; seed++) {
    const { population, topology } = build({ relays: 200, degree: 1 }, seed);
    assert.equal(reachable(200, topology), 200);
    topology.dialer.forEach((a, link) => {
      const b = topology.listener[link]!;
      assert.notEqual(population.operator[a], population.operator[b]);
      assert.notEqual(population.subnet[a], population.subnet[b]);
    });
  }
});

test('topology: a network that leaves no link to lay is refused', () => {
  const plan = madePlan({ population: 'uniform' });
  assert.throws(() => buildTopology(madePopulation([0], [0]), plan, 1), /no link/);
  assert.throws(() => buildTopology(madePopulation([0, 0, 0], [0, 1, 2]), plan, 1), /no link/);
  for (const degree of [0, -2, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => buildTopology(madePopulation([0, 1], [0, 1]), { ...plan, degree }, 1), RangeError);
  }
});

test('topology: the columns lie in shared memory', () => {
  const { topology } = build({}, 1);
  for (const column of [topology.dialer, topology.listener, topology.latencyUs]) {
    assert.ok(column.buffer instanceof SharedArrayBuffer);
    assert.equal(column.length, topology.links);
  }
});

test('topology: one seed always lays the same links, another seed others', () => {
  const hashOf = (seed: number) => {
    const { dialer, listener, latencyUs } = build({}, seed).topology;
    const hash = createHash('sha256');
    for (const column of [dialer, listener, latencyUs]) hash.update(new Uint8Array(column.buffer));
    return hash.digest('hex').slice(0, 16);
  };
  assert.equal(hashOf(1), 'e99ef50d95b6608e');
  assert.notEqual(hashOf(1), hashOf(2));
});

test('topology: links join members only, who have as many as in a network of their own and are connected', () => {
  for (const dialing of ['uniform', 'consensus-weight'] as const) {
    const plan = madePlan({ relays: 600, degree: 10, dialing });
    const population = drawPopulation(plan, TRAFFIC, 1);
    const members = Uint8Array.from({ length: 600 }, (_unused, relay) => (relay % 3 === 2 ? 1 : 0));
    const { dialer, listener, links, latencyUs } = buildTopology(population, plan, 1, members);
    assert.ok(links >= 1000 && links < 1010, `${links} links of 200 members of degree 10`);
    const seen = new Set([2]);
    const peers = new Map<number, number[]>();
    for (let link = 0; link < links; link++) {
      const [a, b] = [dialer[link]!, listener[link]!];
      assert.ok(members[a] === 1 && members[b] === 1 && latencyUs[link]! > 0);
      for (const [one, other] of [
        [a, b],
        [b, a],
      ] as const) {
        peers.set(one, [...(peers.get(one) ?? []), other]);
      }
    }
    for (const relay of seen) for (const peer of peers.get(relay) ?? []) seen.add(peer);
    assert.equal(seen.size, 200);
  }
});

test('topology: members all is as without members', () => {
  const plan = madePlan({ relays: 300 });
  const population = drawPopulation(plan, TRAFFIC, 1);
  const all = new Uint8Array(300).fill(1);
  assert.deepEqual(buildTopology(population, plan, 1, all), buildTopology(population, plan, 1));
});
