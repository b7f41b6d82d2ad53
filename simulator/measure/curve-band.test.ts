import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MedianOverRuns } from './bootstrap.ts';
import { type AdoptionCurve, adoptionCurve } from './curve.ts';
import { bandedCurve } from './curve-band.ts';
import { timeToFraction } from './quantiles.ts';

function curveOf(arrivals: readonly number[]): AdoptionCurve {
  return adoptionCurve(Float64Array.from(arrivals), new Float64Array(arrivals.length).fill(1));
}

describe('the curves of several runs', () => {
  it('the merged curve reaches a share when the median run does', () => {
    const runs = [curveOf([1, 2, 3, 4]), curveOf([2, 4, 6, 8]), curveOf([10, 20, 30, 40])];
    const { median } = bandedCurve(runs, new MedianOverRuns(3));
    assert.equal(timeToFraction(median, 'fractionOfRelays', 0.5), 4);
    assert.equal(timeToFraction(median, 'fractionOfRelays', 1), 8);
  });

  it('it ends where half of the runs ended', () => {
    const runs = [curveOf([1, Number.NaN]), curveOf([1, Number.NaN]), curveOf([1, 2])];
    const { median } = bandedCurve(runs, new MedianOverRuns(3));
    assert.equal(median.fractionOfRelays.at(-1), 0.5);
  });

  it('a share between two levels is kept in the end', () => {
    const third = curveOf([1, Number.NaN, Number.NaN]);
    const { median } = bandedCurve([third, third, third], new MedianOverRuns(3));
    assert.equal(median.fractionOfRelays.at(-1), 1 / 3);
  });

  it('runs that reached nobody have no rows', () => {
    const nobody = curveOf([Number.NaN]);
    assert.equal(bandedCurve([nobody, nobody], new MedianOverRuns(2)).median.seconds.length, 0);
  });

  it('of one run, the band is the curve itself', () => {
    const { median, bands } = bandedCurve([curveOf([1, 2, 3])], new MedianOverRuns(1));
    assert.deepEqual([...median.seconds], [1, 2, 3]);
    for (const [row, share] of median.fractionOfRelays.entries()) {
      // Times are compared at thousandths of the network.
      assert.ok(Math.abs(share - (row + 1) / 3) < 0.001);
      assert.ok(Math.abs((bands.fractionOfRelays.low[row] as number) - share) < 0.001);
      assert.ok(Math.abs((bands.fractionOfRelays.high[row] as number) - share) < 0.001);
    }
  });

  it('the band begins with the first runs, and closes when the last ones have come', () => {
    const runs = [1, 2, 3, 4, 5, 6].map((run) => curveOf([run, 10 * run]));
    const { median, bands } = bandedCurve(runs, new MedianOverRuns(6));
    const { low, high } = bands.fractionOfRelays;
    const at = (column: Float64Array, moment: number) =>
      column[median.seconds.findLastIndex((seconds) => seconds <= moment)];
    assert.equal(median.seconds[0], 1, 'the fastest run bounds the median of six');
    assert.equal(at(high, 1), 0.5);
    assert.equal(at(median.fractionOfRelays, 1), 0);
    assert.equal(at(low, 59), 0.5, 'the slowest run is half way');
    assert.equal(at(low, 60), 1);
    assert.equal(low.at(-1), 1, 'what all runs reached is not in doubt in the end');
  });

  it('any curves: it rises, and its band encloses it', () => {
    const arrivals = fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constant(Number.NaN)), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(arrivals, { minLength: 1, maxLength: 7 }), (runs) => {
        const { median, bands } = bandedCurve(runs.map(curveOf), new MedianOverRuns(runs.length));
        for (const [row, share] of median.fractionOfRelays.entries()) {
          assert.ok(row === 0 || share >= (median.fractionOfRelays[row - 1] as number));
          assert.ok((bands.fractionOfRelays.low[row] as number) <= share);
          assert.ok((bands.fractionOfRelays.high[row] as number) >= share);
        }
      }),
      { seed: 2 },
    );
  });
});
