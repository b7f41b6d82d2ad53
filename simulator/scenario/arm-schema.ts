/**
 * The part of the schema that says how updates travel: channels of live arms, lags of manual ones.
 *
 * What an arm is follows from its channel, which may be a list; so the two kinds are a union told apart by
 * explain.ts and schema-lookup.ts, and not by zod, which knows tags of one value only.
 */

import { z } from 'zod';
import { CHANNEL_NAMES } from '../../node/channels/channel.ts';
import { HISTORICAL_NAMES, LAST_OBSERVED_DAY, lawSchema } from './lag-schema.ts';
import { BY_CLASS, embedsSchema, operatorsSchema } from './operators-schema.ts';
import { NONE } from './presence-schema.ts';
import { rejectionSchema } from './rejection-schema.ts';
import { scaled } from './schema-facts.ts';
import { duration, rate, report, share, whole } from './schema-values.ts';
import { sybilSchema } from './sybil-schema.ts';
import { formatDuration } from './units.ts';

const AUTHORITIES_MAX = 100;

const directorySchema = z.strictObject({
  authorities: whole(
    { min: 1, max: AUTHORITIES_MAX },
    { description: 'Authorities that hold the repository; Tor has nine', examples: [9] },
  ).default(9),
  uplink: rate(
    { min: 1e3, max: 1e12 },
    {
      description: 'What an authority can send; all relays that poll it share it',
      examples: ['100 Mbit/s'],
    },
  ).prefault('100 Mbit/s'),
  interval: scaled(
    'time',
    duration(
      's',
      { min: 1, max: 30 * 86_400 },
      {
        description:
          "A new consensus comes out so often, from the full hour of the run's start on; Tor's: 1h",
        examples: ['1h'],
      },
    ),
  ).prefault('1h'),
  jitter: share({
    description:
      'A relay polls at a time of its own within this share of the interval after the consensus came out ' +
      '(Tor dir-spec: half)',
    examples: ['50%'],
  }).prefault('50%'),
});

const ownOperators = operatorsSchema
  .meta({
    description: "This arm's own operators, instead of the scenario's; `none`: as without any",
    examples: ['none', 'tor-2025-26'],
  })
  .optional();

const circuitSchema = z.strictObject({
  perSecond: z
    .number()
    .gt(0)
    .max(1e9)
    .default(13_900)
    .meta({
      description:
        "Circuits a second of a network of Tor's size (6,500 relays); smaller ones build in proportion. The default " +
        'is what was measured of Tor: 1.2 billion a day (Mani et al., IMC 2018)',
      examples: [13_900],
    }),
});

const channelName = z.enum(CHANNEL_NAMES).meta({ examples: ['gossip'] });

export const liveArmSchema = z
  .strictObject({
    channel: z.union([channelName, z.array(channelName).min(1).max(CHANNEL_NAMES.length)]).meta({
      description:
        'How updates travel, one way or a list of them. gossip: over gossipsub. directory: relays poll authorities. ' +
        'circuit: peers compare what they run when a circuit is built. catch-up: a relay that joins or comes back ' +
        'asks its peers; beside another channel only',
      examples: ['gossip', ['gossip', 'catch-up']],
    }),
    directory: directorySchema
      .meta({
        description: 'With the channel directory: the authorities and when relays poll them',
        examples: [{ authorities: 9, interval: '1h' }],
      })
      .optional(),
    circuit: circuitSchema
      .meta({
        description: 'With the channel circuit: how many circuits there are',
        examples: [{ perSecond: 13_900 }],
      })
      .optional(),
    adversary: z
      .union([z.literal(NONE), sybilSchema])
      .meta({
        description:
          'Who attacks this arm. `none`: nobody, whatever the scenario says. Otherwise sybils: keys of ' +
          'adversary.sybils that are different here. Default: whoever attacks the scenario',
        examples: [NONE, { attack: 'covert-flash' }],
      })
      .optional(),
    operators: ownOperators,
    embeds: embedsSchema
      .meta({
        description:
          'With operators: the share of relays that embed the runtime in this arm. Default: theirs',
        examples: ['30%'],
      })
      .optional(),
    until: duration(
      'd',
      { min: 1 / 86_400, max: 36_500 },
      {
        description:
          'With operators: how far their doings are followed, beyond the duration. Default: the last day known of ' +
          'their laws, else 365d',
        examples: ['365d'],
      },
    ).optional(),
  })
  .superRefine(({ channel, directory, circuit }, context) => {
    const channels = [channel].flat();
    const twice = channels.findIndex((name, index) => channels.indexOf(name) < index);
    if (twice >= 0) report(context, `${channels[twice]} stands here twice`, 'remove one', ['channel', twice]);
    if (channels.length > 0 && channels.every((name) => name === 'catch-up')) {
      const message = 'catch-up alone brings nothing to the relays that are there';
      report(context, message, 'put another channel beside it: [gossip, catch-up]', ['channel']);
    }
    for (const [name, plan] of [
      ['directory', directory],
      ['circuit', circuit],
    ] as const) {
      if (plan === undefined || channels.includes(name)) continue;
      const hint = `make the channel [${[...channels, name].join(', ')}], or remove this key`;
      report(context, `means nothing without the channel ${name}`, hint, [name]);
    }
  });

