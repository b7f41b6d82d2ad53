/**
 * Writes everything that a run leaves behind, in one piece (results-folder.ts).
 *
 * The data files come first, then the charts, then the manifest with the hashes of all of them, and at last
 * the page that quotes it. PNGs are drawn in the thread pool while the rest goes on.
 */

import { availableParallelism } from 'node:os';
import type { FinishedRun, Phase } from '../arms/run-contract.ts';
import type { HistoricalBaseline } from '../baseline/historical.ts';
import type { RunOutcome } from '../measure/outcome.ts';
import { type Summary, summarize, summarizeArms } from '../measure/summary.ts';
import type { ReportPlan } from '../scenario/measure-plan.ts';
import { populationFiles } from '../scenario/population-yaml.ts';
import { type ArmCurves, type ChartData, chartData } from './chart-data.ts';
import { startCharts } from './chart-files.ts';
import { CHARTS } from './charts.ts';
import { collectGarbage } from './collect-garbage.ts';
import { dataFiles } from './data-files.ts';
import { openDrawingBoard } from './drawing-board.ts';
import { type FileSet, writeFiles } from './file-set.ts';
import { type Answered, answeredBy } from './filled-answer.ts';
import { latencyHistogram } from './latency-chart.ts';
import { runPageData } from './make-page-data.ts';
import {
  formatManifest,
  type Manifest,
  makeManifest,
  peakMemoryBytes,
  processorMs,
  type RunCost,
} from './manifest.ts';
import { bundlePage } from './page-bundle.ts';
import { relaysOnMap } from './page-wave.ts';
import { preparePng } from './png.ts';
import { reportPage } from './report-page.ts';
import { rehearseReport } from './report-rehearsal.ts';
import type { ResultsTarget } from './results-folder.ts';

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

/** Loads and bundles what a report needs, so that it is there when the run ends; may be called again. */
export async function prepareReport({ png }: Pick<ReportPlan, 'png'>): Promise<void> {
  if (png) preparePng();
  await Promise.all([openDrawingBoard(), bundlePage('report')]);
}

/** Of larger networks what can be made ahead is a small part of the report, and memory is short while they run. */
const AHEAD_RELAYS_MAX = 200_000;
/** Smaller ones are done before. */
const REHEARSED_RELAYS_MIN = 2000;

function isLarge({ population }: Pick<RunOutcome, 'population'>): boolean {
  return population.relays > AHEAD_RELAYS_MAX;
}

/**
 * Makes figures of the network and of arms that are done, so that they are there when the run ends. While other threads
 * work on a large network, this one gives back what it does not need.
 */
export async function prepareFigures(outcome: RunOutcome, running: AbortSignal): Promise<void> {
  const { population, topology, scenario, arms } = outcome;
  if (arms.length > 0) summarizeArms(outcome, []);
  if (isLarge(outcome)) {
    await prepareReport(scenario.report);
    await collectGarbage();
    return;
  }
  relaysOnMap({ population, scenario });
  const isDrawn = scenario.report.charts?.includes('latency') !== false;
  if (isDrawn && topology.links > 0) latencyHistogram(topology.latencyUs);
  // The model leaves a core alone, and a while for that; the other engines take all of them.
  const isLong = scenario.engine === 'model' && population.relays >= REHEARSED_RELAYS_MIN;
  if (isLong && arms.length > 0 && availableParallelism() > 1) await rehearseReport(outcome, running);
}

/** Draws the charts beside the data files that are being written, then the manifest, then the page that quotes it. */
export async function drawReport(
  files: FileSet,
  data: ChartData,
  resolvedScenario: string,
  manifestOf: (sha256: Readonly<Record<string, string>>) => Manifest,
): Promise<void> {
  const { outcome, summary } = data;
  const bundled = bundlePage('report');
  // Whoever awaits it below hears of its failure; until then it must not be an unhandled one.
  bundled.catch(() => {});
  const charts = await startCharts(files, CHARTS, data, outcome.scenario.report);
  // While other threads draw the PNGs.
  const page = runPageData(data);
  await files.finished();
  const manifest = manifestOf(files.sha256());
  files.start('manifest.json', formatManifest(manifest));
  const script = { bundle: await bundled, data: page };
  files.start('report.html', reportPage({ outcome, summary, manifest, resolvedScenario, charts, script }));
  await files.finished();
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
  if (isLarge(outcome)) await collectGarbage();
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
    const made = dataFiles(data);
    for (const { name, content } of made) files.start(name, content);
    files.start('scenario.resolved.yaml', resolvedScenario);
    await drawReport(files, data, resolvedScenario, (sha256) =>
      makeManifest({
        summary,
        command: context.command ?? null,
        cost: cost(),
        warnings: run.warnings,
        thinnedCurves: made.flatMap(({ thinned }) => thinned),
        inputs: populationFiles(outcome.scenario.network.population),
        sha256,
      }),
    );
  };

  const names = await writeFiles(target, fill, signal);
  const answered = answeredBy(outcome.scenario, summary);
  return { ...cost(), directory: target.directory, summary, curves: data.arms, answered, files: names };
}
