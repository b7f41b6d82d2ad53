/**
 * The start and the end of the `relaywave` process; relaywave.mjs loads it.
 *
 * A command acts where its user stands, which under npm is not where the process starts: the working folder
 * is changed once, here, and every relative path means the user's from then on.
 */

import { type CommandContext, tellError } from './command.ts';
import { runCommandLine } from './command-line.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { Output } from './output.ts';
import { tellBug } from './told-errors.ts';
import { findWorkplace, type Workplace } from './workplace.ts';

async function main(args: readonly string[]): Promise<number> {
  const { env } = process;
  const out = new Output(process.stdout, env);
  const err = new Output(process.stderr, env);
  const journal = { repeatWith: null, left: null };
  const contextIn = (workplace: Workplace): CommandContext => ({ out, err, env, workplace, journal });
  let context = contextIn({ userFolder: process.cwd(), resultsHome: process.cwd() });
  const crash = (error: unknown) => {
    tellBug(error, args, context);
    process.exit(EXIT.failed);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  try {
    context = contextIn(findWorkplace(process.cwd(), env));
    process.chdir(context.workplace.userFolder);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    tellError(error.message, error.hint, context);
    return EXIT.usage;
  }
  const code = await runCommandLine(args, context);
  await Promise.all([out.flushed(), err.flushed()]);
  if (out.failure === null) return code;
  tellError(`standard output: ${out.failure.message}`, null, context);
  return code === EXIT.ok ? EXIT.failed : code;
}

process.exit(await main(process.argv.slice(2)));
