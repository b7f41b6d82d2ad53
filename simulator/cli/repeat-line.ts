/** The command that repeats a run: what a reader of a result, or of a failure, needs to see it again. */

import type { ScenarioOverrides } from '../scenario/load.ts';

/** The text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `npm run simulate -- FILE --seed 1 ...`: everything that can change a number, and nothing else. */
export function repeatLine(file: string, seed: number, overrides: ScenarioOverrides): string {
  const words = ['npm', 'run', 'simulate', '--', file, '--seed', String(seed)];
  for (const key of ['scale', 'engine', 'threads', 'fidelity'] as const) {
    const value = overrides[key];
    if (value !== undefined) words.push(`--${key}`, value);
  }
  for (const change of overrides.set ?? []) words.push('--set', change);
  return words.map(shellWord).join(' ');
}
