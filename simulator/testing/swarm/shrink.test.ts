import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScenarioError } from '../../scenario/problem.ts';
import type { Tree } from './dice.ts';
import { drawScenario, loadTree } from './drawn-scenario.ts';
import { shrink } from './shrink.ts';

/** A scenario with several faults, a crash among them. */
function withCrash(): Tree {
  for (let seed = 1; ; seed++) {
    const { tree, loaded } = drawScenario(seed);
    const { faults } = loaded.scenario;
    if (faults.length > 2 && faults.some(({ kind }) => kind === 'crash')) return tree;
  }
}

async function failsBy(tree: Tree, isWrong: (scenario: ReturnType<typeof loadTree>['scenario']) => boolean) {
  try {
    return isWrong(loadTree(tree).scenario);
  } catch (error) {
    if (error instanceof ScenarioError) return null;
    throw error;
  }
}

test('shrink: what is left fails alike, and nothing is in it that the failure does not need', async () => {
  const smallest = await shrink(
    withCrash(),
    (tree) =>
      failsBy(
        tree,
        ({ faults, network }) => faults.some(({ kind }) => kind === 'crash') && network.relays >= 7,
      ),
    500,
  );
  const { scenario } = loadTree(smallest);
  assert.deepEqual(
    scenario.faults.map(({ kind }) => kind),
    ['crash'],
  );
  assert.equal(scenario.network.relays, 7);
  assert.equal(scenario.updates.length, 1);
  assert.equal(scenario.arms.length, 1);
  assert.equal(scenario.adversary, null);
  assert(scenario.durationSeconds < 100);
});

test('shrink: a failure that needs nothing ends in a scenario that the language takes', async () => {
  const smallest = await shrink(withCrash(), (tree) => failsBy(tree, () => true), 500);
  const { scenario } = loadTree(smallest);
  assert.deepEqual([scenario.faults.length, scenario.updates.length, scenario.network.relays], [0, 1, 3]);
});

test('shrink: gives up after so many tries, with what it has', async () => {
  const tree = withCrash();
  let tries = 0;
  const smallest = await shrink(
    tree,
    () => {
      tries++;
      return Promise.resolve(false);
    },
    5,
  );
  assert.equal(smallest, tree);
  assert.equal(tries, 5);
});
