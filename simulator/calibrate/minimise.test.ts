import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minimise, type Slope } from './minimise.ts';

const FREE = [
  { min: -10, max: 10 },
  { min: -10, max: 10 },
];

/** Rosenbrock's valley, as the sum of two squares: least at (1, 1). */
function valley(vector: Float64Array): Slope {
  const [x, y] = [vector[0]!, vector[1]!];
  const [a, b] = [10 * (y - x * x), 1 - x];
  const jacobian = [
    [-20 * x, 10],
    [-1, 0],
  ] as const;
  const gradient = Float64Array.from([0, 1], (i) => 2 * (jacobian[0][i]! * a + jacobian[1][i]! * b));
  const curvature = [0, 1].map((i) =>
    Float64Array.from(
      [0, 1],
      (k) => 2 * (jacobian[0][i]! * jacobian[0][k]! + jacobian[1][i]! * jacobian[1][k]!),
    ),
  );
  return { value: a * a + b * b, gradient, curvature };
}

test('minimise: finds the end of a bent valley', () => {
  const { vector, value, converged } = minimise(valley, Float64Array.of(-1.2, 1), FREE);
  assert.ok(converged && value < 1e-12, `${value}`);
  assert.ok(Math.abs(vector[0]! - 1) < 1e-5 && Math.abs(vector[1]! - 1) < 1e-5);
});

test('minimise: stops at a limit, and finds the best of what is left', () => {
  const limits = [{ min: -10, max: 0.5 }, FREE[1]!];
  const { vector, value, converged } = minimise(valley, Float64Array.of(-1.2, 1), limits);
  assert.ok(converged);
  assert.equal(vector[0], 0.5);
  assert.ok(Math.abs(vector[1]! - 0.25) < 1e-6);
  assert.ok(Math.abs(value - 0.25) < 1e-9);
});

test('minimise: a coordinate that changes nothing stays where it is', () => {
  const bowl = (vector: Float64Array): Slope => ({
    value: (vector[0]! - 3) ** 2,
    gradient: Float64Array.of(2 * (vector[0]! - 3), 0),
    curvature: [Float64Array.of(2, 0), Float64Array.of(0, 0)],
  });
  const { vector } = minimise(bowl, Float64Array.of(0, 7), FREE);
  assert.ok(Math.abs(vector[0]! - 3) < 1e-6);
  assert.equal(vector[1], 7);
});
