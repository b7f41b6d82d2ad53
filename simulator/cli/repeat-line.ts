/** The command that repeats a run: what a reader of a result, or of a failure, needs to see it again. */

import { callWords } from '../../updates/cli/call-words.ts';
import { shellWord } from '../report/shell-word.ts';
import type { ScenarioOverrides } from '../scenario/load.ts';

/** What is repeated: one run unless `runs` says how many, or a sweep. */
export interface Repeated {
  readonly verb?: 'simulate' | 'sweep';
  readonly runs?: number | string | undefined;
}

/** `npm run simulate -- FILE --seed 1 ...`, or as it is called here: everything that can change a number, and nothing else. */
export function repeatLine(
  file: string,
  seed: number,
  overrides: ScenarioOverrides,
  { verb = 'simulate', runs }: Repeated = {},
): string {
  const words = [...callWords(verb), file, '--seed', String(seed)];
  for (const key of ['scale', 'engine', 'threads', 'fidelity'] as const) {
    const value = overrides[key];
    if (value !== undefined) words.push(`--${key}`, value);
  }
  for (const change of overrides.set ?? []) words.push('--set', change);
  if (runs !== undefined) words.push('--runs', String(runs));
  return words.map(shellWord).join(' ');
}
