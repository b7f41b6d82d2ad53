import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type SweepAxis, type SweepPlan, sweepPoints } from '../scenario/sweep-plan.ts';
import { classesOf, firstOrderIndex, numberIn } from './sensitivity.ts';

function indices(plan: SweepPlan, model: (...x: number[]) => number): (number | null)[] {
  const points = sweepPoints(plan);
  const figures = points.map((point) => model(...point.map(numberIn)));
  return plan.axes.map((axis, place) => {
    const classes = classesOf(
      axis,
      points.map((point) => point[place] as string | number),
    );
    return firstOrderIndex(classes, figures, plan.sample !== null);
  });
}

const listed = (path: string, ...values: (string | number)[]): SweepAxis => ({ path, values });
const drawn = (path: string, from: number, to: number): SweepAxis => ({
  path,
  values: [],
  range: { from, to, unit: '', spacing: 'linear', whole: false },
});
const near = (actual: number | null | undefined, expected: number, within: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < within, `${actual} is not ${expected}`);

describe('first-order sensitivity indices', () => {
  it('of a sum on a grid they are the shares of its variance, and add up to 1', () => {
    const plan: SweepPlan = {
      axes: [listed('a', 0, 1, 2), listed('b', '0 KiB', '3 KiB'), listed('c', 1, 2)],
      sample: null,
      runs: 1,
    };
    // Variances of the three terms: 4 * 2/3, 9/4 and 0.
    const [a, b, c] = indices(plan, (x, y) => 2 * (x as number) + (y as number));
    const total = 8 / 3 + 9 / 4;
    near(a, 8 / 3 / total, 1e-12);
    near(b, 9 / 4 / total, 1e-12);
    near(c, 0, 1e-12);
  });

  it('of a product without main effects they are 0: all of it is interaction', () => {
    const plan: SweepPlan = { axes: [listed('a', -1, 1), listed('b', -1, 1)], sample: null, runs: 1 };
    assert.deepEqual(
      indices(plan, (x, y) => (x as number) * (y as number)),
      [0, 0],
    );
  });

  it('of the Ishigami function, from samples, they come near the known 0.3139, 0.4424 and 0', () => {
    const axes = ['x', 'y', 'z'].map((path) => drawn(path, -Math.PI, Math.PI));
    const ishigami = (x = 0, y = 0, z = 0) => Math.sin(x) + 7 * Math.sin(y) ** 2 + 0.1 * z ** 4 * Math.sin(x);
    for (const method of ['random', 'latin-hypercube'] as const) {
      const [x, y, z] = indices({ axes, sample: { method, count: 20_000, seed: 1 }, runs: 1 }, ishigami);
      near(x, 0.3139, 0.02);
      near(y, 0.4424, 0.02);
      near(z, 0, 0.01);
    }
  });

  it('a key that does nothing is not made to look important by a small sample', () => {
    const axes = [drawn('x', 0, 1), drawn('idle', 0, 1)];
    const found = Array.from({ length: 200 }, (_unused, seed) => {
      const sample = { method: 'random' as const, count: 30, seed };
      return indices({ axes, sample, runs: 1 }, (x) => x as number)[1] as number;
    });
    const mean = found.reduce((sum, one) => sum + one, 0) / found.length;
    // Without the correction the mean is (5 - 1) / (30 - 1) = 0.14; cutting off at 0 leaves a part of that.
    assert.ok(mean < 0.08, String(mean));
  });

  it('nothing is said where nothing varies, or where each point is a class of its own', () => {
    const plan: SweepPlan = { axes: [listed('a', 1, 2)], sample: null, runs: 1 };
    assert.deepEqual(
      indices(plan, () => 0.1),
      [null],
    );
    assert.equal(firstOrderIndex({ of: [0, 1], count: 2 }, [1, 2], true), null);
  });

  it('classes of a range have as many points each, and equal values stay together', () => {
    const axis = drawn('x', 0, 100);
    const even = classesOf(
      axis,
      Array.from({ length: 100 }, (_unused, index) => (index * 37) % 100),
    );
    assert.equal(even.count, 10);
    assert.deepEqual(even.names.slice(0, 2), ['0 to 9', '10 to 19']);
    const equal = classesOf(axis, [5, 5, 5, 5, 5, 5, 5, 5, 9]);
    assert.ok(new Set(equal.of.slice(0, 8)).size === 1 && equal.of[8] !== -1);
  });
});
