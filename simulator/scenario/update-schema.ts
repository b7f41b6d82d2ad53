/** The part of the schema that says what is released, when, to whom, and whether it is taken back. */

import { z } from 'zod';
import { roleName } from './role-name.ts';
import { scaled } from './schema-facts.ts';
import {
  duration,
  moment,
  momentOrWord,
  NAME,
  RUN_SECONDS_MAX,
  report,
  share,
  sizeOrWord,
  whole,
} from './schema-values.ts';

/** Far above what any hook of the catalogue admits; arms/release.ts knows each hook's own limit. */
const MODULE_BYTES_MAX = 1024 * 1024;
const STEPS_MAX = 32;
const PRIORITY_MAX = 1000;

/** Words for what an update has by default. */
export const DEVELOPERS = 'developers';
export const AT_ONCE = 'at-once';
export const NEVER = 'never';
export const RELEASE = 'release';
export const COMPILED = 'compiled';

const rolloutSchema = z.strictObject({
  steps: z
    .array(share({ description: 'Share of relays that may run it from this step on' }, { aboveZero: true }))
    .min(1)
    .max(STEPS_MAX)
    .superRefine((steps, context) => {
      const wrong = steps.findIndex((step, index) => index > 0 && step <= steps[index - 1]!);
      if (wrong < 0) return;
      const message = `step ${steps[wrong]} does not exceed the step before it, ${steps[wrong - 1]}`;
      report(context, message, 'a cohort only grows: let the shares rise, as in [1%, 10%, 50%, 100%]', [
        wrong,
      ]);
    })
    .prefault(['1%', '10%', '50%', '100%'])
    .meta({
      description:
        'Shares of all relays that may run it, step after step; who goes first follows from a hash of relay and ' +
        'update. Below 100% at the end, the others never get it',
      examples: [['1%', '10%', '50%', '100%']],
    }),
  every: scaled(
    'time',
    duration(
      's',
      { min: 1e-3, max: RUN_SECONDS_MAX },
      { description: 'Time between two steps', examples: ['10min'] },
    ),
  ).prefault('10min'),
  jitter: scaled(
    'time',
    duration(
      's',
      { min: 0, max: RUN_SECONDS_MAX },
      {
        description: 'A relay switches at a time of its own within so long of taking the update',
        examples: ['1min'],
      },
    ),
  ).prefault('1min'),
  haltAbove: share({
    description:
      'The next step is not taken and the update is revoked when more than this share of reported trials failed',
    examples: ['5%'],
  }).prefault('5%'),
  minReports: scaled(
    'count',
    whole(
      { min: 1, max: 1_000_000 },
      { description: 'Reports of trials that must be in before their share counts', examples: [10] },
    ),
  ).default(10),
});

export const updateSchema = z.strictObject({
  module: z
    .string()
    .regex(NAME)
    .meta({
      description: 'The WebAssembly module that is released: a folder of updates/',
      examples: ['strict-cells'],
    }),
  at: moment({
    description: 'When it is released, in virtual time; before that the network forms its mesh',
    examples: ['60s'],
  }).prefault('60s'),
  size: sizeOrWord(
    COMPILED,
    { min: 32, max: MODULE_BYTES_MAX },
    {
      description:
        'Size that the binary is padded to with a custom section, or `compiled` to leave it as it is',
      examples: ['20 KiB', 'compiled'],
    },
  ).prefault(COMPILED),
  priority: whole(
    { min: -PRIORITY_MAX, max: PRIORITY_MAX },
    {
      description: 'Among modules of one hook the highest runs, of equal ones the last released',
      examples: [0, 10],
    },
  ).default(0),
  notBefore: momentOrWord(RELEASE, {
    description:
      'Relays take it but do not switch to it before this moment of the run, by their own clocks; `release`: at once',
    examples: ['10min', RELEASE],
  }).prefault(RELEASE),
  rollout: z
    .union([z.literal(AT_ONCE), rolloutSchema])
    .prefault(AT_ONCE)
    .meta({
      description:
        'How it is let out: `at-once` to every relay, or in steps of a growing cohort that halt when the module ' +
        'fails its trials',
      examples: [{ steps: ['1%', '10%', '50%', '100%'], every: '10min' }, AT_ONCE],
    }),
  publisher: roleName({
    description:
      'Who signs it: `developers` with the role targets, or the name of one of trust.delegations, which must ' +
      "name the module's hook",
    examples: [DEVELOPERS, 'research-lab'],
  }).default(DEVELOPERS),
  revoke: momentOrWord(NEVER, {
    description:
      'When its publisher revokes it, in the time of the run; relays go back to what ran before, then to the default',
    examples: ['10min', NEVER],
  }).prefault(NEVER),
});
