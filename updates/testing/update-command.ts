/** The verb `update` as a user runs it, for tests: what a command line prints, and its exit code. */

import { Command } from 'commander';
import { registerUpdateCommands, type UpdateConsole } from '../cli/register.ts';

export interface Outcome {
  /** Lines of stdout. */
  readonly out: string;
  /** Lines of stderr. */
  readonly err: string;
  /** Null where the command line itself was wrong. */
  readonly code: number | null;
}

/** Runs `update` with these arguments. Rejects with the error that the command line would tell. */
export async function runUpdate(
  args: readonly string[],
  where: Pick<UpdateConsole, 'userFolder' | 'nowMs'>,
): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  let code: number | null = null;
  const program = new Command().exitOverride();
  registerUpdateCommands(program, {
    ...where,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    finish: (finished) => {
      code = finished;
    },
  });
  await program.parseAsync(['update', ...args], { from: 'user' });
  return { out: out.join('\n'), err: err.join('\n'), code };
}
