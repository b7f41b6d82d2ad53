/** `compare A B`: two results, or two sets of runs, side by side and paired by seed. */

import { resolve } from 'node:path';
import type { CommandContext } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { shownPath } from './workplace.ts';

export interface CompareOptions {
  readonly json?: boolean;
}

export async function compare(
  a: string,
  b: string,
  options: CompareOptions,
  context: CommandContext,
): Promise<number> {
  const { userFolder } = context.workplace;
  const { readSummaries } = await import('../report/run-folders.ts');
  const { compareRuns } = await import('../measure/comparison.ts');
  const folders = [a, b].map((folder) => resolve(userFolder, folder)) as [string, string];
  const [as, bs] = await Promise.all(folders.map(readSummaries));
  try {
    const comparison = compareRuns(as ?? [], bs ?? []);
    if (options.json === true) {
      context.out.write(`${JSON.stringify(comparison, null, 2)}\n`);
      return EXIT.ok;
    }
    const { renderComparison } = await import('../report/comparison-table.ts');
    const labels = folders.map((folder) => shownPath(folder, userFolder)) as [string, string];
    context.out.line(renderComparison(comparison, labels));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(
      `cannot compare ${a} with ${b}: ${error.message}`,
      'compare runs of one scenario or its variants',
    );
  }
}
