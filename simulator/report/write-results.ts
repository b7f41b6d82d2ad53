/**
 * Writes everything that a run leaves behind, in one piece (results-folder.ts).
 *
 * The data files come first, then the charts, then the manifest with the hashes of all of them, and at last
 * the page that quotes it. PNGs are drawn in the thread pool while the rest goes on.
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FinishedRun, Phase } from '../arms/run-contract.ts';
import type { HistoricalBaseline } from '../baseline/historical.ts';
import { formatSummary, type Summary, summarize } from '../measure/summary.ts';
import { populationFiles } from '../scenario/population-yaml.ts';
import { type ArmCurves, chartData } from './chart-data.ts';
import { CHARTS, type ChartName } from './charts.ts';
import { curvesCsv } from './curves-csv.ts';
import { openDrawingBoard } from './drawing-board.ts';
import { FileSet } from './file-set.ts';
import { type Answered, answeredBy } from './filled-answer.ts';
import { formatManifest, makeManifest, peakMemoryBytes, processorMs, type RunCost } from './manifest.ts';
import { membershipCsv } from './membership-csv.ts';
import { renderPng } from './png.ts';
import { reportPage } from './report-page.ts';
import { type ResultsTarget, writeFolder } from './results-folder.ts';
import { runningCsv } from './running-csv.ts';
import { stagesParquet } from './stages-parquet.ts';
import { trafficCsv } from './traffic-csv.ts';

export { openDrawingBoard as loadChartLibraries } from './drawing-board.ts';
export { checkTarget, type ResultsTarget } from './results-folder.ts';

export interface ResultsContext {
  readonly historical: readonly HistoricalBaseline[];
  /** The text of scenario.resolved.yaml. */
  readonly resolvedScenario: string;
  /** `performance.now()` when the command began; 0 counts from the start of the process. */
  readonly startedAtWallMs: number;
  /** The command line that repeats the run, for the page; null if there is none. */
  readonly command?: string | null;
  /** Stops the writing: nothing stays, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenResults extends RunCost {
  readonly directory: string;
  readonly summary: Summary;
  /** The arms' curves, for the plot in the terminal. */
  readonly curves: readonly ArmCurves[];
  /** The scenario's answer with the figures of this run; null for none. */
  readonly answered: Answered | null;
  /** Names of the files, in the order they were written. */
  readonly files: readonly string[];
}

/**
 * Writes the results of a run to `target`. Throws `ResultsError` when the target is taken or cannot be
 * written; then, and on abort, nothing stays.
 */
export async function writeResults(
  target: ResultsTarget,
  run: FinishedRun,
  context: ResultsContext,
): Promise<WrittenResults> {
  const { outcome } = run;
  const { historical, signal, resolvedScenario } = context;
  const reportFromWallMs = performance.now();
  const summary = summarize(outcome, historical);
  const data = chartData(outcome, summary, historical);

  const cost = (): RunCost => {
    const nowWallMs = performance.now();
    const phasesWallMs: Partial<Record<Phase, number>> = {
      ...run.phasesWallMs,
      report: nowWallMs - reportFromWallMs,
    };
    return {
      threads: run.threads,
      wallMs: nowWallMs - context.startedAtWallMs,
      cpuMs: processorMs(),
      phasesWallMs,
      peakMemoryBytes: peakMemoryBytes(),
    };
  };

  const fill = async (files: FileSet): Promise<void> => {
    const board = await openDrawingBoard();
    await mkdir(join(files.folder, 'charts'));
    const curves = curvesCsv(outcome);
    files.start('summary.json', formatSummary(summary));
    files.start('curves.csv', curves.text);
    const running = runningCsv(outcome);
    if (running !== null) files.start('running.csv', running.text);
    const membership = membershipCsv(outcome);
    if (membership !== null) files.start('membership.csv', membership.text);
    const traffic = trafficCsv(outcome);
    if (traffic !== null) files.start('traffic.csv', traffic.text);
    files.start('stages.parquet', stagesParquet(outcome));
    files.start('scenario.resolved.yaml', resolvedScenario);
    const charts: Partial<Record<ChartName, string>> = {};
    const { charts: wanted, png } = outcome.scenario.report;
    for (const { name, draw, isDrawn } of CHARTS) {
      if (!isDrawn(data) || wanted?.includes(name) === false) continue;
      signal?.throwIfAborted();
      const svg = draw(board, data);
      charts[name] = svg;
      files.start(`charts/${name}.svg`, svg);
      if (png) files.start(`charts/${name}.png`, renderPng(svg));
    }
    await files.finished();

    const manifest = makeManifest({
      summary,
      command: context.command ?? null,
      cost: cost(),
      warnings: run.warnings,
      thinnedCurves: [curves, running, membership, traffic].flatMap((csv) => csv?.thinned ?? []),
      inputs: populationFiles(outcome.scenario.network.population),
      sha256: files.sha256(),
    });
    files.start('manifest.json', formatManifest(manifest));
    files.start('report.html', reportPage({ outcome, summary, manifest, resolvedScenario, charts }));
    await files.finished();
  };

  let names: readonly string[] = [];
  await writeFolder(
    target,
    async (folder) => {
      const files = new FileSet(folder, signal);
      // The folder may be removed only when nobody writes to it any more.
      await fill(files).finally(() => files.settled());
      names = Object.keys(files.sha256());
    },
    signal,
  );
  const answered = answeredBy(outcome.scenario, summary);
  return { ...cost(), directory: target.directory, summary, curves: data.arms, answered, files: names };
}
