/**
 * Calibration: from adoption curves to a law of operator lag, with what is to be known of how good it is.
 */

import type { AdoptionCurve } from './adoption-curve.ts';
import { bootstrapIntervals, type Interval, type Resampling, resamplingOf } from './bootstrap.ts';
import { compositionsOf, type Fit, fitComposition, refit } from './fit.ts';
import { type Goodness, goodnessOf } from './goodness.ts';
import { gridOf } from './log-grid.ts';
import {
  type Composition,
  compositionName,
  limitsOf,
  type Mixture,
  mixtureOf,
  type PartLaw,
} from './mixture.ts';
import {
  leastSquares,
  type Method,
  maximumLikelihood,
  type Objective,
  type WeightedCurve,
} from './objective.ts';
import { fractionOf, writtenMixture } from './written-law.ts';

/** By what a composition is chosen; `held-out` is the error on releases left out, and needs two of them. */
export type Criterion = 'aic' | 'bic' | 'held-out';

export interface CalibrationOptions {
  readonly method: Method;
  readonly criterion: Criterion;
  readonly laws: readonly PartLaw[];
  /** Numbers of parts to try, 1 to 3. */
  readonly parts: readonly number[];
  /** Whether to try with a share that never updates, without, or both. */
  readonly never: readonly boolean[];
  /** Repetitions for the intervals; fewer than 20 give none. */
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
  /** Root mean square of the errors on each release of the fit to the others; null for a single release. */
  readonly heldOutRmse: number | null;
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
  readonly composition: Composition;
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

type ObjectiveOf = (curves: readonly WeightedCurve[]) => Objective;

const LIMIT_MARGIN = 1e-6;

/** A law that has this much of its updates after the last observation deserves a word. */
const BEYOND_MOST = 0.01;

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

function remarksOn(
  { composition, vector, converged }: Fit,
  law: Mixture,
  curves: readonly AdoptionCurve[],
  lastObservedDay: number,
): string[] {
  const remarks: string[] = [];
  const limits = limitsOf(composition);
  const isAtLimit = vector.some(
    (value, i) => value <= limits[i]!.min + LIMIT_MARGIN || value >= limits[i]!.max - LIMIT_MARGIN,
  );
  if (isAtLimit) remarks.push('a parameter stopped at its limit: the data do not say how far it should go');
  if (!converged) remarks.push('the fit had not settled when its steps ran out');
  const beyond = 1 - law.never - fractionOf(law, lastObservedDay);
  if (beyond > BEYOND_MOST) {
    remarks.push(
      `the law lets ${percent(beyond)} update after day ${lastObservedDay}, where nothing was observed; keep its until`,
    );
  }
  if (curves.every(({ relays }) => relays === null)) {
    remarks.push(
      'the data do not say how many relays were counted: likelihood and intervals suppose --relays',
    );
  }
  return remarks;
}

/** A composition fitted, the law that a scenario can hold, and its errors on releases left out. */
interface Judged {
  readonly fit: Fit;
  readonly law: Mixture;
  readonly heldOut: readonly HeldOut[];
  readonly heldOutRmse: number | null;
}

function judge(
  fit: Fit,
  curves: readonly AdoptionCurve[],
  objectiveOf: ObjectiveOf,
  grid: readonly number[],
): Judged {
  const lawBy = (vector: Float64Array) => writtenMixture(mixtureOf(fit.composition, vector));
  const law = lawBy(fit.vector);
  if (curves.length < 2) return { fit, law, heldOut: [], heldOutRmse: null };
  const heldOut = curves.map((curve) => {
    const others = curves.filter((other) => other !== curve).map((one) => ({ curve: one, weight: 1 }));
    const again = refit(fit.composition, objectiveOf(others), fit.vector);
    return { release: curve.name, rmse: goodnessOf(lawBy(again.vector), [curve], grid).rmse };
  });
  const meanSquare = heldOut.reduce((sum, { rmse }) => sum + rmse * rmse, 0) / heldOut.length;
  return { fit, law, heldOut, heldOutRmse: Number(Math.sqrt(meanSquare).toFixed(5)) };
}

function scoreOf({ fit, heldOutRmse }: Judged, criterion: Criterion): number {
  return criterion === 'held-out' ? heldOutRmse! : fit[criterion];
}

/**
 * Calibrates a law to at least one curve of at least three points. Throws RangeError for fewer, and for the
 * criterion held-out with a single curve.
 */
export function calibrate(
  curves: readonly AdoptionCurve[],
  options: CalibrationOptions = DEFAULT_OPTIONS,
): Calibration {
  const { method, criterion } = options;
  if (curves.length === 0 || curves.some(({ days }) => days.length < 3)) {
    throw new RangeError('a calibration needs curves of at least three points');
  }
  if (criterion === 'held-out' && curves.length < 2) {
    throw new RangeError('there is no release to leave out of a single one');
  }
  const grid = gridOf(curves);
  const lastObservedDay = Number(grid.at(-1)!.toFixed(3));
  const span = { fromDay: grid[0]!, toDay: grid.at(-1)! };
  const relaysOf = (curve: AdoptionCurve) => curve.relays ?? options.relays;
  const objectiveOf: ObjectiveOf = (weighted) =>
    method === 'least-squares' ? leastSquares(weighted, grid) : maximumLikelihood(weighted, relaysOf);
  const objective = objectiveOf(curves.map((curve) => ({ curve, weight: 1 })));
  const judged = compositionsOf(options.laws, options.parts, options.never)
    .map((composition) => judge(fitComposition(composition, objective, span), curves, objectiveOf, grid))
    .sort(
      (a, b) => scoreOf(a, criterion) - scoreOf(b, criterion) || a.fit.vector.length - b.fit.vector.length,
    );
  const [best] = judged as [Judged, ...Judged[]];
  const { repetitions, seed } = { repetitions: options.bootstrap, seed: options.seed };
  return {
    method,
    criterion,
    curves,
    composition: best.fit.composition,
    law: best.law,
    intervals: bootstrapIntervals(best.fit, curves, { repetitions, seed, relaysOf, objectiveOf }),
    resampling: resamplingOf(curves),
    goodness: goodnessOf(best.law, curves, grid),
    byCurve: curves.map((curve) => ({ release: curve.name, ...goodnessOf(best.law, [curve], grid) })),
    heldOut: best.heldOut,
    candidates: judged.map(({ fit, law, heldOutRmse }) => ({
      composition: compositionName(fit.composition),
      parameters: fit.vector.length,
      aic: Number(fit.aic.toFixed(1)),
      bic: Number(fit.bic.toFixed(1)),
      ...goodnessOf(law, curves, grid),
      heldOutRmse,
    })),
    observations: Number(objective.observations.toFixed(1)),
    relays: curves.map(relaysOf),
    lastObservedDay,
    remarks: remarksOn(best.fit, best.law, curves, lastObservedDay),
  };
}
