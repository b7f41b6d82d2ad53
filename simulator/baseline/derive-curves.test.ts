import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOfFraction, fractionAt, pooledCurve, thinned } from './derive-curves.ts';

const DAYS = [1, 2, 4, 8];
const RISING = [0, 0.2, 0.6, 0.8];

test('curve: fractions lie on the line between two observations, and nowhere else', () => {
  assert.equal(fractionAt(DAYS, RISING, 2), 0.2);
  assert.equal(fractionAt(DAYS, RISING, 3), 0.4);
  assert.equal(fractionAt(DAYS, RISING, 1), 0);
  assert.throws(() => fractionAt(DAYS, RISING, 0.5), RangeError);
  assert.throws(() => fractionAt(DAYS, RISING, 8.1), RangeError);
});

test('curve: a fraction is reached at its first crossing, or never', () => {
  assert.equal(dayOfFraction([1, 2, 3, 4], [0, 0.5, 0.4, 0.6], 0.45), 1.9);
  assert.equal(dayOfFraction(DAYS, RISING, 0), 1);
  assert.equal(dayOfFraction(DAYS, RISING, 0.81), null);
});

test('curve: the pooled one is the mean of those observed and ends where too few are', () => {
  const pooled = pooledCurve(
    [
      { days: [0, 10], columns: [[0, 1]] },
      { days: [1, 5], columns: [[0, 0.4]] },
      { days: [0, 4], columns: [[0, 0.8]] },
    ],
    2,
    1,
  );
  assert.deepEqual(pooled.days, [1, 2, 3, 4, 5]);
  const expected = [0.3 / 3, 0.7 / 3, 1.1 / 3, 1.5 / 3, 0.9 / 2];
  pooled.columns[0]!.forEach((fraction, i) => {
    assert.ok(Math.abs(fraction - expected[i]!) < 1e-12, `${fraction} on day ${pooled.days[i]}`);
  });
});

test('curve: thinning keeps the ends, the crossings and the shape in 80 points', () => {
  const days = Array.from({ length: 500 }, (_, i) => i);
  const fractions = days.map((day) => day / (day + 40) + (day % 2) * 0.002);
  const few = thinned({ days, columns: [fractions] });
  assert.equal(few.days.length, 80);
  assert.deepEqual([few.days[0], few.days.at(-1)], [0, 499]);
  for (const fraction of [0.25, 0.5, 0.75, 0.9]) {
    assert.equal(
      dayOfFraction(few.days, few.columns[0]!, fraction),
      dayOfFraction(days, fractions, fraction),
    );
  }
  days.forEach((day, i) => {
    const error = Math.abs(fractionAt(few.days, few.columns[0]!, day) - fractions[i]!);
    assert.ok(error < 0.004, `day ${day} moved by ${error}`);
  });
});
