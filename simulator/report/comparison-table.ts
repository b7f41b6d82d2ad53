/** The table that `compare` prints: each figure on both sides, what lies between them, and the verdict in words. */

import Table from 'cli-table3';
import type { ComparedFigure, ComparedName, Comparison } from '../measure/comparison.ts';
import type { ComparedRow } from './compared-row.ts';
import { groupThousands, humanBytes, humanDuration, humanPercent } from './human-units.ts';
import { withoutControls } from './svg-markup.ts';
import { PLAIN_BORDER } from './terminal.ts';

const NEVER = 'never';

const FIGURES: Readonly<
  Record<ComparedName, { readonly name: string; readonly words: (value: number) => string }>
> = {
  t50Seconds: { name: 'time to 50 %', words: humanDuration },
  t90Seconds: { name: 'time to 90 %', words: humanDuration },
  t99Seconds: { name: 'time to 99 %', words: humanDuration },
  reachedFraction: { name: 'reached', words: humanPercent },
  vulnerableRelayHours: {
    name: 'vulnerable relay hours',
    // A wave of a second leaves thousandths of an hour.
    words: (hours) =>
      groupThousands(hours < 0.1 ? Number(hours.toPrecision(2)) : Math.round(hours * 100) / 100),
  },
  rolledBack: { name: 'rolled back', words: groupThousands },
  circuitsBroken: { name: 'circuits broken', words: groupThousands },
  bytes: { name: 'bytes sent', words: humanBytes },
};

function signed(value: number | null, figure: ComparedName): string {
  if (value === null) return '∞';
  const { words } = FIGURES[figure];
  return value < 0 ? `-${words(-value)}` : `+${words(value)}`;
}

function verdictInWords({ figure, verdict }: ComparedFigure): string {
  const isTime = figure.startsWith('t');
  const words = {
    higher: isTime ? 'B is slower' : 'B has more',
    lower: isTime ? 'B is faster' : 'B has less',
    equal: 'the same',
    open: 'no verdict',
  };
  return words[verdict];
}

/** The rows of the table. */
export function comparedRows({ seeds, figures }: Comparison): ComparedRow[] {
  return figures.map((one): ComparedRow => {
    const { name, words } = FIGURES[one.figure];
    const value = (of: number | null): string => (of === null ? NEVER : words(of));
    const { median, low, high } = one.difference;
    const bounds = seeds.length > 1 ? ` (${signed(low, one.figure)} to ${signed(high, one.figure)})` : '';
    const between = one.verdict === 'equal' ? '0' : `${signed(median, one.figure)}${bounds}`;
    const verdict = verdictInWords(one);
    return {
      arm: withoutControls(one.arm),
      figure: name,
      a: value(one.a),
      b: value(one.b),
      between,
      verdict,
    };
  });
}

/** Renders the comparison of A with B; ends without a newline. */
export function renderComparison(comparison: Comparison, labels: readonly [string, string]): string {
  const { seeds, hasEnoughRuns } = comparison;
  const several = seeds.length > 1;
  const grid = new Table({
    head: ['arm', 'figure', 'A', 'B', several ? 'B - A (95 % interval)' : 'B - A', 'verdict'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
    chars: PLAIN_BORDER,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const { arm, figure, a, b, between, verdict } of comparedRows(comparison)) {
    grid.push([arm, figure, a, b, between, verdict]);
  }
  const pairs = `${seeds.length} ${several ? 'pairs of runs' : 'pair of runs'}, by seed; figures are medians`;
  const lines = [`A: ${labels[0]}`, `B: ${labels[1]}`, pairs, '', grid.toString()];
  if (!hasEnoughRuns) lines.push('', 'Too few runs for a verdict: take at least 6 on each side (--runs 6).');
  return lines.join('\n');
}
