/** Which lines of a figure a reader has chosen: how relays are counted, which stages, which seeds. */

import type { PageLine } from '../../report/page-data.ts';

export interface LineChoice {
  readonly weightings: ReadonlySet<string>;
  readonly stages: ReadonlySet<string>;
  readonly seeds: ReadonlySet<number>;
}

/** The values that some of the lines can be chosen by, each once, in their order. */
export function choicesOf<Key extends 'weighting' | 'stage' | 'seed'>(
  lines: readonly PageLine[],
  key: Key,
): NonNullable<PageLine[Key]>[] {
  const found = new Set(lines.map((line) => line[key]));
  return [...found].filter((value) => value !== null) as NonNullable<PageLine[Key]>[];
}

/** The lines that are chosen; what a choice does not concern is always there. */
export function shownLines(
  lines: readonly PageLine[],
  { weightings, stages, seeds }: LineChoice,
): readonly PageLine[] {
  return lines.filter(
    ({ weighting, stage, seed }) =>
      (weighting === null || weightings.has(weighting)) &&
      (stage === null || stages.has(stage)) &&
      (seed === null || seeds.has(seed)),
  );
}
