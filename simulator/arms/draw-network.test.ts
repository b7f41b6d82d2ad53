import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Population, Topology } from '../population/population.ts';
import { testScenario, testUpdate } from '../testing/test-scenario.ts';
import { drawNetwork } from './draw-network.ts';

const RELAYS = 120;

function drawn(seed: number, populationSeed?: number) {
  const plain = testScenario();
  const network = { ...plain.network, relays: RELAYS, population: 'tor-2025-11' as const };
  return drawNetwork({
    ...plain,
    seed,
    network: { ...network, ...(populationSeed !== undefined && { populationSeed }) },
    updates: [testUpdate()],
  });
}

const relaysOf = ({ country, network, operator, advertisedBytesPerSecond, consensusWeight }: Population) => [
  ...[country, network, operator, advertisedBytesPerSecond, consensusWeight].map((column) => [...column]),
];
const linksOf = ({ dialer, listener }: Topology) => [[...dialer], [...listener]];

describe('network of a run', () => {
  it('is the same for the same seed, and another for another', async () => {
    const [one, again, other] = await Promise.all([drawn(1), drawn(1), drawn(2)]);
    assert.deepEqual(relaysOf(one.population), relaysOf(again.population));
    assert.deepEqual(linksOf(one.topology), linksOf(again.topology));
    assert.notDeepEqual(relaysOf(one.population), relaysOf(other.population));
  });

  it('populationSeed keeps the relays over seeds, and redraws the links', async () => {
    const [one, two, plain] = await Promise.all([drawn(1, 7), drawn(2, 7), drawn(7)]);
    assert.deepEqual(relaysOf(one.population), relaysOf(two.population));
    assert.deepEqual(relaysOf(one.population), relaysOf(plain.population), 'the relays of that seed');
    assert.notDeepEqual(linksOf(one.topology), linksOf(two.topology));
  });
});
