/** What every verb is given: where it writes, where it stands, and how a failure is told. */

import picocolors from 'picocolors';
import { formatProblems, type Paint, type Problem } from '../scenario/problem.ts';
import type { Output } from './output.ts';
import type { Workplace } from './workplace.ts';

export interface CommandContext {
  readonly out: Output;
  readonly err: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly workplace: Workplace;
  /** What a report of a bug should hold, and what an interruption leaves; filled in as the command learns it. */
  readonly journal: { repeatWith: string | null; left: string | null };
}

function paintFor(output: Output): Paint {
  const colors = picocolors.createColors(output.colour);
  return { place: colors.bold, key: colors.cyan, fault: colors.red, quiet: colors.dim };
}

/** Tells the problems of scenarios on stderr. */
export function tellProblems(problems: readonly Problem[], { err }: CommandContext): void {
  err.line(formatProblems(problems, paintFor(err)));
}

/** Tells an error in one line, with what to do about it below. */
export function tellError(message: string, hint: string | null, { err }: CommandContext): void {
  const colors = picocolors.createColors(err.colour);
  err.line(`${colors.red('error:')} ${message}`);
  if (hint !== null) err.line(`    hint: ${hint}`);
}
