/**
 * Finds the least value of a function whose gradient and curvature are known: Levenberg and Marquardt's damped
 * Newton steps, taken only when they lead downhill.
 *
 * A coordinate at its limit stays out of a step that would push it further. The result depends on nothing but
 * plain arithmetic and square roots.
 */

import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/** The function at a point; `curvature` is positive semidefinite (Gauss-Newton, or Fisher's information). */
export interface Slope {
  readonly value: number;
  readonly gradient: Float64Array;
  readonly curvature: readonly Float64Array[];
}

export interface Minimum {
  readonly vector: Float64Array;
  readonly value: number;
  /** False: the steps ran out before they became small. */
  readonly converged: boolean;
}

const STEPS_MAX = 200;
/** It is over when a step gains less than this share of the value. */
const GAIN_LEAST = 1e-10;
const DAMPING_FIRST = 1e-2;
const DAMPING_MAX = 1e10;
/** Added to the curvature's diagonal, so that a coordinate without any stays where it is. */
const DIAGONAL_LEAST = 1e-12;

function step(
  { gradient, curvature }: Slope,
  free: readonly number[],
  damping: number,
  length: number,
): Float64Array | null {
  const matrix = new Matrix(
    free.map((row) =>
      free.map((column) => {
        const entry = curvature[row]![column]!;
        return row === column ? entry * (1 + damping) + DIAGONAL_LEAST : entry;
      }),
    ),
  );
  const cholesky = new CholeskyDecomposition(matrix);
  if (!cholesky.isPositiveDefinite()) return null;
  const solved = cholesky.solve(Matrix.columnVector(free.map((i) => -gradient[i]!)));
  const full = new Float64Array(length);
  free.forEach((i, row) => {
    full[i] = solved.get(row, 0);
  });
  return full;
}

/** The least value near `start`, with each coordinate within its limits. */
export function minimise(
  slopeAt: (vector: Float64Array) => Slope,
  start: Float64Array,
  limits: readonly { readonly min: number; readonly max: number }[],
): Minimum {
  const within = (value: number, i: number) => Math.min(Math.max(value, limits[i]!.min), limits[i]!.max);
  let vector = start.map(within);
  let slope = slopeAt(vector);
  let damping = DAMPING_FIRST;
  for (let taken = 0; taken < STEPS_MAX; taken++) {
    const free = [...vector.keys()].filter((i) => {
      const outwards = slope.gradient[i]! > 0 ? vector[i]! <= limits[i]!.min : vector[i]! >= limits[i]!.max;
      return slope.gradient[i] !== 0 && !outwards;
    });
    if (free.length === 0) return { vector, value: slope.value, converged: true };
    let gain = 0;
    while (damping <= DAMPING_MAX) {
      const move = step(slope, free, damping, vector.length);
      if (move !== null) {
        const next = vector.map((value, i) => within(value + move[i]!, i));
        const there = slopeAt(next);
        if (there.value < slope.value) {
          gain = slope.value - there.value;
          [vector, slope] = [next, there];
          damping = Math.max(damping / 9, 1e-9);
          break;
        }
      }
      damping *= 5;
    }
    if (gain <= GAIN_LEAST * Math.abs(slope.value)) return { vector, value: slope.value, converged: true };
  }
  return { vector, value: slope.value, converged: false };
}
