/**
 * Calibration: from adoption curves to a law of operator lag, with what is to be known of how good it is.
 */

import type { AdoptionCurve } from './adoption-curve.ts';
import { bootstrapIntervals, type Interval, type Resampling, resamplingOf } from './bootstrap.ts';
import { type Criterion, compositionsOf, type Fit, fitAll, refit, type StartSpan } from './fit.ts';
import { type Goodness, goodnessOf } from './goodness.ts';
import { gridOf } from './log-grid.ts';
import { compositionName, limitsOf, type Mixture, mixtureOf, type PartLaw } from './mixture.ts';
import {
  leastSquares,
  type Method,
  maximumLikelihood,
  type Objective,
  type WeightedCurve,
} from './objective.ts';
import { writtenMixture } from './written-law.ts';

export interface CalibrationOptions {
  readonly method: Method;
  readonly criterion: Criterion;
  readonly laws: readonly PartLaw[];
  /** Numbers of parts to try, 1 to 3. */
  readonly parts: readonly number[];
  /** Whether to try with a share that never updates, without, or both. */
  readonly never: readonly boolean[];
  readonly bootstrap: number;
  readonly seed: number;
  /** Relays of a curve whose source does not say. */
  readonly relays: number;
}

/** Relays that a curve stands for where nobody says. */
export const DEFAULT_RELAYS = 1000;

export const DEFAULT_OPTIONS: CalibrationOptions = {
  method: 'least-squares',
  criterion: 'bic',
  laws: ['lognormal', 'weibull'],
  parts: [1, 2, 3],
  never: [true, false],
  bootstrap: 200,
  seed: 1,
  relays: DEFAULT_RELAYS,
};

export interface Candidate {
  readonly composition: string;
  readonly parameters: number;
  readonly aic: number;
  readonly bic: number;
  readonly rmse: number;
  readonly ksDistance: number;
}

export interface HeldOut {
  readonly release: string;
  /** Error on the release of the law fitted to the others. */
  readonly rmse: number;
}

export interface Calibration {
  readonly method: Method;
  readonly criterion: Criterion;
  readonly curves: readonly AdoptionCurve[];
  readonly composition: string;
  readonly law: Mixture;
  /** In the order of `numbersOf(law)`; null without a bootstrap. */
  readonly intervals: readonly Interval[] | null;
  readonly resampling: Resampling;
  readonly goodness: Goodness;
  readonly byCurve: readonly (Goodness & { readonly release: string })[];
  /** Empty for a single release. */
  readonly heldOut: readonly HeldOut[];
  /** Every composition that was tried, the chosen one first. */
  readonly candidates: readonly Candidate[];
  readonly observations: number;
  /** Relays behind each curve, as they count for likelihood and intervals. */
  readonly relays: readonly number[];
  readonly lastObservedDay: number;
  /** What its reader must know of this fit. */
  readonly remarks: readonly string[];
}

function spanOf(curves: readonly AdoptionCurve[], grid: readonly number[]): StartSpan {
  return { fromDay: grid[0]!, toDay: Math.max(...curves.map(({ days }) => days.at(-1)!)) };
}

function holdOut(
  fit: Fit,
  curves: readonly AdoptionCurve[],
  objectiveOf: ObjectiveOf,
  grid: readonly number[],
): HeldOut[] {
  if (curves.length < 2) return [];
  return curves.map((curve) => {
    const others = curves.filter((other) => other !== curve).map((one) => ({ curve: one, weight: 1 }));
    const again = refit(fit.composition, objectiveOf(others), fit.vector);
    const law = writtenMixture(mixtureOf(fit.composition, again.vector));
    return { release: curve.name, rmse: goodnessOf(law, [curve], grid).rmse };
  });
}

type ObjectiveOf = (curves: readonly WeightedCurve[]) => Objective;

const LIMIT_MARGIN = 1e-6;

function remarksOn(fit: Fit, curves: readonly AdoptionCurve[], law: Mixture): string[] {
  const remarks: string[] = [];
  const limits = limitsOf(fit.composition);
  const isAtLimit = fit.vector.some(
    (value, i) => value <= limits[i]!.min + LIMIT_MARGIN || value >= limits[i]!.max - LIMIT_MARGIN,
  );
  if (isAtLimit) remarks.push('a parameter stopped at its limit: the data do not say how far it should go');
  if (!fit.converged) remarks.push('the fit had not settled when its steps ran out');
  const reached = Math.max(...curves.map(({ fractions }) => fractions.at(-1)!));
  if (law.never > 0) {
    const share = `${Number((100 * (1 - reached)).toFixed(1))} %`;
    remarks.push(
      `who never updates and who updates later than observed cannot be told apart: ${share} had not at the end`,
    );
  }
  return remarks;
}

/** Calibrates a law to at least one curve of at least three points. Throws RangeError for fewer. */
export function calibrate(
  curves: readonly AdoptionCurve[],
  options: CalibrationOptions = DEFAULT_OPTIONS,
): Calibration {
  if (curves.length === 0 || curves.some(({ days }) => days.length < 3)) {
    throw new RangeError('a calibration needs curves of at least three points');
  }
  const { method, criterion } = options;
  const grid = gridOf(curves);
  const relaysOf = (curve: AdoptionCurve) => curve.relays ?? options.relays;
  const objectiveOf: ObjectiveOf = (weighted) =>
    method === 'least-squares' ? leastSquares(weighted, grid) : maximumLikelihood(weighted, relaysOf);
  const objective = objectiveOf(curves.map((curve) => ({ curve, weight: 1 })));
  const compositions = compositionsOf(options.laws, options.parts, options.never);
  const fits = fitAll(compositions, objective, spanOf(curves, grid), criterion);
  const [best] = fits as [Fit, ...Fit[]];
  const lawBy = (fit: Fit) => writtenMixture(mixtureOf(fit.composition, fit.vector));
  const law = lawBy(best);
  return {
    method,
    criterion,
    curves,
    composition: compositionName(best.composition),
    law,
    intervals: bootstrapIntervals(best, curves, {
      repetitions: options.bootstrap,
      seed: options.seed,
      relaysOf,
      objectiveOf,
    }),
    resampling: resamplingOf(curves),
    goodness: goodnessOf(law, curves, grid),
    byCurve: curves.map((curve) => ({ release: curve.name, ...goodnessOf(law, [curve], grid) })),
    heldOut: holdOut(best, curves, objectiveOf, grid),
    candidates: fits.map((fit) => ({
      composition: compositionName(fit.composition),
      parameters: fit.vector.length,
      aic: Number(fit.aic.toFixed(1)),
      bic: Number(fit.bic.toFixed(1)),
      ...goodnessOf(lawBy(fit), curves, grid),
    })),
    observations: Number(objective.observations.toFixed(1)),
    relays: curves.map(relaysOf),
    lastObservedDay: Math.max(...curves.map(({ days }) => days.at(-1)!)),
    remarks: remarksOn(best, curves, law),
  };
}
