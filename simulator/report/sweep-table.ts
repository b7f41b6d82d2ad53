/** The table that `sweep` prints: the times of each arm at each point. */

import Table from 'cli-table3';
import type { ComparedName } from '../measure/comparison.ts';
import type { SweepSummary } from '../measure/sweep-summary.ts';
import { countOf, humanDuration, humanPercent } from './human-units.ts';
import { withoutControls } from './svg-markup.ts';
import { PLAIN_BORDER } from './terminal.ts';

const NEVER = 'never';

/** Renders the points; ends without a newline. */
export function renderSweep({ scenario, engine, axes, points, runs, violations }: SweepSummary): string {
  const grid = new Table({
    head: [...axes.map(({ path }) => path), 'arm', '50 %', '90 %', '99 %', 'reached'],
    colAligns: [...axes.map(() => 'right' as const), 'left', 'right', 'right', 'right', 'right'],
    chars: PLAIN_BORDER,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const { values, arms } of points) {
    for (const [arm, figures] of Object.entries(arms)) {
      const time = (figure: ComparedName): string => {
        const found = figures[figure] ?? null;
        return found === null ? NEVER : humanDuration(found);
      };
      grid.push([
        ...axes.map(({ path }) => withoutControls(String(values[path]))),
        withoutControls(arm),
        time('t50Seconds'),
        time('t90Seconds'),
        time('t99Seconds'),
        humanPercent(figures.reachedFraction ?? 0),
      ]);
    }
  }
  const sure = runs === 1 ? 'one run each: no interval' : `medians of ${runs} runs each`;
  const head = `${withoutControls(scenario)}: ${countOf(points.length, 'point')}, ${sure}, engine ${engine}`;
  const broken = violations === 0 ? [] : ['', `${violations} broken invariants: do not trust these figures`];
  return [head, '', grid.toString(), ...broken].join('\n');
}
