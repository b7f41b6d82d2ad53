/**
 * The mixture that is fitted, in coordinates without constraints: its fraction by a day and all derivatives.
 *
 * A composition says which laws the parts have and whether some operators never update. Its vector holds, part
 * by part, the logarithm of the median (or scale, in days) and of sigma (or the shape), and then the shares as
 * logarithms of their ratio to the last share: that of those who never update, or of the last part.
 */

import exp from '@stdlib/math-base-special-exp';
import ln from '@stdlib/math-base-special-ln';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import type { LagPart } from '../scenario/scenario.ts';

export type PartLaw = LagPart['law'];

/** What a mixture is made of. */
export interface Composition {
  /** Lognormal parts come first. */
  readonly laws: readonly PartLaw[];
  readonly never: boolean;
}

/** A mixture in the terms of a scenario. */
export interface Mixture {
  readonly parts: readonly LagPart[];
  /** Share that never updates. */
  readonly never: number;
}

/** A coordinate's limits: inside what a scenario takes, and no wider than data could tell apart. */
interface Limits {
  readonly min: number;
  readonly max: number;
}

const PLACE: Limits = { min: ln(1 / 1440), max: ln(36_500) };
const SIGMA: Limits = { min: ln(0.05), max: ln(8) };
const SHAPE: Limits = { min: ln(0.1), max: ln(20) };
/** Ratios of shares: a share below 0.0003 of another is none. */
const RATIO: Limits = { min: -8, max: 8 };
const INVERSE_SQRT_2PI = 0.398_942_280_401_432_7;

/** The vector's length: two for each part, and the shares but one. */
export function parameterCount({ laws, never }: Composition): number {
  return 3 * laws.length - (never ? 0 : 1);
}

export function limitsOf(composition: Composition): Limits[] {
  const { laws } = composition;
  const ofParts = laws.flatMap((law) => [PLACE, law === 'lognormal' ? SIGMA : SHAPE]);
  const ratios = parameterCount(composition) - ofParts.length;
  return [...ofParts, ...Array<Limits>(ratios).fill(RATIO)];
}

/** Short name of a composition: `lognormal + weibull + never`. */
export function compositionName({ laws, never }: Composition): string {
  return [...laws, ...(never ? ['never'] : [])].join(' + ');
}

/** The shares of the parts, and of those who never update. */
function sharesOf({ laws, never }: Composition, vector: ArrayLike<number>): number[] {
  const first = 2 * laws.length;
  const count = laws.length + (never ? 1 : 0);
  const weights = Array.from({ length: count }, (_, i) => (i === count - 1 ? 1 : exp(vector[first + i]!)));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const shares = weights.map((weight) => weight / sum);
  return never ? shares : [...shares, 0];
}

/**
 * The fraction that has updated by a day whose logarithm is `lnDays` (-Infinity: day 0), and its derivatives by
 * the vector's coordinates in `gradient`.
 */
export type FractionFunction = (lnDays: number, gradient: Float64Array) => number;

export function fractionFunction(composition: Composition, vector: ArrayLike<number>): FractionFunction {
  const { laws, never } = composition;
  const shares = sharesOf(composition, vector);
  const spreads = laws.map((_, part) => exp(vector[2 * part + 1]!));
  const first = 2 * laws.length;
  const ratios = laws.length - (never ? 0 : 1);
  const own = new Float64Array(laws.length);
  return (lnDays, gradient) => {
    if (lnDays === Number.NEGATIVE_INFINITY) {
      gradient.fill(0);
      return 0;
    }
    let fraction = 0;
    for (let part = 0; part < laws.length; part++) {
      const share = shares[part]!;
      const spread = spreads[part]!;
      const distance = lnDays - vector[2 * part]!;
      if (laws[part] === 'lognormal') {
        const z = distance / spread;
        const density = INVERSE_SQRT_2PI * exp((-z * z) / 2);
        own[part] = normalCdf(z, 0, 1);
        gradient[2 * part] = (-share * density) / spread;
        gradient[2 * part + 1] = -share * density * z;
      } else {
        const hazard = exp(spread * distance);
        const left = exp(-hazard);
        const slope = hazard === Number.POSITIVE_INFINITY ? 0 : hazard * left;
        own[part] = 1 - left;
        gradient[2 * part] = -share * spread * slope;
        gradient[2 * part + 1] = share * spread * distance * slope;
      }
      fraction += share * own[part]!;
    }
    for (let i = 0; i < ratios; i++) gradient[first + i] = shares[i]! * (own[i]! - fraction);
    return fraction;
  };
}

/** The mixture that a vector stands for, parts of one law by median. */
export function mixtureOf(composition: Composition, vector: ArrayLike<number>): Mixture {
  const { laws } = composition;
  const shares = sharesOf(composition, vector);
  const parts = laws.map((law, part): LagPart => {
    const share = shares[part]!;
    const [place, spread] = [exp(vector[2 * part]!), exp(vector[2 * part + 1]!)];
    return law === 'lognormal'
      ? { law, share, medianDays: place, sigma: spread }
      : { law, share, scaleDays: place, shape: spread };
  });
  const placeOf = (part: LagPart) => (part.law === 'lognormal' ? part.medianDays : part.scaleDays);
  parts.sort((a, b) => (a.law === b.law ? placeOf(a) - placeOf(b) : a.law === 'lognormal' ? -1 : 1));
  return { parts, never: shares.at(-1)! };
}

/** The vector of a mixture; its parts' laws stand in the order of the composition. */
export function vectorOf({ laws, never }: Composition, mixture: Mixture): Float64Array {
  const shares = [...mixture.parts.map(({ share }) => share), ...(never ? [mixture.never] : [])];
  const places = mixture.parts.flatMap((part) =>
    part.law === 'lognormal' ? [ln(part.medianDays), ln(part.sigma)] : [ln(part.scaleDays), ln(part.shape)],
  );
  const last = shares.at(-1)!;
  const ratios = shares.slice(0, -1).map((share) => ln(share / last));
  if (places.length !== 2 * laws.length) throw new RangeError('a mixture of other parts');
  return Float64Array.from([...places, ...ratios]);
}
