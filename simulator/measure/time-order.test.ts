import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../engine/random.ts';
import { orderOfTimes, sortedTimes } from './time-order.ts';

/** Times of which many are equal, some negative, and some not there. */
function times(count: number): Float64Array {
  const stream = randomStream(1, 'times');
  return Float64Array.from({ length: count }, () => {
    const time = Math.round((stream.uniform() - 0.2) * 1e3) * 10 ** (stream.integer(9) - 4);
    return stream.integer(10) === 0 ? Number.NaN : time;
  });
}

for (const count of [0, 1, 100, 20_000]) {
  test(`time order: ${count} times sort by time, then by index`, () => {
    const given = times(count);
    const expected = [...given.keys()]
      .filter((i) => !Number.isNaN(given[i]!))
      .sort((a, b) => given[a]! - given[b]! || a - b);
    assert.deepEqual([...orderOfTimes(given)], expected);
    assert.deepEqual(
      [...sortedTimes(given)].map((time) => time + 0),
      expected.map((i) => given[i]! + 0),
    );
  });
}

test('time order: zero and negative zero are the same moment', () => {
  const given = Float64Array.from({ length: 6000 }, (_unused, i) => (i % 2 === 0 ? 0 : -0));
  assert.deepEqual([...orderOfTimes(given)], [...given.keys()]);
});

test('time order: an infinite time is none', () => {
  const given = new Float64Array(5000).fill(Number.POSITIVE_INFINITY);
  given[4000] = 1;
  assert.deepEqual([...orderOfTimes(given)], [4000]);
});
