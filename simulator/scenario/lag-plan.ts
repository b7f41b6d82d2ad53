/** Laws of operator lag, as a scenario states them. */

export type HistoricalName = 'tor-2016-17' | 'tor-2025-26';

/** A distribution of operator lag in days. Shares of a mixture, with `never`, add up to 1. */
export type LagLaw =
  | { readonly law: 'historical'; readonly name: HistoricalName }
  | { readonly law: 'lognormal'; readonly medianDays: number; readonly sigma: number; readonly never: number }
  | { readonly law: 'weibull'; readonly scaleDays: number; readonly shape: number; readonly never: number }
  | { readonly law: 'mixture'; readonly parts: readonly LagPart[]; readonly never: number }
  | { readonly law: 'empirical'; readonly days: readonly number[]; readonly fractions: readonly number[] };

export type LagPart =
  | { readonly law: 'lognormal'; readonly share: number; readonly medianDays: number; readonly sigma: number }
  | { readonly law: 'weibull'; readonly share: number; readonly scaleDays: number; readonly shape: number };
