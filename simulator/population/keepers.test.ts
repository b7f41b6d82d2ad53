import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATOR_PRESETS } from '../scenario/operator-presets.ts';
import { testOperators } from '../testing/test-operators.ts';
import { testScenario } from '../testing/test-scenario.ts';
import { wholeShares } from './dealing.ts';
import { drawPopulation } from './draw.ts';
import { drawKeepers, followingShare } from './keepers.ts';
import type { Population } from './population.ts';

const { classes } = OPERATOR_PRESETS['tor-2025-26'];
const PLAN = testOperators({
  classes,
  platforms: [
    { name: 'debian', share: 0.6, delay: null },
    { name: 'bsd', share: 0.4, delay: null },
  ],
  embedsShare: 0.3,
});

function population(seed: number): Population {
  const { network, traffic } = testScenario({
    network: { ...testScenario().network, relays: 7500, population: 'tor-2025-11' },
  });
  return drawPopulation(network, traffic, seed);
}

const POPULATION = population(1);

test('operators: classes, platforms and the runtime have their shares of relays, to the relay', () => {
  for (const seed of [1, 2]) {
    const { keeperOf, classOf, platformOf, embeds } = drawKeepers(population(seed), PLAN, seed);
    const count = (isIn: (keeper: number) => boolean) => keeperOf.filter(isIn).length;
    const shares = classes.map(({ share }) => share);
    assert.deepEqual(
      shares.map((_share, index) => count((keeper) => classOf[keeper] === index)),
      wholeShares(7500, shares),
    );
    assert.equal(
      count((keeper) => platformOf[keeper] === 0),
      4500,
    );
    assert.equal(
      count((keeper) => embeds[keeper] === 1),
      2250,
    );
  }
});

test('operators: all relays of one are alike but for 2.3 % of them, as 97.4 % of pairs ask', () => {
  // By hand: (0.974 - 0.42) / 0.58 = 0.95517, whose root is 0.97733.
  assert.ok(Math.abs(followingShare(0.974) - 0.97733) < 1e-5);
  assert.equal(followingShare(1), 1);
  assert.equal(followingShare(0.42), 0);
  const { keeperOf, count } = drawKeepers(POPULATION, PLAN, 1);
  const sizes = new Uint32Array(POPULATION.operators);
  for (const operator of POPULATION.operator) sizes[operator]!++;
  let inGroups = 0;
  let apart = 0;
  keeperOf.forEach((keeper, relay) => {
    const operator = POPULATION.operator[relay]!;
    if (sizes[operator]! > 1) inGroups++;
    if (keeper === operator) return;
    apart++;
    assert.ok(sizes[operator]! > 1 && keeper >= POPULATION.operators);
  });
  assert.equal(count, POPULATION.operators + apart);
  const expected = inGroups * (1 - followingShare(0.974));
  assert.ok(Math.abs(apart - expected) < 4 * Math.sqrt(expected), `${apart} of ${inGroups} are apart`);
});

test('operators: with a lockstep of 100 % every relay follows its operator', () => {
  const { keeperOf } = drawKeepers(POPULATION, { ...PLAN, lockstep: 1 }, 1);
  assert.deepEqual(keeperOf, POPULATION.operator);
});

test('operators: each has the time of its first relay, and a placeless population that of UTC', () => {
  const { keeperOf, utcOffsetSeconds } = drawKeepers(POPULATION, PLAN, 1);
  const german = POPULATION.countries.indexOf('de');
  const seen = new Set<number>();
  let germans = 0;
  keeperOf.forEach((keeper, relay) => {
    if (!seen.has(keeper) && POPULATION.country[relay] === german) {
      germans++;
      assert.equal(utcOffsetSeconds[keeper], 3600);
    }
    seen.add(keeper);
  });
  assert.ok(germans > 500);
  const { network, traffic } = testScenario();
  const uniform = drawKeepers(drawPopulation(network, traffic, 1), PLAN, 1);
  assert.ok(uniform.utcOffsetSeconds.every((seconds) => seconds === 0));
});
