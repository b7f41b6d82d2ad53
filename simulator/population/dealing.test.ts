import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dealUnits, wholeShares } from './dealing.ts';

function sumsOf(sizes: readonly number[], parts: Uint8Array, count: number): number[] {
  const sums = new Array<number>(count).fill(0);
  sizes.forEach((size, unit) => {
    sums[parts[unit]!]! += size;
  });
  return sums;
}

test('dealing: shares of the whole are exact to a unit, whatever the seed and however large some units are', () => {
  const sizes = [490, 83, 77, ...new Array<number>(40).fill(5), ...new Array<number>(400).fill(1)];
  const all = sizes.reduce((sum, size) => sum + size, 0);
  for (const seed of [1, 2, 3, 4]) {
    const shares = [0.51, 0.3, 0.17, 0.02];
    const sums = sumsOf(sizes, dealUnits(sizes, shares, seed, 'test'), 4);
    assert.deepEqual(sums, wholeShares(all, shares));
  }
});

test('dealing: a unit too large for a small part goes to another', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const parts = dealUnits([50, ...new Array<number>(50).fill(1)], [0.9, 0.1], seed, 'test');
    assert.equal(parts[0], 0);
    assert.equal(
      parts.reduce((sum, part) => sum + part, 0),
      10,
    );
  }
});

test('dealing: each unit may come into each part, about as often as its share says', () => {
  const sizes = [3, ...new Array<number>(297).fill(1)];
  let first = 0;
  for (let seed = 0; seed < 400; seed++) first += dealUnits(sizes, [0.75, 0.25], seed, 'test')[0]!;
  assert.ok(Math.abs(first / 400 - 0.25) < 0.08, `the largest is in the quarter in ${first} of 400 draws`);
});

test('dealing: when a share grows, hardly a unit leaves', () => {
  const sizes = new Array<number>(1000).fill(1);
  const [few, many] = [0.3, 0.6].map((share) => dealUnits(sizes, [share, 1 - share], 1, 'test'));
  const left = sizes.filter((_size, unit) => few![unit] === 0 && many![unit] === 1).length;
  assert.ok(left < 30, `${left} of 300 left`);
});

test('dealing: whole shares add up, each within one of its share', () => {
  assert.deepEqual(wholeShares(10, [1 / 3, 1 / 3, 1 / 3]), [4, 3, 3]);
  assert.deepEqual(wholeShares(7, [0.5, 0.5]), [4, 3]);
  assert.deepEqual(wholeShares(0, [1]), [0]);
});
