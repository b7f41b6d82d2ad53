/** The part of the schema that says how relays come and go over days. */

import { z } from 'zod';
import { CHURN_NAMES } from './churn-plan.ts';
import { NONE } from './presence-schema.ts';
import { checkOneOf, duration, RUN_SECONDS_MAX, report, share } from './schema-values.ts';
import { formatDuration } from './units.ts';

const CLASSES_MAX = 8;
/** A relay needs some seconds to make its links, so shorter spells would be nothing. */
export const LEAST_SPELL_SECONDS = 1;
const SPELL = { min: LEAST_SPELL_SECONDS, max: RUN_SECONDS_MAX };
const SHARES_TOLERANCE = 1e-9;
const IDENTITIES_PER_DAY_MAX = 100_000;

const LAW_KEYS = ['constant', 'uniform', 'exponential', 'lognormal'] as const;

function spell(text: { description: string; examples: unknown[] }) {
  const length = (description: string, example: string) =>
    duration('s', SPELL, { description, examples: [example] });
  return z
    .strictObject({
      constant: length('Always the same', '8h').optional(),
      uniform: z
        .tuple([length('The shortest', '1h'), length('The longest', '9h')])
        .superRefine(([min, max], context) => {
          if (min < max) return;
          const message = `from ${formatDuration(min, 's')} to ${formatDuration(max, 's')} is no span`;
          report(context, message, 'write the shorter one first', [1]);
        })
        .meta({ description: 'Every length between two', examples: [['1h', '9h']] })
        .optional(),
      exponential: z
        .strictObject({ mean: length('Mean length', '2h') })
        .meta({ description: 'Ends at any moment with the same chance' })
        .optional(),
      lognormal: z
        .strictObject({
          median: length('Half of them are shorter', '3d'),
          sigma: z
            .number()
            .gt(0)
            .max(4)
            .meta({ description: 'Standard deviation of the logarithm of the length', examples: [1.3] }),
        })
        .meta({ description: 'The logarithm of the length is normally distributed: a long tail' })
        .optional(),
    })
    .superRefine((law, context) => checkOneOf(law, LAW_KEYS, context))
    .meta(text);
}

const classSchema = z.strictObject({
  share: share(
    { description: 'Share of all relays, whether up or away', examples: ['20%'] },
    { aboveZero: true },
  ),
  session: spell({
    description: 'How long a relay of the class stays up: constant, uniform, exponential or lognormal',
    examples: [{ lognormal: { median: '3d', sigma: 1.3 } }],
  }),
  absence: spell({
    description: 'How long it is away after that; links down, what it knows kept',
    examples: [{ exponential: { mean: '2h' } }],
  }),
});

function perDay(description: string) {
  return z
    .number()
    .min(0)
    .max(IDENTITIES_PER_DAY_MAX)
    .default(0)
    .meta({ description, examples: [30] });
}

const lawsSchema = z
  .strictObject({
    classes: z
      .array(classSchema)
      .max(CLASSES_MAX)
      .default([])
      .meta({
        description: 'Kinds of relays that come and go; relays of no class stay up',
        examples: [[{ share: '20%', session: { constant: '8h' }, absence: { constant: '16h' } }]],
      }),
    arrivals: perDay('New identities that join the network, a day (a plain number)'),
    departures: perDay(
      'Relays that leave for good, a day (a plain number), while the network has the size it began with',
    ),
    restarts: z
      .union([
        z.literal(NONE),
        z.strictObject({
          every: duration('s', SPELL, {
            description: 'Mean time between two restarts of a relay',
            examples: ['30d'],
          }),
          for: duration('s', SPELL, { description: 'How long a restart takes', examples: ['30s'] }),
        }),
      ])
      .default(NONE)
      .meta({
        description:
          'Relays that restart now and then: a short absence after which the relay knows what is on its disk',
        examples: [{ every: '30d', for: '30s' }, NONE],
      }),
  })
  .superRefine(({ classes }, context) => {
    const total = classes.reduce((sum, { share: part }) => sum + part, 0);
    if (total <= 1 + SHARES_TOLERANCE) return;
    const message = `shares add up to ${Number(total.toPrecision(6))}, must be at most 1`;
    report(context, message, 'lower one of them; relays of no class stay up', [
      'classes',
      classes.length - 1,
      'share',
    ]);
  });

export const churnSchema = z.union([z.literal(NONE), z.enum(CHURN_NAMES), lawsSchema]);

export type ChurnInput = z.output<typeof churnSchema>;
export type SpellInput = z.output<typeof classSchema>['session'];
