import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../engine/random.ts';
import {
  groupRows,
  interpolatedQuantile,
  spreadProbabilities,
  systematicGroups,
  systematicPositions,
} from './sampling.ts';

const STARTS = fc.double({ min: 0, max: 0.999999, noNaN: true });

test('sampling: every stretch of the source is taken in its share, to one relay', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 200 }),
      STARTS,
      fc.nat(199),
      (count, size, start, cut) => {
        const end = Math.min(cut, size);
        const positions = systematicPositions(count, size, start);
        assert.equal(positions.length, count);
        assert.ok(positions.every((position) => position < size));
        const taken = positions.filter((position) => position < end).length;
        assert.ok(Math.abs(taken - (count * end) / size) <= 1, `${taken} of ${count} below ${end}/${size}`);
      },
    ),
  );
});

test('sampling: group sizes add up, thin with the network and repeat beyond it', () => {
  const source = [
    [1, 40],
    [2, 10],
    [40, 1],
  ] as const;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), STARTS, (count, start) => {
      const sizes = systematicGroups(count, source, start);
      assert.equal(
        sizes.reduce((sum, size) => sum + size, 0),
        count,
      );
      assert.deepEqual(
        sizes,
        [...sizes].sort((a, b) => b - a),
      );
      const largest = count >= 100 ? 40 : Math.ceil(count * 0.4);
      assert.ok(sizes[0]! <= largest && sizes[0]! >= largest - 1, `largest ${sizes[0]} of ${count}`);
    }),
  );
  assert.deepEqual(systematicGroups(10, source, 0), [4, 1, 1, 1, 1, 1, 1]);
});

test('sampling: rows group by key in ascending order', () => {
  const { rows, starts } = groupRows([2, 0, 2, 1, 0], 4);
  assert.deepEqual([...rows], [1, 4, 3, 0, 2]);
  assert.deepEqual([...starts], [0, 2, 3, 5, 5]);
});

test('sampling: the rows of a group share out its distribution evenly', () => {
  const seen: number[][] = [[], []];
  spreadProbabilities(groupRows([0, 1, 1, 0, 1, 1], 2), randomStream(1, 'test'), (_, probability, group) => {
    seen[group]!.push(probability);
  });
  for (const probabilities of seen) {
    const ranks = probabilities.map((probability) => Math.floor(probability * probabilities.length));
    assert.deepEqual(
      ranks.sort((a, b) => a - b),
      probabilities.map((_, i) => i),
    );
  }
});

test('sampling: quantiles interpolate between their points and keep the ends', () => {
  assert.equal(interpolatedQuantile([0, 10, 40], 0), 0);
  assert.equal(interpolatedQuantile([0, 10, 40], 0.25), 5);
  assert.equal(interpolatedQuantile([0, 10, 40], 0.75), 25);
  assert.equal(interpolatedQuantile([0, 10, 40], 1), 40);
});
