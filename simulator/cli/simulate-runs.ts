/**
 * `simulate FILE --runs N`: the scenario with N seeds, several runs at a time, and what they say together.
 *
 * Each run is written to a folder of its own, `seed-<n>`, as soon as it is finished, so Ctrl-C keeps what is done
 * and `--resume` goes on from there. The merged results stand beside them in `seeds-<first>-<last>`.
 */

import { join, resolve } from 'node:path';
import type { LoadedScenario } from '../scenario/load.ts';
import { attended } from './attended.ts';
import { type CommandContext, tellProblems } from './command.ts';
import { repeatLine } from './repeat-line.ts';
import { openRuns, runBatch, seedRuns } from './run-batch.ts';
import { runFacts } from './run-facts.ts';
import { exitCodeOf, missingFromAnswer, printReport, resultsFolder, unmetAssertions } from './run-results.ts';
import type { SimulateOptions, SimulateSurroundings } from './simulate-options.ts';
import { shownPath } from './workplace.ts';

/** Runs the verb for two runs or more; the exit code of what was done. */
export async function simulateRuns(
  file: string,
  count: number,
  loaded: LoadedScenario,
  options: SimulateOptions,
  context: CommandContext,
  surroundings: SimulateSurroundings,
): Promise<number> {
  const { rooms } = surroundings;
  const { userFolder, resultsHome } = context.workplace;
  const { scenario } = loaded;
  const home =
    options.out === undefined ? resultsFolder(loaded, resultsHome) : resolve(userFolder, options.out);
  const runs = seedRuns(loaded, count, home, (seed) => repeatLine(file, seed, options));
  const together = join(home, `seeds-${scenario.seed}-${scenario.seed + count - 1}`);
  const [force, resume, isQuiet] = [options.force === true, options.resume === true, options.quiet === true];
  const open = await openRuns(runs, { rooms, force, resume });
  // What was merged before is merged again from the same files.
  await rooms.checkTarget(together, force || resume);
  if (open.length < count && !isQuiet) {
    context.err.line(`${count - open.length} of ${count} runs are done already`);
  }

  const command = repeatLine(file, scenario.seed, options, { runs: count });
  context.journal.repeatWith = command;
  return attended(context, surroundings, options, async (display, signal) => {
    display.begin?.(runFacts(scenario, count));
    const historical = await rooms.historicalBaselines(scenario.historical);
    const violations = await runBatch(open, {
      rooms,
      availableBytes: surroundings.machine().availableBytes,
      force,
      signal,
      display,
      historical,
      onWritten: (directory) => {
        display.written?.(directory);
        context.journal.left = `finished runs are in ${shownPath(home, userFolder)}, --resume goes on`;
      },
    });
    const written = await rooms.writeRuns(
      { directory: together, force: force || resume },
      await Promise.all(runs.map(({ directory }) => rooms.readRun(directory))),
      { scenario, historical, command, signal },
    );
    display.written?.(together);
    display.stop();
    await printReport(written, options, context, rooms);
    for (const violation of violations) context.err.line(`violation: ${violation}`);
    if (written.summary.violations > 0) context.err.line(`reproduce with: ${command}`);
    const unmet = unmetAssertions(loaded, written.summary);
    const missing = missingFromAnswer(loaded, written.summary);
    if (unmet.length + missing.length > 0) tellProblems([...unmet, ...missing], context);
    return exitCodeOf(written.summary.violations, unmet, missing);
  });
}
