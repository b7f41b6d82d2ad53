/** What a finished sweep found: written into the folder `all`, and told. */

import { join } from 'node:path';
import { type RunFigures, runFigures } from '../measure/sweep-summary.ts';
import { answeredBy } from '../report/filled-answer.ts';
import { ResultsError } from '../report/results-error.ts';
import type { PointRuns, WrittenSweep } from '../report/write-sweep.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { SweepPlan } from '../scenario/sweep-plan.ts';
import { RunStore } from '../sweep/run-store.ts';
import { runsOfSweep, type SweepFile } from '../sweep/sweep-file.ts';
import { type CommandContext, tellProblems } from './command.ts';
import { exitCodeOf, missingFromAnswer } from './run-results.ts';
import type { SimulateRooms } from './simulate-rooms.ts';
import { shownPath } from './workplace.ts';

/** The folder of a sweep's own results. */
export function togetherFolder(home: string): string {
  return join(home, 'all');
}

/** The figures of every run of the sweep. Throws ResultsError where one is not there. */
async function readFigures(
  file: SweepFile,
  store: RunStore,
  signal: AbortSignal,
): Promise<Map<string, RunFigures>> {
  const figures = new Map<string, RunFigures>();
  for (const id of runsOfSweep(file)) {
    signal.throwIfAborted();
    const found = await store.find(id);
    if (found.state !== 'whole') {
      const directory = store.directoryOf(id);
      const why = found.state === 'missing' ? 'it is gone' : found.why;
      throw new ResultsError(
        'not-results',
        directory,
        `${directory} cannot be read: ${why}; --resume does it again`,
      );
    }
    figures.set(id, runFigures(found.summary));
  }
  return figures;
}

/** Writes the folder `all` from the runs in `home`. */
export async function writeTogether(
  home: string,
  file: SweepFile,
  { scenario }: LoadedScenario,
  plan: SweepPlan,
  { rooms, force, signal }: { rooms: SimulateRooms; force: boolean; signal: AbortSignal },
): Promise<WrittenSweep> {
  const store = new RunStore(home);
  const figures = await readFigures(file, store, signal);
  const points: PointRuns[] = file.points.map(({ runs }) => ({
    directories: runs.map((id) => store.directoryOf(id)),
    runs: runs.map((id) => figures.get(id) as RunFigures),
  }));
  const { command, version } = file;
  return rooms.writeSweep({ directory: togetherFolder(home), force }, points, {
    scenario,
    plan,
    resolvedScenario: file.scenario,
    command,
    version,
    signal,
  });
}

/** Tells what was written; the exit code of it. */
export async function tellSweep(
  { directory, summary }: WrittenSweep,
  loaded: LoadedScenario,
  { json }: { readonly json?: boolean },
  context: CommandContext,
  rooms: SimulateRooms,
): Promise<number> {
  const { out, workplace } = context;
  if (json === true) out.write(await rooms.formatSweepSummary(summary));
  else {
    const answered = answeredBy(loaded.scenario, summary);
    if (answered !== null) out.line(`${answered.question}\n${answered.answer}\n`);
    out.line(await rooms.renderSweep(summary));
    out.line(`\nreport: ${shownPath(directory, workplace.userFolder)}/report.html`);
  }
  const missing = missingFromAnswer(loaded, summary);
  if (missing.length > 0) tellProblems(missing, context);
  return exitCodeOf(summary.violations, [], missing);
}
