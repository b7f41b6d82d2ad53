/** The part of the schema that says who runs the relays: classes, platforms, and what they let their relays do. */

import { z } from 'zod';
import { HISTORICAL_NAMES, lawSchema } from './lag-schema.ts';
import { PRESET_NAMES } from './operator-presets.ts';
import { LIVE_POLICIES, OBSERVED_LOCKSTEP, RANDOM_PAIR_AGREEMENT } from './operators-plan.ts';
import { NONE } from './presence-schema.ts';
import { durationOrWord, NAME, report, share, whole } from './schema-values.ts';
import { parseWeekMoment } from './week-moment.ts';

const CLASSES_MAX = 16;
const PLATFORMS_MAX = 16;
/** Shares written as decimals may miss 1 by a rounding error, no more. */
const SHARES_TOLERANCE = 1e-9;
export const NO_LAG = 'never';
export const AT_ONCE = 'at-once';
/** A manual arm's lag by the classes of the operators. */
export const BY_CLASS = 'operators';
export const DEBIAN_SID = 'debian-sid';
/** A law given by a formula goes on for ever. */
export const ALWAYS = 'always';

const nameSchema = z.string().regex(NAME);

/** Shares of a list must add up to 1, and no name may stand twice. */
function checkParts(
  parts: readonly { readonly name: string; readonly share: number }[],
  context: z.RefinementCtx,
): void {
  const twice = parts.findIndex(({ name }, index) => parts.findIndex((one) => one.name === name) < index);
  if (twice >= 0)
    report(context, `${parts[twice].name} stands here twice`, 'give it another name', [twice, 'name']);
  const total = parts.reduce((sum, part) => sum + part.share, 0);
  if (Math.abs(total - 1) <= SHARES_TOLERANCE) return;
  const hint = `${parts.map((part) => part.share).join(' + ')}; ${total > 1 ? 'lower' : 'raise'} one of them`;
  report(context, `shares add up to ${Number(total.toPrecision(6))}, must be 1`, hint, [
    parts.length - 1,
    'share',
  ]);
}

const hoursSchema = z
  .strictObject({
    from: whole({ min: 0, max: 23 }, { description: 'Hour of the local day, 0 to 23', examples: [9] }),
    to: whole({ min: 1, max: 24 }, { description: 'Hour of the local day, 1 to 24', examples: [18] }),
    weekend: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether Saturday and Sunday are days like others', examples: [false] }),
  })
  .superRefine(({ from, to }, context) => {
    if (from >= to)
      report(context, `${to} does not come after ${from}`, 'a night shift is not possible', ['to']);
  });

const lagWords = [NO_LAG, AT_ONCE, ...HISTORICAL_NAMES] as const;

const classSchema = z
  .strictObject({
    name: nameSchema.meta({ description: 'Name of the class in results', examples: ['attentive'] }),
    share: share({ description: 'Share of all relays whose operators are of this class', examples: ['30%'] }),
    lag: z.union([z.enum(lagWords), lawSchema]).meta({
      description:
        'How long after the release (or its package) they install it by hand: a law as in `arms`, or never, or ' +
        'at-once, which makes sense with a timer or working hours',
      examples: [{ lognormal: { median: '5d', sigma: 1.5 } }, 'never', 'at-once'],
    }),
    between: z
      .tuple([
        share({ description: 'From', examples: ['0%'] }),
        share({ description: 'To', examples: ['50%'] }),
      ])
      .meta({
        description:
          'The part of the law that the class follows, from the fastest operator (0%) to the slowest (100%)',
        examples: [['0%', '50%']],
      })
      .optional(),
    hours: z
      .union([z.literal(ALWAYS), hoursSchema])
      .default(ALWAYS)
      .meta({
        description:
          "Hours of the operator's local day in which a person acts; what comes outside waits for the next of them",
        examples: [{ from: 9, to: 18, weekend: false }, ALWAYS],
      }),
    timer: durationOrWord(
      NONE,
      's',
      { min: 1, max: 365 * 86_400 },
      {
        description:
          'A machine looks for packages so often and installs what there is (unattended upgrades); `none`: a person does',
        examples: ['1d', NONE],
      },
    ).prefault(NONE),
    policy: z
      .enum(LIVE_POLICIES)
      .default('auto')
      .meta({
        description:
          'What its relays do in live arms with an update that they have verified and passed on. auto: switch at once. ' +
          'delayed: after a time of their own. approve: when the operator says so, after the lag and in working hours. ' +
          'pinned: never',
        examples: ['auto', 'approve'],
      }),
    delay: lawSchema
      .meta({
        description: 'With the policy delayed: how long after the release a relay switches',
        examples: [{ lognormal: { median: '2d', sigma: 0.5 } }],
      })
      .optional(),
    thirdParties: z
      .boolean()
      .meta({
        description:
          "Whether its relays take third parties' updates. Default: as `trust.thirdParties` draws it for each operator",
        examples: [false],
      })
      .optional(),
  })
  .superRefine(({ lag, between, hours, timer, policy, delay }, context) => {
    if (timer !== null && hours !== ALWAYS) {
      report(context, 'a timer keeps no working hours', 'remove the hours, or the timer', ['hours']);
    }
    if (policy === 'delayed' && delay === undefined) {
      const hint = 'add "delay: { lognormal: { median: 2d, sigma: 0.5 } }"';
      report(context, 'the policy delayed needs a delay', hint, ['delay'], ['policy']);
    }
    if (policy !== 'delayed' && delay !== undefined) {
      report(context, `means nothing with the policy ${policy}`, 'remove it, or make the policy delayed', [
        'delay',
      ]);
    }
    if (between === undefined) return;
    if (lag === NO_LAG || lag === AT_ONCE) {
      report(context, `means nothing with the lag ${lag}`, 'remove it, or give the class a law', ['between']);
    } else if (between[0] >= between[1]) {
      report(context, `${between[1]} does not come after ${between[0]}`, 'such as [0%, 50%]', ['between', 1]);
    }
  });

