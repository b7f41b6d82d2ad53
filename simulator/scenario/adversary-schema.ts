/** The part of the schema that says who attacks, how and when: relays that attack the updates, sybils the gossip. */

import { z } from 'zod';
import { checkSpan, NONE } from './presence-schema.ts';
import { ATTACKS, type AttackName, type LiveChannel } from './scenario.ts';
import { scaled } from './schema-facts.ts';
import {
  duration,
  moment,
  momentOrWord,
  NAME,
  RUN_SECONDS_MAX,
  report,
  share,
  whole,
} from './schema-values.ts';
import { sybilSchema } from './sybil-schema.ts';

const ATTACKS_MAX = 32;

/** The word for the end of the run. */
export const END = 'end';
/** What an adversary with enough stolen keys releases unless told otherwise. */
export const HOSTILE_MODULE = 'hostile-backdoor';

const BY_MESSAGE: readonly LiveChannel[] = ['gossip'];

/** Channels by which each attack can be made: all but freeze are messages on the topic of updates. */
export const ATTACK_CHANNELS: Readonly<Record<AttackName, readonly LiveChannel[]>> = {
  replay: BY_MESSAGE,
  // Nothing passed on, and peers that ask or compare told that there is nothing.
  freeze: ['gossip', 'circuit', 'catch-up'],
  'fast-forward': BY_MESSAGE,
  mixed: BY_MESSAGE,
  tampered: BY_MESSAGE,
  'stolen-keys': BY_MESSAGE,
  equivocation: BY_MESSAGE,
  'invalid-modules': BY_MESSAGE,
  'false-revocation': BY_MESSAGE,
};

/** Attacks that a key of the file means something for. */
const TAKES: Readonly<Record<'keys' | 'module', readonly AttackName[]>> = {
  keys: ['stolen-keys', 'false-revocation'],
  module: ['stolen-keys'],
};

const attackSchema = z
  .strictObject({
    attack: z.enum(ATTACKS).meta({
      description:
        'replay: old messages sent again. freeze: nothing new passed on, and peers told that there is none. ' +
        'fast-forward: with stolen timestamp and snapshot keys, versions so high that honest ones look old. mixed: ' +
        'genuine metadata of different publications together. tampered: a bit of metadata or module turned over. ' +
        'stolen-keys: a hostile module signed with stolen keys of targets. equivocation: with stolen timestamp and ' +
        'snapshot keys, two halves of the network told different things. invalid-modules: a flood that nobody signed. ' +
        'false-revocation: every module that is out said to be revoked',
      examples: ['replay'],
    }),
    from: moment({ description: 'When it begins, in the time of the run', examples: ['1min'] }).prefault(
      '1min',
    ),
    to: momentOrWord(END, {
      description: 'When it ends; `end`: with the run',
      examples: [END, '5min'],
    }).prefault(END),
    every: scaled(
      'time',
      duration(
        's',
        { min: 1e-3, max: RUN_SECONDS_MAX },
        { description: 'Each attacking relay tries so often', examples: ['10s'] },
      ),
    ).prefault('10s'),
    keys: whole(
      { min: 1, max: 1000 },
      {
        description:
          'How many keys of the role targets are stolen. stolen-keys: as many as it takes to sign unless told otherwise. ' +
          'false-revocation: with those of timestamp and snapshot; without this key it signs with keys of its own',
        examples: [2],
      },
    ).optional(),
    module: z
      .string()
      .regex(NAME)
      .meta({
        description: `stolen-keys only: the hostile module, a folder of updates/. Default: ${HOSTILE_MODULE}`,
        examples: [HOSTILE_MODULE],
      })
      .optional(),
  })
  .superRefine((plan, context) => {
    if (plan.to !== null) checkSpan({ from: plan.from, to: plan.to }, context);
    for (const key of ['keys', 'module'] as const) {
      if (plan[key] === undefined || TAKES[key].includes(plan.attack)) continue;
      const hint = `remove it, or make the attack ${TAKES[key].join(' or ')}`;
      report(context, `means nothing for the attack ${plan.attack}`, hint, [key]);
    }
  });

export const adversarySchema = z.union([
  z.literal(NONE),
  z
    .strictObject({
      share: share(
        {
          description: "Share of relays that are the adversary's: they take part, and answer as it likes",
          examples: ['5%'],
        },
        { aboveZero: true, belowOne: true },
      ).prefault('5%'),
      attacks: z
        .array(attackSchema)
        .min(1)
        .max(ATTACKS_MAX)
        .meta({
          description: 'What its relays do to the updates; several attacks go on side by side',
          examples: [[{ attack: 'replay', from: '1min', to: '5min', every: '10s' }]],
        })
        .optional(),
      sybils: sybilSchema
        .meta({
          description:
            'Peers of its own, beside the relays, that attack gossip itself. An arm may change any key of it, or name ' +
            'the attack',
          examples: [{ attack: 'eclipse', count: 4000, degree: 20 }],
        })
        .optional(),
    })
    .superRefine(({ attacks, sybils }, context) => {
      if (attacks !== undefined || sybils !== undefined) return;
      report(
        context,
        'says neither attacks nor sybils',
        'add "attacks: [{ attack: replay }]" or "sybils: { attack: eclipse }"',
      );
    }),
]);

export type AdversaryInput = z.output<typeof adversarySchema>;
