/** The interval of a figure of summary.json, where it is a median over several runs. */

import { type Bounds, isOfRuns } from '../measure/runs-summary.ts';
import type { Summary } from '../measure/summary.ts';

/** By the path of the figure; null for one run, and where all runs agree. */
export function boundsOf(summary: Summary, path: string): Bounds | null {
  return isOfRuns(summary) ? (summary.intervals[path] ?? null) : null;
}
