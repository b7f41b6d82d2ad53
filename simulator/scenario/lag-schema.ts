/**
 * The part of the schema that says how operators lag: a name, a law, a mixture of laws, or a table.
 *
 * The law is named by its key (`lognormal: {...}`), which reads well but is no tagged union; so all keys
 * are optional to zod and one check asks for exactly one of them.
 */

import { z } from 'zod';
import type { HistoricalName } from './scenario.ts';
import { checkOneOf, duration, report, share } from './schema-values.ts';

/**
 * The last whole day on which anything was observed of each era's releases; its fitted law knows nothing later.
 * Must agree with baseline/lag-parameters.json (a test compares them).
 */
export const LAST_OBSERVED_DAY: Readonly<Record<HistoricalName, number>> = {
  'tor-2016-17': 510,
  'tor-2025-26': 197,
};
export const HISTORICAL_NAMES = ['tor-2016-17', 'tor-2025-26'] as const satisfies readonly HistoricalName[];

/** Where the curve of a law without an observation ends by default, days. */
export const DEFAULT_UNTIL_DAYS = 365;
/** Longest table of an empirical law: more points than any curve needs, few enough to read back. */
export const CURVE_POINTS_MAX = 500;
/** Shares written as decimals may miss 1 by a rounding error, no more. */
const SHARES_TOLERANCE = 1e-9;

const DAYS = { min: 1 / 86_400, max: 36_500 };
const never = share({
  description: 'Fraction of operators that never install the release, 0 to 1',
  examples: [0.25],
}).prefault(0);

const lognormalShape = {
  median: duration('d', DAYS, {
    description: 'Half of those who update at all have updated by then',
    examples: ['52d'],
  }),
  sigma: z
    .number()
    .gt(0)
    .max(10)
    .meta({
      description: 'Standard deviation of the logarithm of the lag; larger is more spread out',
      examples: [2.15],
    }),
};

const weibullShape = {
  scale: duration('d', DAYS, {
    description: '63 % of those who update at all have updated by then',
    examples: ['2.5d'],
  }),
  shape: z
    .number()
    .min(0.05)
    .max(100)
    .meta({
      description: 'Below 1 early updaters dominate; above 1 most update near the scale',
      examples: [4],
    }),
};

const LOGNORMAL = 'The logarithm of the lag is normally distributed: a long tail';
const WEIBULL = 'A rate of updating that rises or falls with time';

const partSchema = z
  .strictObject({
    share: share({ description: 'Fraction of all operators that follow this part', examples: [0.3] }),
    lognormal: z.strictObject(lognormalShape).meta({ description: LOGNORMAL }).optional(),
    weibull: z.strictObject(weibullShape).meta({ description: WEIBULL }).optional(),
  })
  .superRefine((part, context) => checkOneOf(part, ['lognormal', 'weibull'], context));

/** A table of points that rise in both columns; `place` names a point in messages. */
export function curveFault(
  points: readonly (readonly [day: number, fraction: number])[],
): { index: number; message: string; hint: string } | null {
  for (const [index, [day, fraction]] of points.entries()) {
    const [dayBefore, fractionBefore] = points[index - 1] ?? [-1, 0];
    if (!(day >= 0 && day <= DAYS.max)) {
      return {
        index,
        message: `day ${day} is not between 0 and ${DAYS.max}`,
        hint: 'days count from the release',
      };
    }
    if (!(fraction >= 0 && fraction <= 1)) {
      return { index, message: `fraction ${fraction} is not between 0 and 1`, hint: 'write 25 % as 0.25' };
    }
    if (day <= dayBefore) {
      return {
        index,
        message: `day ${day} does not come after day ${dayBefore}`,
        hint: 'sort the rows by day',
      };
    }
    if (fraction < fractionBefore) {
      const message = `fraction ${fraction} is below the ${fractionBefore} of the day before`;
      return { index, message, hint: 'the fraction that has updated by a day never falls' };
    }
  }
  if (points.length < 2 || points[points.length - 1][1] === 0) {
    const message = 'a curve needs at least two points, the last above 0';
    return {
      index: Math.max(0, points.length - 1),
      message,
      hint: 'for example days 0, 7, 30 with 0, 0.2, 0.5',
    };
  }
  return null;
}

const pointsSchema = z
  .array(z.tuple([z.number(), z.number()]))
  .max(CURVE_POINTS_MAX)
  .superRefine((points, context) => {
    const fault = curveFault(points);
    if (fault !== null) report(context, fault.message, fault.hint, points.length > 0 ? [fault.index] : []);
  });

const LAW_KEYS = ['lognormal', 'weibull', 'mixture', 'empirical'] as const;

/** A law of the scenario's own. */
export const lawSchema = z
  .strictObject({
    lognormal: z
      .strictObject({ ...lognormalShape, never })
      .meta({ description: LOGNORMAL })
      .optional(),
    weibull: z
      .strictObject({ ...weibullShape, never })
      .meta({ description: WEIBULL })
      .optional(),
    mixture: z
      .array(partSchema)
      .min(1)
      .max(16)
      .meta({ description: 'Groups of operators, each with its share and law; shares and never add up to 1' })
      .optional(),
    never: never
      .unwrap()
      .meta({
        description: 'Beside a mixture: fraction of operators that never update. Default 0',
        examples: [0.05],
      })
      .optional(),
    empirical: z
      .union([z.string().min(1), pointsSchema])
      .meta({
        description:
          'A table of the fraction that has updated by a day: a CSV file with the columns day,fraction (path ' +
          'relative to this file), or the points themselves, [[0, 0], [7, 0.2], ...]. It starts at 0 on day 0; ' +
          'operators beyond the last point never update',
        examples: ['curve.csv'],
      })
      .optional(),
  })
  .superRefine((law, context) => {
    checkOneOf(law, LAW_KEYS, context);
    if (law.mixture === undefined) {
      if (law.never !== undefined) {
        report(context, 'never stands beside a mixture only', 'write it inside the law', ['never']);
      }
      return;
    }
    const total = law.mixture.reduce((sum, part) => sum + part.share, law.never ?? 0);
    if (Math.abs(total - 1) <= SHARES_TOLERANCE) return;
    const terms = [
      ...law.mixture.map((part) => part.share),
      ...(law.never === undefined ? [] : [`never ${law.never}`]),
    ];
    const hint = `${terms.join(' + ')}; ${total > 1 ? 'lower one of them' : 'raise one of them, or set never'}`;
    const rounded = Number(total.toPrecision(6));
    const message = `shares add up to ${rounded}, must be 1`;
    report(context, message, hint, ['mixture', law.mixture.length - 1, 'share']);
  });

export const lagSchema = z.union([z.enum(HISTORICAL_NAMES), lawSchema]).meta({
  description:
    'How long operators take to install a release: what was observed of Tor in 2016-17 (the headline) or ' +
    '2025-26 (today, with automatic updates), or a law of your own: lognormal, weibull, mixture, empirical',
  examples: ['tor-2016-17', { lognormal: { median: '52d', sigma: 2.15, never: 0.25 } }],
});

export type LagInput = z.output<typeof lagSchema>;
export type LawInput = z.output<typeof lawSchema>;
