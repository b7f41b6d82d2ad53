/**
 * sweep.csv: every figure of a sweep in long format.
 *
 * Columns: point, one for each axis (named by its path), arm, figure, median, low, high. Times are in virtual seconds
 * since the release; an empty median or bound was never reached.
 */

import type { SweepSummary } from '../measure/sweep-summary.ts';
import { csvField } from './csv.ts';

function cell(value: string | number | boolean | null): string {
  return value === null ? '' : csvField(String(value));
}

export function sweepCsv({ axes, points }: SweepSummary): string {
  const paths = axes.map(({ path }) => path);
  const lines = [['point', ...paths, 'arm', 'figure', 'median', 'low', 'high'].map(csvField)];
  for (const { point, values, arms, intervals } of points) {
    const at = paths.map((path) => values[path] ?? null);
    for (const [arm, figures] of Object.entries(arms)) {
      for (const [figure, median] of Object.entries(figures)) {
        const [low, high] = intervals[`arms.${arm}.${figure}`] ?? [median, median];
        lines.push([point, ...at, arm, figure, median, low, high].map(cell));
      }
    }
  }
  return `${lines.map((fields) => fields.join(',')).join('\n')}\n`;
}
