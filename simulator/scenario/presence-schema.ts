/** The part of the schema that says which relays are not there all the time. */

import { z } from 'zod';
import { scaled } from './schema-facts.ts';
import { duration, moment, RUN_SECONDS_MAX, report, share } from './schema-values.ts';
import { formatDuration } from './units.ts';

/** The word for a group or a part that a scenario has not. */
export const NONE = 'none';

const SHARE_ENDS = { aboveZero: true, belowOne: true };

/** A span of the run in which something begins; `from` and `to` are virtual seconds. */
export function checkSpan({ from, to }: { from: number; to: number }, context: z.RefinementCtx): void {
  if (from < to) return;
  const [fromText, toText] = [formatDuration(from, 's'), formatDuration(to, 's')];
  report(context, `${toText} does not come after the beginning, ${fromText}`, 'let from come before to', [
    'to',
  ]);
}

const lateSchema = z
  .strictObject({
    share: share({ description: 'Share of relays that join late', examples: ['20%'] }, SHARE_ENDS),
    from: moment({ description: 'The first of them joins', examples: ['2min'] }),
    to: moment({ description: 'The last of them joins', examples: ['5min'] }),
  })
  .superRefine(checkSpan);

const awaySchema = z
  .strictObject({
    share: share({ description: 'Share of relays that go away once', examples: ['10%'] }, SHARE_ENDS),
    from: moment({ description: 'The first of them goes', examples: ['30s'] }),
    to: moment({ description: 'The last of them goes', examples: ['90s'] }),
    for: scaled(
      'time',
      duration(
        's',
        { min: 1e-3, max: RUN_SECONDS_MAX },
        { description: 'How long each of them is away', examples: ['2min'] },
      ),
    ),
  })
  .superRefine(checkSpan);

export const presenceSchema = z.strictObject({
  late: z
    .union([z.literal(NONE), lateSchema])
    .prefault(NONE)
    .meta({
      description:
        'Relays that join in the course of the run, each at a time of its own within the span; `none`: all are there ' +
        'from the start',
      examples: [{ share: '20%', from: '2min', to: '5min' }, NONE],
    }),
  away: z
    .union([z.literal(NONE), awaySchema])
    .prefault(NONE)
    .meta({
      description:
        'Relays that go away once, all links down, and come back; each goes at a time of its own within the span',
      examples: [{ share: '10%', from: '30s', to: '90s', for: '2min' }, NONE],
    }),
});

export type PresenceInput = z.output<typeof presenceSchema>;