export const manualArmSchema = z
  .strictObject({
    channel: z.literal('manual').meta({
      description: 'manual: operators install the release by hand, after a lag',
      examples: ['manual'],
    }),
    lag: z
      .union([z.enum([...HISTORICAL_NAMES, BY_CLASS]), lawSchema])
      .meta({
        description:
          'How long operators take to install a release: what was observed of Tor in 2016-17 (the headline) or ' +
          '2025-26 (today, with automatic updates), a law of your own (lognormal, weibull, mixture, empirical), or ' +
          'operators: by their classes. Default: operators, where the scenario has any',
        examples: ['tor-2016-17', { lognormal: { median: '52d', sigma: 2.15, never: 0.25 } }, BY_CLASS],
      })
      .optional(),
    operators: ownOperators,
    until: duration(
      'd',
      { min: 1 / 86_400, max: 36_500 },
      {
        description:
          'Where the curve ends. Default: the last day observed of the lag (510d for tor-2016-17, 197d for ' +
          'tor-2025-26, the last point of an empirical one), 365d for other laws; never beyond what was observed',
        examples: ['365d'],
      },
    ).optional(),
    drain: duration(
      's',
      { min: 0, max: 86_400 },
      {
        description:
          "How long a relay goes on with the circuits it has, and takes no new ones, before it goes down (tor's " +
          'ShutdownWaitLength)',
        examples: ['30s'],
      },
    ).prefault('30s'),
    restart: duration(
      's',
      { min: 0, max: 30 * 86_400 },
      {
        description: 'How long a relay is down while its operator restarts it',
        examples: ['60s'],
      },
    ).prefault('60s'),
    reject: rejectionSchema
      .meta({
        description:
          'Directory authorities take who has not upgraded out of the consensus. Default: they do not',
        examples: [{ after: '9d', readmit: false }],
      })
      .optional(),
  })
  .superRefine(({ lag, until }, context) => {
    const last = typeof lag === 'string' && lag !== BY_CLASS ? LAST_OBSERVED_DAY[lag] : undefined;
    if (last === undefined || until === undefined || until <= last) return;
    const message = `${formatDuration(until, 'd')} is later than anything observed of ${lag}`;
    report(context, message, `at most ${last}d; a law of your own may go further`, ['until']);
  });

export const armSchema = z
  .union([liveArmSchema, manualArmSchema])
  .meta({ examples: [{ channel: 'gossip' }, { channel: 'manual', lag: 'tor-2016-17' }] });

export type ArmInput = z.output<typeof armSchema>;
type LiveInput = z.output<typeof liveArmSchema>;
export type DirectoryInput = NonNullable<LiveInput['directory']>;
export type CircuitInput = NonNullable<LiveInput['circuit']>;

/** What an arm has that does not say otherwise, or does not use it. */
export const DEFAULT_DIRECTORY: DirectoryInput = directorySchema.parse({});
export const DEFAULT_CIRCUIT: CircuitInput = circuitSchema.parse({});
