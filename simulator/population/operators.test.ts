import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../engine/random.ts';
import { layOperators } from './operators.ts';
import { groupRows } from './sampling.ts';

/** Networks by the number of their relays, as rows grouped by network. */
function networksOf(...relays: number[]) {
  return groupRows(
    relays.flatMap((count, network) => Array<number>(count).fill(network)),
    relays.length,
  );
}

function relaysPerOperator(operator: Uint32Array): number[] {
  const counts = new Map<number, number>();
  for (const number of operator) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => b - a);
}

test('operators: each runs as many relays as its size says', () => {
  const sizes = [5, 3, 2, 2, 1, 1, 1, 1];
  const operator = layOperators(sizes, networksOf(6, 4, 3, 3), randomStream(1, 'test'));
  assert.deepEqual(relaysPerOperator(operator), sizes);
});

test('operators: one that fits into a network stays in it', () => {
  for (let seed = 0; seed < 20; seed++) {
    const operator = layOperators([4, 4, 2], networksOf(1, 4, 1, 4), randomStream(seed, 'test'));
    assert.equal(new Set(operator.slice(1, 5)).size, 1);
    assert.equal(new Set(operator.slice(6, 10)).size, 1);
  }
});

test('operators: one larger than every network spreads over the roomiest', () => {
  const operator = layOperators([7, 1, 1], networksOf(2, 3, 4), randomStream(1, 'test'));
  assert.deepEqual([...operator], [1, 2, 0, 0, 0, 0, 0, 0, 0]);
});

test('operators: sizes beyond the relays are refused', () => {
  assert.throws(() => layOperators([3, 2], networksOf(2, 2), randomStream(1, 'test')), RangeError);
});
