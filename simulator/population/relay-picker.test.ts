import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../engine/random.ts';
import { weightedPicker } from './relay-picker.ts';

test('picker: relays are picked by weight, and one without weight never', () => {
  const weights = Float64Array.of(0.1, 0, 0.4, 0.05, 0.45);
  const pick = weightedPicker(weights);
  const stream = randomStream(1, 'test');
  const counts = new Float64Array(weights.length);
  const picks = 200_000;
  for (let i = 0; i < picks; i++) counts[pick(stream)]! += 1;
  assert.equal(counts[1], 0);
  weights.forEach((weight, relay) => {
    // Four standard deviations of a binomial share.
    const slack = 4 * Math.sqrt((weight * (1 - weight)) / picks);
    const share = counts[relay]! / picks;
    assert.ok(Math.abs(share - weight) <= slack, `relay ${relay}: ${share}, expected ${weight} +- ${slack}`);
  });
});

test('picker: weights that are all zero are refused', () => {
  assert.throws(() => weightedPicker(new Float64Array(3)), RangeError);
});
