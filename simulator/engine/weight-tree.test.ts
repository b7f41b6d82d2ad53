import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from './random.ts';
import { WeightTree } from './weight-tree.ts';

test('weight tree: items are picked in proportion to their weights, and those without weight never', () => {
  for (const items of [1, 2, 7, 8, 9, 100]) {
    const tree = new WeightTree(items);
    const weights = Array.from({ length: items }, (_unused, item) => (item % 3 === 1 ? 0 : item + 1));
    weights.forEach((weight, item) => {
      tree.add(item, 2 * weight);
      tree.add(item, -weight);
    });
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    assert.equal(tree.total, all);
    const stream = randomStream(1, 'picks', items);
    const picks = new Array<number>(items).fill(0);
    const draws = 20_000;
    for (let draw = 0; draw < draws; draw++) picks[tree.pick(stream)]++;
    weights.forEach((weight, item) => {
      const share = weight / all;
      const slack = 5 * Math.sqrt((share * (1 - share)) / draws);
      assert(Math.abs(picks[item] / draws - share) <= slack, `item ${item} of ${items}`);
      if (weight === 0) assert.equal(picks[item], 0);
    });
  }
});

test('weight tree: an emptied tree weighs nothing, whatever the weights were', () => {
  const tree = new WeightTree(1000);
  const stream = randomStream(2, 'weights');
  const weights = Array.from({ length: 1000 }, () => stream.integer(2 ** 42));
  weights.forEach((weight, item) => {
    tree.add(item, weight);
  });
  weights.reverse().forEach((weight, back) => {
    tree.add(999 - back, -weight);
  });
  assert.equal(tree.total, 0);
});
