import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../engine/random.ts';
import { atLeast, CONFIDENCE, MedianOverRuns, RUNS_FOR_CONFIDENCE } from './bootstrap.ts';

describe('medians over runs', () => {
  it('binomial tails: those of a coin and of a die', () => {
    assert.equal(atLeast(1, 1, 0.25), 0.25);
    assert.equal(atLeast(2, 3, 0.5), 0.5);
    assert.ok(Math.abs(atLeast(2, 2, 1 / 6) - 1 / 36) < 1e-15);
    assert.equal(atLeast(3, 3, 1), 1);
  });

  it('the distribution of a resampled median is that of all resamples, counted one by one', () => {
    const runs = 5;
    const counts = new Array<number>(runs).fill(0);
    for (let resample = 0; resample < runs ** runs; resample++) {
      const drawn = Array.from(
        { length: runs },
        (_unused, draw) => Math.floor(resample / runs ** draw) % runs,
      );
      counts[drawn.sort((a, b) => a - b)[2] as number]++;
    }
    let upTo = 0;
    for (const [rank, count] of counts.entries()) {
      upTo += count;
      const found = atLeast(3, runs, (rank + 1) / runs);
      assert.ok(Math.abs(found - upTo / runs ** runs) < 1e-14, `rank ${rank + 1}: ${found}`);
    }
  });

  it('an odd number of runs: the middle one, and bounds that runs really had', () => {
    const over = new MedianOverRuns(13);
    const values = [13, 1, 12, 2, 11, 3, 10, 4, 9, 5, 8, 6, 7];
    // 1.6 % of resampled medians are the third or lower, 7.1 % the fourth or lower.
    assert.deepEqual(over.of(values), { median: 7, low: 4, high: 10 });
  });

  it('an even number of runs: the mean of the middle two', () => {
    assert.deepEqual(new MedianOverRuns(2).of([3, 1]), { median: 2, low: 1, high: 3 });
  });

  it('a run that never got there counts as the latest', () => {
    const over = new MedianOverRuns(3);
    assert.deepEqual(over.of([null, 2, 1]), { median: 2, low: 1, high: null });
    assert.deepEqual(over.of([null, null, 1]), { median: null, low: 1, high: null });
    assert.deepEqual(new MedianOverRuns(2).of([null, 1]), { median: null, low: 1, high: null });
  });

  it('one run has itself for an interval', () => {
    assert.deepEqual(new MedianOverRuns(1).of([5]), { median: 5, low: 5, high: 5 });
  });

  it('a wrong number of values, or of runs, is refused', () => {
    assert.throws(() => new MedianOverRuns(3).of([1, 2]), /2 values of 3 runs/);
    assert.throws(() => new MedianOverRuns(0), RangeError);
    assert.throws(() => new MedianOverRuns(Number.NaN), RangeError);
  });

  it('any values: bounds enclose the median, and their order does not matter', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 40 }),
        (values) => {
          const over = new MedianOverRuns(values.length);
          const found = over.of(values);
          assert.ok((found.low as number) <= (found.median as number));
          assert.ok((found.median as number) <= (found.high as number));
          assert.deepEqual(over.of(values.toReversed()), found);
        },
      ),
      { seed: 1 },
    );
  });

  it('from six runs on, intervals hold the true median about as often as they say', () => {
    for (const runs of [RUNS_FOR_CONFIDENCE, 15, 40]) {
      const over = new MedianOverRuns(runs);
      const stream = randomStream(7, 'coverage', runs);
      let held = 0;
      const trials = 4000;
      for (let trial = 0; trial < trials; trial++) {
        const { low, high } = over.of(Array.from({ length: runs }, () => stream.normal()));
        if ((low as number) <= 0 && (high as number) >= 0) held++;
      }
      assert.ok(Math.abs(held / trials - CONFIDENCE) < 0.03, `${runs} runs: ${held / trials}`);
    }
  });
});
