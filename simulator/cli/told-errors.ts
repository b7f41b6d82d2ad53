/** How a command's failure is told: errors that have words for their user, and bugs. */

import { CommanderError } from 'commander';
import { ownVersion } from '../report/manifest.ts';
import { ScenarioError } from '../scenario/problem.ts';
import { type CommandContext, tellError, tellProblems } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { Interruption } from './interrupt.ts';

/** Tells an error of the kinds that have words for their user; returns its exit code, or null for a bug. */
export async function tellKnown(error: unknown, context: CommandContext): Promise<number | null> {
  if (error instanceof ScenarioError) {
    tellProblems(error.problems, context);
    return EXIT.usage;
  }
  if (error instanceof UsageError) {
    tellError(error.message, error.hint, context);
    return EXIT.usage;
  }
  if (error instanceof Interruption) {
    context.err.line(`interrupted; ${context.journal.left ?? 'nothing was written'}`);
    return error.exitCode;
  }
  if (error instanceof CommanderError) {
    // commander has said it all; help that was asked for is no mistake.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  if (tellTooManyFiles(error, context)) return EXIT.failed;
  const { ResultsError } = await import('../report/results-error.ts');
  if (error instanceof ResultsError) {
    tellError(error.message, null, context);
    const isMistake =
      error.reason === 'exists' || error.reason === 'not-results' || error.reason === 'not-a-folder';
    return isMistake ? EXIT.usage : EXIT.failed;
  }
  const { QueueError } = await import('../sweep/queue/queue-error.ts');
  if (error instanceof QueueError) {
    tellError(error.message, error.hint, context);
    return error.fault === 'address' ? EXIT.usage : EXIT.failed;
  }
  const { FailedRunsError } = await import('./failed-runs.ts');
  if (error instanceof FailedRunsError) {
    tellError(error.message, '--resume tries them again', context);
    return EXIT.failed;
  }
  const { TaskError } = await import('../sweep/task-error.ts');
  if (error instanceof TaskError) {
    tellError(error.message, null, context);
    tellHowToRepeat(context);
    return EXIT.failed;
  }
  const { InvariantError } = await import('../engine/invariants/violation.ts');
  if (error instanceof InvariantError) {
    context.err.line(`violation: ${error.message}`);
    if (error.seed !== null) context.err.line(`seed: ${error.seed}`);
    tellHowToRepeat(context);
    return EXIT.failed;
  }
  const { WireError } = await import('../engine/wire/wire-error.ts');
  if (error instanceof WireError) {
    tellError(error.message, error.hint, context);
    return EXIT.failed;
  }
  const { UpdateError } = await import('../../updates/update-file.ts');
  if (error instanceof UpdateError) {
    tellError(error.message, null, context);
    return EXIT.failed;
  }
  return null;
}

function tellHowToRepeat({ journal, err }: CommandContext): void {
  if (journal.repeatWith !== null) err.line(`reproduce with: ${journal.repeatWith}`);
}

/** It may strike wherever a file is opened or a program started, so nothing more is loaded to tell it. */
function tellTooManyFiles(error: unknown, context: CommandContext): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  if (code !== 'EMFILE' && code !== 'ENFILE') return false;
  tellError(
    `too many files are open (${code})`,
    'raise the limit (ulimit -n), or end other programs',
    context,
  );
  return true;
}

/** Tells a bug: briefly, with what its report should hold; with its stack when RELAYWAVE_DEBUG is 1. */
export function tellBug(error: unknown, args: readonly string[], context: CommandContext): void {
  if (tellTooManyFiles(error, context)) return;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const repeat = context.journal.repeatWith ?? `relaywave ${args.join(' ')}`;
  const system = `relaywave ${ownVersion()}, Node ${process.versions.node}, ${process.platform}`;
  tellError(`${message} (this is a bug)`, null, context);
  context.err.line(`    repeat it with: ${repeat}`);
  context.err.line(`    please report it with the scenario and these lines; ${system}`);
  if (context.env.RELAYWAVE_DEBUG === '1') context.err.line(stack ?? '');
  else context.err.line('    RELAYWAVE_DEBUG=1 shows where it happened');
}
