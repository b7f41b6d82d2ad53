/**
 * The part of the schema that says who signs the updates: the roles of a TUF repository and their keys.
 *
 * The roles and their thresholds are those of the TUF specification, section 2.1; the defaults are its usual
 * choice: several keys for the roles that stay offline, one for those that sign by themselves.
 */

import { z } from 'zod';
import { catalogue } from '../../node/hooks/catalogue/catalogue.ts';
import { roleName, TOP_ROLES } from './role-name.ts';
import type { KeyThreshold } from './scenario.ts';
import { scaled } from './schema-facts.ts';
import {
  duration,
  durationOrWord,
  type KeyText,
  moment,
  RUN_SECONDS_MAX,
  report,
  share,
} from './schema-values.ts';
import { DEVELOPERS, NEVER } from './update-schema.ts';

/** More keys than any repository has; each costs a signature to verify. */
const KEYS_MAX = 16;
const DELEGATIONS_MAX = 16;
const ROTATIONS_MAX = 16;
const THRESHOLD = /^\s*(\d{1,6})\s+of\s+(\d{1,6})\s*$/i;
const HOOKS = [...catalogue.keys()] as [string, ...string[]];

function readThreshold(input: unknown, context: z.RefinementCtx): KeyThreshold {
  const hint = 'write how many of how many keys must sign, such as 2 of 3';
  const parts = typeof input === 'string' ? THRESHOLD.exec(input) : null;
  if (parts === null) {
    report(context, input === undefined ? 'is missing' : 'must be a threshold of keys', hint);
    return z.NEVER;
  }
  const [threshold, keys] = [Number(parts[1]), Number(parts[2])];
  if (threshold < 1 || keys > KEYS_MAX || threshold > keys) {
    const message =
      threshold < 1
        ? 'nobody would have to sign'
        : threshold > keys
          ? `${threshold} signatures cannot come from ${keys === 1 ? '1 key' : `${keys} keys`}`
          : `${keys} keys are more than the ${KEYS_MAX} that a role may have`;
    report(context, message, `from 1 of 1 to ${KEYS_MAX} of ${KEYS_MAX}, such as 2 of 3`);
    return z.NEVER;
  }
  return { threshold, keys };
}

function keyThreshold(text: KeyText) {
  return z
    .unknown()
    .transform(readThreshold)
    .meta({
      ...text,
      type: 'string',
      pattern: '^ *[0-9]+ +[oO][fF] +[0-9]+ *$',
      patternErrorMessage: 'how many of how many keys must sign, such as 2 of 3',
    });
}

const keysSchema = z.strictObject({
  root: keyThreshold({
    description: 'Keys of the role root, which says which keys the other roles have',
    examples: ['2 of 3'],
  }).prefault('2 of 3'),
  targets: keyThreshold({
    description: 'Keys of the role targets, which signs the modules',
    examples: ['2 of 3'],
  }).prefault('2 of 3'),
  snapshot: keyThreshold({
    description: 'Keys of the role snapshot, which says what belongs together',
    examples: ['1 of 1'],
  }).prefault('1 of 1'),
  timestamp: keyThreshold({
    description: 'Keys of the role timestamp, which says what is the newest',
    examples: ['1 of 1'],
  }).prefault('1 of 1'),
});

const delegationSchema = z.strictObject({
  name: roleName({
    description: 'Name of the third party: small letters, digits and -; an update names it as its publisher',
    examples: ['research-lab'],
  }).superRefine((name, context) => {
    if (![...TOP_ROLES, DEVELOPERS].includes(name)) return;
    report(context, `${name} is a role of the developers`, 'choose a name of its own, such as research-lab');
  }),
  hooks: z
    .array(z.enum(HOOKS))
    .min(1)
    .superRefine((hooks, context) => {
      const twice = hooks.findIndex((hook, index) => hooks.indexOf(hook) < index);
      if (twice >= 0) report(context, `${hooks[twice]} stands here twice`, 'remove one', [twice]);
    })
    .meta({
      uniqueItems: true,
      description: 'Hooks that it may publish for, and no others',
      examples: [['padding-decision']],
    }),
  keys: keyThreshold({ description: 'Keys of the third party', examples: ['1 of 1'] }).prefault('1 of 1'),
});

const rotationSchema = z.strictObject({
  role: z
    .enum(TOP_ROLES)
    .meta({ description: 'The role that gets new keys; its old ones count no more', examples: ['targets'] }),
  at: moment({
    description: 'When the new root that says so comes out, in the time of the run',
    examples: ['5min'],
  }),
});

export const trustSchema = z.strictObject({
  keys: keysSchema
    .prefault({})
    .meta({ description: 'How many of how many keys must sign for each role of the repository' }),
  delegations: z
    .array(delegationSchema)
    .max(DELEGATIONS_MAX)
    .superRefine((delegations, context) => {
      const names = delegations.map(({ name }) => name);
      const twice = names.findIndex((name, index) => names.indexOf(name) < index);
      if (twice < 0) return;
      report(context, `${names[twice]} stands here twice`, 'one entry may name several hooks', [
        twice,
        'name',
      ]);
    })
    .prefault([])
    .meta({
      description: 'Third parties that the developers let publish for some hooks',
      examples: [[{ name: 'research-lab', hooks: ['padding-decision'] }]],
    }),
  thirdParties: share({
    description: "Share of operators that take third parties' updates; the others refuse them by policy",
    examples: ['100%', '60%'],
  }).prefault('100%'),
  timestampEvery: scaled(
    'time',
    durationOrWord(
      NEVER,
      's',
      { min: 1, max: RUN_SECONDS_MAX },
      {
        description:
          'A fresh timestamp comes out so often even without news, so that relays notice when somebody keeps news ' +
          'away; `never`: with each publication only',
        examples: [NEVER, '1h'],
      },
    ),
  ).prefault(NEVER),
  timestampExpires: scaled(
    'time',
    duration(
      's',
      { min: 1, max: 10 * RUN_SECONDS_MAX },
      {
        description: 'A timestamp is good for so long; without a newer one a relay then raises the alarm',
        examples: ['7d', '1h'],
      },
    ),
  ).prefault('7d'),
  rotations: z
    .array(rotationSchema)
    .max(ROTATIONS_MAX)
    .prefault([])
    .meta({
      description: 'New keys for a role, each by a new root: what makes stolen keys useless',
      examples: [[{ role: 'targets', at: '5min' }]],
    }),
});

export type TrustInput = z.output<typeof trustSchema>;
