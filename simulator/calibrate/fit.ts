/**
 * Fits one composition to curves, and chooses among compositions.
 *
 * Mixtures have several local optima, so that a fit starts from several places, drawn from a stream that only
 * the composition names: the same data give the same fit.
 */

import ln from '@stdlib/math-base-special-ln';
import { type RandomStream, randomStream } from '../engine/random.ts';
import { minimise } from './minimise.ts';
import { type Composition, compositionName, limitsOf, type PartLaw, parameterCount } from './mixture.ts';
import type { Objective } from './objective.ts';

export interface Fit {
  readonly composition: Composition;
  readonly vector: Float64Array;
  /** Of the objective. */
  readonly value: number;
  readonly converged: boolean;
  /** Akaike's criterion, 2 k - 2 ln L. */
  readonly aic: number;
  /** The Bayesian criterion, k ln n - 2 ln L. */
  readonly bic: number;
}

/** Starts of a fit, by the number of parts. */
const STARTS = [0, 4, 8, 14] as const;
export const PARTS_MAX = STARTS.length - 1;
/** The span of days in which starts are drawn. */
export interface StartSpan {
  readonly fromDay: number;
  readonly toDay: number;
}

function drawStart({ laws, never }: Composition, { fromDay, toDay }: StartSpan, stream: RandomStream) {
  const within = (low: number, high: number) => low + (high - low) * stream.uniform();
  const [low, high] = [ln(fromDay), ln(toDay)];
  const places = laws.map(() => within(low, high)).sort((a, b) => a - b);
  const vector: number[] = [];
  laws.forEach((law, part) => {
    vector.push(places[part]!, law === 'lognormal' ? within(-1, 1) : within(-0.7, 1.6));
  });
  const ratios = laws.length - (never ? 0 : 1);
  for (let i = 0; i < ratios; i++) vector.push(within(-1, 1));
  return Float64Array.from(vector);
}

function judged(
  composition: Composition,
  objective: Objective,
  found: { vector: Float64Array; value: number; converged: boolean },
): Fit {
  const parameters = parameterCount(composition);
  const twice = 2 * objective.minusLogLikelihood(found.value);
  const bic = parameters * ln(objective.observations) + twice;
  return { composition, ...found, aic: 2 * parameters + twice, bic };
}

/** The best fit of one composition. */
export function fitComposition(composition: Composition, objective: Objective, span: StartSpan): Fit {
  const stream = randomStream(1, `calibration starts of ${compositionName(composition)}`);
  const starts = Array.from({ length: STARTS[composition.laws.length]! }, () =>
    drawStart(composition, span, stream),
  );
  const fits = starts.map((start) => refit(composition, objective, start));
  return fits.reduce((best, fit) => (fit.value < best.value ? fit : best));
}

/** The fit that is reached from one start, such as the fit to other data. */
export function refit(composition: Composition, objective: Objective, start: Float64Array): Fit {
  const slopeAt = (vector: Float64Array) => objective.slope(composition, vector);
  return judged(composition, objective, minimise(slopeAt, start, limitsOf(composition)));
}

/** Every composition of up to three parts of these laws. */
export function compositionsOf(
  laws: readonly PartLaw[],
  parts: readonly number[],
  never: readonly boolean[],
): Composition[] {
  const ofLength = (length: number, from: number): PartLaw[][] =>
    length === 0
      ? [[]]
      : laws.slice(from).flatMap((law, i) => ofLength(length - 1, from + i).map((rest) => [law, ...rest]));
  return parts.flatMap((count) =>
    ofLength(count, 0).flatMap((chosen) => never.map((one) => ({ laws: chosen, never: one }))),
  );
}
