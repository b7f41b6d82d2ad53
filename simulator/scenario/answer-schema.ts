/** The part of the schema that says in words what came out, with figures of the run in the words. */

import { z } from 'zod';
import { FIGURE_FORMATS } from './answer-template.ts';

const ANSWER_MAX = 1500;

export const answerSchema = z
  .string()
  .max(ANSWER_MAX)
  .default('')
  .meta({
    description:
      'What came out. Figures stand in braces and name numbers of summary.json by their keys, from the top, with dots ' +
      'between; two may be joined by + - * or /; .* at the end sums a map up. How they are written follows from the ' +
      `name, or from a word after a colon: ${FIGURE_FORMATS.join(', ')}. Reports show it filled in, but not of a run ` +
      'that --set or --scale made another scenario. Not handed down by extends',
    examples: [
      'Half of the relays run it after {arms.live.t50Seconds}, {arms.live.reachedFraction} in the end.',
    ],
  });
