/**
 * Classes of operators of two eras, taken from the laws fitted to them (baseline/README.md).
 *
 * Together the classes of an era are its law exactly; a test compares them. What a law cannot tell is not made up:
 * the fits are of calendar days and hold nights, weekends and packages already, so these classes have no working
 * hours, timers or platforms of their own. In live arms all of them switch at once, since nobody has yet observed
 * what Tor's operators would let a relay do by itself.
 */

import type { LagLaw } from './lag-plan.ts';
import { type OperatorClass, plainClass } from './operators-plan.ts';

export const PRESET_NAMES = ['tor-2016-17', 'tor-2025-26'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

export interface OperatorPreset {
  readonly classes: readonly OperatorClass[];
  /** Nothing of the era was observed later. */
  readonly knownDays: number;
}

/** e^3.949, the median of the 75.1 % of 2016-17 that updated. */
const MEDIAN_2016_DAYS = 51.88345742702628;
/** e^2.937, the median of those of 2025-26 that updated by hand. */
const MEDIAN_2025_DAYS = 18.85918380956917;

/** The faster and the slower half of those who follow one law. */
function halves(share: number, lag: LagLaw): OperatorClass[] {
  return [
    plainClass('attentive', share / 2, { lag, between: { from: 0, to: 0.5 } }),
    plainClass('neglectful', share / 2, { lag, between: { from: 0.5, to: 1 } }),
  ];
}

function lognormal(medianDays: number, sigma: number): LagLaw {
  return { law: 'lognormal', medianDays, sigma, never: 0 };
}

/** The last days are whole ones, as in `LAST_OBSERVED_DAY`. */
export const OPERATOR_PRESETS: Readonly<Record<PresetName, OperatorPreset>> = {
  'tor-2016-17': {
    classes: [
      ...halves(0.751, lognormal(MEDIAN_2016_DAYS, 2.15)),
      plainClass('abandoned', 0.249, { lag: { law: 'never' } }),
    ],
    knownDays: 510,
  },
  'tor-2025-26': {
    classes: [
      plainClass('automatic', 0.295, { lag: { law: 'weibull', scaleDays: 2.463, shape: 4, never: 0 } }),
      ...halves(0.657, lognormal(MEDIAN_2025_DAYS, 2.24)),
      plainClass('abandoned', 0.048, { lag: { law: 'never' } }),
    ],
    knownDays: 197,
  },
};

/**
 * Days from a release to its upload to Debian unstable: the first uploads of 19 stable releases, 2024 to June 2026
 * (median 0, 90 % within 4 days, at most 17; baseline/README.md).
 */
export const DEBIAN_SID_DELAY: LagLaw = {
  law: 'empirical',
  days: [0, 1, 2, 3, 4, 17],
  fractions: [11 / 19, 14 / 19, 15 / 19, 17 / 19, 18 / 19, 1],
};