const platformSchema = z.strictObject({
  name: nameSchema.meta({ description: 'Name of the platform', examples: ['debian'] }),
  share: share({
    description: 'Share of all relays that get their software this way',
    examples: ['60%'],
  }),
  delay: z.union([z.enum([NONE, DEBIAN_SID]), lawSchema]).meta({
    description:
      'From the release to the package, drawn once for all relays of the platform and each update: none, a law, or ' +
      'debian-sid (uploads of Tor to Debian unstable, 2024-26: median 0 days, 90 % within 4, at most 17)',
    examples: [DEBIAN_SID, NONE],
  }),
});

const beginsSchema = z
  .unknown()
  .transform((input, context): number => {
    const moment = typeof input === 'string' ? parseWeekMoment(input) : null;
    if (moment !== null) return moment;
    report(context, 'must be a weekday and a time', 'such as Mon 09:30, in UTC');
    return z.NEVER;
  })
  .meta({
    type: 'string',
    pattern: '^ *[A-Za-z]{3,9} +[0-9]{1,2}:[0-9]{2}(:[0-9]{2})? *$',
    patternErrorMessage: 'a weekday and a time in UTC, such as Mon 09:30',
    description:
      'Weekday and time in UTC at which the run begins, for working hours. Default: the hour of the population, ' +
      '2025-11-09 01:00, a Sunday',
    examples: ['Mon 09:30'],
  });

/** The moment of the week at which virtual time begins: Sunday 01:00 (engine/virtual-clock.ts; a test compares). */
export const DEFAULT_BEGINS = 'Sun 01:00';

export const embedsSchema = share(
  {
    description:
      'Share of relays that embed the runtime for updates. The others are no nodes of the gossip network: their ' +
      'operators install every update by hand, with the lag of their class',
    examples: ['100%', '60%'],
  },
  { aboveZero: true },
);

const planSchema = z.strictObject({
  classes: z
    .union([z.enum(PRESET_NAMES), z.array(classSchema).min(1).max(CLASSES_MAX).superRefine(checkParts)])
    .meta({
      description:
        'Classes of operators: those of an era of Tor (tor-2016-17: attentive, neglectful, abandoned; tor-2025-26: ' +
        'automatic as well), or a list of your own',
      examples: ['tor-2025-26'],
    }),
  platforms: z
    .union([z.literal(NONE), z.array(platformSchema).min(1).max(PLATFORMS_MAX).superRefine(checkParts)])
    .default(NONE)
    .meta({
      description: 'Where relays get their packages from; `none`: nobody waits for a package',
      examples: [NONE, [{ name: 'debian', share: 1, delay: DEBIAN_SID }]],
    }),
  lockstep: share({
    description:
      'How often two relays of one operator run the same version. Observed: 97.4% (2025-07-25), and 42% of relays of ' +
      'two operators, which is the least that makes sense',
    examples: ['97.4%'],
  })
    .superRefine((value, context) => {
      if (value < RANDOM_PAIR_AGREEMENT)
        report(context, 'relays of two operators agree more often', 'from 42% to 100%');
    })
    .prefault(OBSERVED_LOCKSTEP),
  embeds: embedsSchema.prefault('100%'),
  begins: beginsSchema.prefault(DEFAULT_BEGINS),
  knownUntil: durationOrWord(
    ALWAYS,
    'd',
    { min: 1 / 86_400, max: 36_500 },
    {
      description:
        'Where the observation behind the laws ended: curves are never drawn further. Default: that of the classes',
      examples: ['197d'],
    },
  ).optional(),
});

export const operatorsSchema = z.union([z.enum([NONE, ...PRESET_NAMES]), planSchema]);

export type OperatorsInput = z.output<typeof operatorsSchema>;
export type PlanInput = z.output<typeof planSchema>;
export type ClassInput = z.output<typeof classSchema>;
export type PlatformInput = z.output<typeof platformSchema>;
