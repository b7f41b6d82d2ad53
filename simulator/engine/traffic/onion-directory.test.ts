import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PathPosition, pathSelection } from '../../../node/hooks/catalogue/path-selection.ts';
import { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import { PlainSlots } from '../../../node/relay/hook-slots.ts';
import { drawPopulation } from '../../population/draw.ts';
import { SMALL_NETWORK, smallTraffic } from '../../testing/small-traffic.ts';
import { randomStream } from '../random.ts';
import { OnionDirectory, type SimulatedDescriptor } from './onion-directory.ts';

const SEED = 1;
const EXIT_SHARE = 0.2;
const runtime = new HookRuntime();

function directoryOf(relays: number, seed = SEED) {
  const population = drawPopulation({ ...SMALL_NETWORK, relays }, smallTraffic().traffic, seed);
  const directory = new OnionDirectory(population, seed, EXIT_SHARE);
  const slots = Array.from({ length: relays }, (_unused, relay) => new PlainSlots(runtime, relay));
  directory.vote((relay) => slots[relay]);
  return { population, directory };
}

describe('onion directory', () => {
  it('exits that the population knows are the exits, whatever the share', () => {
    const { population } = directoryOf(50);
    const exit = Uint8Array.from({ length: 50 }, (_unused, relay) => (relay % 7 === 0 ? 1 : 0));
    const known = new OnionDirectory({ ...population, exit }, SEED, EXIT_SHARE).descriptors;
    const exits = known.filter((descriptor) => descriptor.exit).map(({ relay }) => relay);
    assert.deepEqual(exits, [0, 7, 14, 21, 28, 35, 42, 49]);
  });

  it('the same seed makes the same directory, another seed another', () => {
    const tell = (seed: number) =>
      directoryOf(100, seed).directory.descriptors.map((one) => [
        one.fingerprint,
        one.exit,
        one.guard,
        one.weight,
      ]);
    assert.deepEqual(tell(1), tell(1));
    assert.notDeepEqual(tell(1), tell(2));
  });

  it('relays of one /24 are of one /16, others are not; an operator of several relays is a family', () => {
    const { population, directory } = directoryOf(2000);
    const { descriptors } = directory;
    const networks = new Map<number, number>();
    for (const { relay, address, family } of descriptors) {
      const network = address >>> 16;
      assert.equal(networks.get(network) ?? population.subnet[relay], population.subnet[relay]);
      networks.set(network, population.subnet[relay]);
      assert.ok(address >>> 24 >= 20 && address >>> 24 <= 51);
      const siblings = population.operator.filter(
        (operator) => operator === population.operator[relay],
      ).length;
      assert.equal(family, siblings > 1 ? String(population.operator[relay]) : null);
    }
    assert.equal(networks.size, new Set(population.subnet).size);
  });

  it('exits are their share; guards are what most authorities call so, and some relays are neither', () => {
    const { directory } = directoryOf(2000);
    const { descriptors, voters } = directory;
    assert.equal(descriptors.filter(({ exit }) => exit).length, 2000 * EXIT_SHARE);
    assert.equal(voters.length, 9);
    const guards = descriptors.filter(({ guard }) => guard);
    assert.ok(guards.length > 200 && guards.length < 1600, `${guards.length} guards`);
    assert.ok(descriptors.some(({ guard, exit }) => !guard && !exit));
  });

  it('paths: by weight in each place, never two of a family, a /16, or the same relay', () => {
    const { directory } = directoryOf(300);
    const { descriptors, consensus } = directory;
    const hook = new PlainSlots(runtime).slot(pathSelection);
    const stream = randomStream(SEED, 'test paths');
    const random = { uniform: () => stream.uniform() };
    const DRAWS = 20_000;
    const chosen = new Map<SimulatedDescriptor, number>();
    for (let draw = 0; draw < DRAWS; draw++) {
      const guard = consensus.choose(hook, PathPosition.guard, [], random)!;
      const exit = consensus.choose(hook, PathPosition.exit, [guard], random)!;
      const middle = consensus.choose(hook, PathPosition.middle, [guard, exit], random)!;
      assert.ok(guard.guard && exit.exit);
      const path = [guard, middle, exit];
      assert.equal(new Set(path.map(({ fingerprint }) => fingerprint)).size, 3);
      assert.equal(new Set(path.map(({ address }) => address >>> 16)).size, 3);
      const families = path.flatMap(({ family }) => (family === null ? [] : [family]));
      assert.equal(new Set(families).size, families.length);
      const one = guard as SimulatedDescriptor;
      chosen.set(one, (chosen.get(one) ?? 0) + 1);
    }
    // The first place has nothing that rules anybody out: each guard's share is its share of the guards' weight.
    const guards = descriptors.filter(({ guard }) => guard);
    const total = guards.reduce((sum, { weight }) => sum + weight, 0);
    let chiSquared = 0;
    for (const guard of guards) {
      const expected = (DRAWS * guard.weight) / total;
      chiSquared += ((chosen.get(guard) ?? 0) - expected) ** 2 / expected;
    }
    const freedom = guards.length - 1;
    const sigmas = (chiSquared - freedom) / Math.sqrt(2 * freedom);
    assert.ok(Math.abs(sigmas) < 4, `chi-squared ${chiSquared} with ${freedom} degrees of freedom`);
  });

  it('before the authorities have voted there is no consensus', () => {
    const population = drawPopulation(SMALL_NETWORK, smallTraffic().traffic, SEED);
    assert.throws(() => new OnionDirectory(population, SEED, EXIT_SHARE).consensus, /not voted/);
  });
});
