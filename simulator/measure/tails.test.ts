import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tails } from './tails.ts';

test('tails: the heaviest and the lightest tenth, of equals the lower index as the lighter', () => {
  const weight = Float64Array.from({ length: 20 }, (_unused, relay) => (relay * 7) % 20);
  const { heaviest, lightest } = tails(weight, 0.1);
  const weights = (relays: Uint32Array) => [...relays].map((relay) => weight[relay]).sort();
  assert.deepEqual(weights(heaviest), [18, 19]);
  assert.deepEqual(weights(lightest), [0, 1]);
  assert.deepEqual([...tails(new Float64Array(4).fill(1), 0.25).lightest], [0]);
  assert.deepEqual([...tails(new Float64Array(4).fill(1), 0.25).heaviest], [3]);
});

test('tails: at least one relay at each end, and never more than half', () => {
  assert.equal(tails(Float64Array.of(3, 2, 1), 0.01).heaviest[0], 0);
  assert.throws(() => tails(Float64Array.of(1, 2), 0.6), RangeError);
});
