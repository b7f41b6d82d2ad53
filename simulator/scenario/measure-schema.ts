/** The part of the schema that says what is measured and reported beside the usual, and what must come out. */

import { z } from 'zod';
import { CHART_NAMES, CHART_THEMES } from './measure-plan.ts';
import { report, share } from './schema-values.ts';

const MILESTONES_MAX = 10;
/** More conditions than a scenario can mean. */
export const ASSERTIONS_MAX = 64;
/** The word for every chart that has something to show. */
export const ALL = 'all';

export const measureSchema = z.strictObject({
  milestones: z
    .array(share({ description: 'A share of the relays, in whole percent' }, { aboveZero: true }))
    .min(1)
    .max(MILESTONES_MAX)
    .superRefine((shares, context) => {
      for (const [index, value] of shares.entries()) {
        if (Math.abs(value * 100 - Math.round(value * 100)) > 1e-9 || value < 0.01) {
          report(context, 'is not a whole percent', 'from 1% to 100%', [index]);
        } else if (index > 0 && value <= shares[index - 1]!) {
          report(context, 'does not exceed the one before it', 'let them rise, as in [10%, 50%, 100%]', [
            index,
          ]);
        }
      }
    })
    .meta({
      description:
        'Shares of the relays whose times the tables show, in the place of the usual 25, 50, 75, 90 and 99 %; ' +
        'summary.json has both',
      examples: [['10%', '50%', '90%', '100%']],
    })
    .optional(),
  tails: share(
    {
      description:
        'Share of relays with the most consensus weight, and with the least, whose times summary.json states ' +
        'besides: the busy and the idle ones. Default: they are not looked at',
      examples: ['10%'],
    },
    { aboveZero: true },
  )
    .refine((value) => value <= 0.5, { message: 'is more than half: busy and idle ones would be the same' })
    .optional(),
});

export const reportSchema = z
  .strictObject({
    charts: z
      .union([z.literal(ALL), z.array(z.enum(CHART_NAMES)).max(CHART_NAMES.length)])
      .default(ALL)
      .meta({
        description:
          'Charts that are drawn: `all` in which the run has something to show, or a list, which may be empty; one of a ' +
          'list that has nothing to show says so',
        examples: [ALL, ['figure1', 'stages']],
      }),
    figure: z
      .enum(CHART_NAMES)
      .meta({
        description:
          'The chart that shows the answer at a glance, where there is room for one. Default: the first of `charts`, ' +
          'or figure1',
        examples: ['channels'],
      })
      .optional(),
    png: z
      .boolean()
      .default(true)
      .meta({ description: 'Whether each chart is written as a PNG as well as an SVG', examples: [true] }),
    theme: z
      .enum(CHART_THEMES)
      .default('screen')
      .meta({
        description:
          'How the chart files look: for a `screen`, or in `print`, without title and in black ink, for a paper that ' +
          'has words of its own under its figures',
        examples: ['print'],
      }),
  })
  .superRefine(({ charts, figure }, context) => {
    if (figure === undefined || charts === ALL || charts.includes(figure)) return;
    report(context, `${figure} is not among the charts that are drawn`, 'add it to charts', ['figure']);
  });

export const assertSchema = z
  .array(z.string())
  .max(ASSERTIONS_MAX)
  .default([])
  .meta({
    description:
      "Conditions on the run's own figures; the command ends with 3 when one does not hold, and keeps the results. A " +
      'measure of an arm (live.t99), of one of its updates (live.updates[1].t50) or of the run (violations, ' +
      'ratio.t50), a comparison (< <= > >= == !=), and a limit with its unit or another measure of the same kind',
    examples: [['live.t99 < 30s', 'live.reached >= 99%', 'violations == 0']],
  });

export type MeasureInput = z.output<typeof measureSchema>;
export type ReportInput = z.output<typeof reportSchema>;
