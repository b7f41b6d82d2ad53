/**
 * Laws of operator lag: how many days after a release an operator installs it, if ever.
 *
 * Every law is a share that never updates and a mixture of parts, or a table. The laws of the two eras are
 * fits to what `historical.ts` observed, and know nothing later than its last day. Logarithms and normal
 * quantiles come from a library in plain IEEE arithmetic, so that a lag is the same on every machine.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import exp from '@stdlib/math-base-special-exp';
import ln from '@stdlib/math-base-special-ln';
import pow from '@stdlib/math-base-special-pow';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import type { HistoricalName, LagLaw, LagPart } from '../scenario/scenario.ts';

/** Relative width of the interval to which a mixture's quantile is narrowed: 5 ms in two months. */
const QUANTILE_TOLERANCE = 1e-9;
/** Shares read from a file may miss 1 by this much. */
const SHARE_TOLERANCE = 1e-6;

interface Mixture {
  readonly never: number;
  readonly parts: readonly LagPart[];
}

/** A fit to an era, as `lag-parameters.json` has it. */
export interface FittedLaw {
  readonly lastObservedDay: number;
  /** Root mean square error of the fit, in units of fraction, as its author states it. */
  readonly rmse: number;
  readonly never: number;
  readonly parts: readonly (
    | { readonly law: 'lognormal'; readonly share: number; readonly mu: number; readonly sigma: number }
    | { readonly law: 'weibull'; readonly share: number; readonly scaleDays: number; readonly shape: number }
  )[];
}

let fits: Readonly<Record<HistoricalName, FittedLaw>> | undefined;

export function fittedLaw(name: HistoricalName): FittedLaw {
  fits ??= JSON.parse(readFileSync(new URL('./lag-parameters.json', import.meta.url), 'utf8')) as Readonly<
    Record<HistoricalName, FittedLaw>
  >;
  return fits[name];
}

/**
 * Days after which the law knows nothing: where the era's observation or the scenario's table ended; Infinity
 * for a law given by a formula.
 */
export function lastObservedDay(law: LagLaw): number {
  if (law.law === 'historical') return fittedLaw(law.name).lastObservedDay;
  if (law.law === 'empirical') return law.days.at(-1) ?? 0;
  return Number.POSITIVE_INFINITY;
}

/**
 * Fraction of operators that have installed a release `days` after it came out.
 *
 * Throws RangeError for days that are negative, or later than `lastObservedDay(law)`.
 */
export function adoptionFraction(law: LagLaw, days: number): number {
  const last = lastObservedDay(law);
  if (!(days >= 0 && days <= last)) throw new RangeError(`day ${days} is outside 0 to ${last}`);
  return law.law === 'empirical' ? tableFraction(law, days) : mixtureFraction(mixtureOf(law), days);
}

/**
 * The lag in days below which a share `u` of operators stays, for `u` in (0, 1); Infinity for those that
 * never update. A larger `u` never gives a smaller lag.
 *
 * A law fitted on an era also answers beyond its last observed day, which its caller must cut off.
 */
export function lagQuantileDays(law: LagLaw, u: number): number {
  if (!(u > 0 && u < 1)) throw new RangeError(`a quantile is taken in (0, 1), not at ${u}`);
  return law.law === 'empirical' ? tableQuantile(law, u) : mixtureQuantile(mixtureOf(law), u);
}

function mixtureOf(law: Exclude<LagLaw, { law: 'empirical' }>): Mixture {
  switch (law.law) {
    case 'historical': {
      const { never, parts } = fittedLaw(law.name);
      return {
        never,
        parts: parts.map((part) =>
          part.law === 'weibull'
            ? part
            : { law: 'lognormal', share: part.share, medianDays: exp(part.mu), sigma: part.sigma },
        ),
      };
    }
    case 'mixture': {
      const shares = law.parts.reduce((sum, part) => sum + part.share, law.never);
      assert(Math.abs(shares - 1) <= SHARE_TOLERANCE, `the shares of a mixture add up to ${shares}`);
      return law;
    }
    default: {
      const { never, ...part } = law;
      return { never, parts: [{ ...part, share: 1 - never }] };
    }
  }
}

function partFraction(part: LagPart, days: number): number {
  if (days <= 0) return 0;
  return part.law === 'lognormal'
    ? normalCdf(ln(days / part.medianDays), 0, part.sigma)
    : 1 - exp(-pow(days / part.scaleDays, part.shape));
}

function partQuantile(part: LagPart, u: number): number {
  return part.law === 'lognormal'
    ? part.medianDays * exp(part.sigma * normalQuantile(u, 0, 1))
    : part.scaleDays * pow(-ln(1 - u), 1 / part.shape);
}

function mixtureFraction({ parts }: Mixture, days: number): number {
  return parts.reduce((sum, part) => sum + part.share * partFraction(part, days), 0);
}

function mixtureQuantile(mixture: Mixture, u: number): number {
  const updaters = mixture.parts.reduce((sum, part) => sum + part.share, 0);
  if (u >= updaters) return Number.POSITIVE_INFINITY;
  // Of the updaters, each part alone brackets the mixture at the same share.
  const bounds = mixture.parts.map((part) => partQuantile(part, u / updaters));
  let low = Math.min(...bounds);
  let high = Math.max(...bounds);
  while (high - low > QUANTILE_TOLERANCE * high) {
    const middle = (low + high) / 2;
    if (mixtureFraction(mixture, middle) < u) low = middle;
    else high = middle;
  }
  return high;
}

interface LagTable {
  readonly days: readonly number[];
  readonly fractions: readonly number[];
}

/** The point of a table before the given one; lag tables start at no operator on day 0. */
function pointBefore({ days, fractions }: LagTable, point: number): [day: number, fraction: number] {
  return point === 0 ? [0, 0] : [days[point - 1]!, fractions[point - 1]!];
}

function tableFraction(table: LagTable, days: number): number {
  const after = table.days.findIndex((day) => day > days);
  if (after < 0) return table.fractions.at(-1)!;
  const [day, fraction] = pointBefore(table, after);
  return fraction + ((days - day) / (table.days[after]! - day)) * (table.fractions[after]! - fraction);
}

function tableQuantile(table: LagTable, u: number): number {
  const reached = table.fractions.findIndex((fraction) => fraction >= u);
  if (reached < 0) return Number.POSITIVE_INFINITY;
  const [day, fraction] = pointBefore(table, reached);
  return day + ((u - fraction) / (table.fractions[reached]! - fraction)) * (table.days[reached]! - day);
}
