/** The interval of a figure of summary.json, where it is a median over several runs. */

import { type Bounds, isOfRuns } from '../measure/runs-summary.ts';
import type { Summary } from '../measure/summary.ts';

/** A figure in words, with its interval in brackets where it has one: "1.4 % (1.2 % to 7.8 %)". */
export function withBounds(value: number, bounds: Bounds | null, words: (value: number) => string): string {
  if (bounds === null) return words(value);
  const [low, high] = bounds.map((bound) => (bound === null ? 'never' : words(bound)));
  return `${words(value)} (${low} to ${high})`;
}

/** By the path of the figure; null for one run, and where all runs agree. */
export function boundsOf(summary: Summary, path: string): Bounds | null {
  return isOfRuns(summary) ? (summary.intervals[path] ?? null) : null;
}
