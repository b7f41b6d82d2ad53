/**
 * Merges what several runs of one scenario have written into one folder of results: medians with their intervals,
 * all curves in one file, charts with bands, and a page that leads to each run.
 *
 * It reads the runs' own files, so it does not matter when and where they were made.
 */

import { relative } from 'node:path';
import type { HistoricalBaseline } from '../baseline/historical.ts';
import { MedianOverRuns } from '../measure/bootstrap.ts';
import { bandedCurve } from '../measure/curve-band.ts';
import { type RunsSummary, summarizeRuns } from '../measure/runs-summary.ts';
import { formatSummary } from '../measure/summary.ts';
import type { Arm, Scenario } from '../scenario/scenario.ts';
import { type ActivationCurves, type CurvesData, drawnHorizonSeconds, sourceLine } from './chart-data.ts';
import { startCharts } from './chart-files.ts';
import { RUNS_CHARTS } from './charts.ts';
import { mergedCurvesCsv } from './curves-csv.ts';
import { type FileSet, writeFiles } from './file-set.ts';
import { type Answered, answeredBy } from './filled-answer.ts';
import { runsPageData } from './make-page-data.ts';
import { formatManifest, makeManifest, mergeCost, type RunCost } from './manifest.ts';
import { bundlePage } from './page-bundle.ts';
import type { WrittenRun } from './read-run.ts';
import type { ResultsTarget } from './results-folder.ts';
import { runsPage } from './runs-page.ts';

export interface RunsContext {
  /** The scenario of all runs; its seed is the first run's. */
  readonly scenario: Scenario;
  readonly historical: readonly HistoricalBaseline[];
  /** The command line that repeats the runs, for the page; null if there is none. */
  readonly command: string | null;
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenRuns extends RunCost {
  readonly directory: string;
  readonly summary: RunsSummary;
  readonly curves: readonly ActivationCurves[];
  readonly answered: Answered | null;
}

function mergedArm(
  arm: Arm,
  runs: readonly WrittenRun[],
  summary: RunsSummary,
  over: MedianOverRuns,
  historical: RunsContext['historical'],
): ActivationCurves {
  const curves = runs.flatMap((run) => run.curves.get(arm.name) ?? []);
  const { median, bands } = bandedCurve(curves, over);
  const horizonSeconds = summary.arms[arm.name]?.horizonSeconds ?? 0;
  return {
    name: arm.name,
    arm,
    isLive: arm.kind !== 'manual',
    stages: { activated: median },
    bands,
    horizonSeconds: drawnHorizonSeconds(arm, horizonSeconds, historical),
  };
}

/** Merges runs that differ in their seed only, in the order given. Throws `ResultsError` as `writeResults` does. */
export async function writeRuns(
  target: ResultsTarget,
  runs: readonly WrittenRun[],
  context: RunsContext,
): Promise<WrittenRuns> {
  const { scenario, historical, signal, command } = context;
  const fromWallMs = performance.now();
  const summary = summarizeRuns(runs.map((run) => run.summary));
  const over = new MedianOverRuns(runs.length);
  const data: CurvesData = {
    scenario,
    summary,
    historical,
    arms: scenario.arms.map((arm) => mergedArm(arm, runs, summary, over, historical)),
    source: sourceLine(scenario, summary, true),
    sourceOfAll: sourceLine(scenario, summary, false),
  };
  const cost = () => mergeCost(fromWallMs);

  const fill = async (files: FileSet): Promise<void> => {
    const resolvedScenario = runs[0]?.resolvedScenario ?? '';
    files.start('summary.json', formatSummary(summary));
    files.start('curves.csv', mergedCurvesCsv(runs.map((run) => run.curvesText)));
    files.start('scenario.resolved.yaml', resolvedScenario);
    const charts = await startCharts(files, RUNS_CHARTS, data, scenario.report);
    await files.finished();
    const manifest = makeManifest({
      summary,
      command,
      cost: cost(),
      warnings: [],
      thinnedCurves: [],
      sha256: files.sha256(),
    });
    files.start('manifest.json', formatManifest(manifest));
    const folders = runs.map(({ directory }) => relative(target.directory, directory).replaceAll('\\', '/'));
    const seeds = runs.map(
      ({
        summary: {
          seeds: [seed = 0],
        },
        curves,
      }) => ({ seed, curves }),
    );
    const script = { bundle: await bundlePage('report'), data: runsPageData(data, seeds) };
    files.start(
      'report.html',
      runsPage({ scenario, summary, manifest, resolvedScenario, charts, folders, script }),
    );
    await files.finished();
  };
  await writeFiles(target, fill, signal);
  const answered = answeredBy(scenario, summary);
  return { ...cost(), directory: target.directory, summary, curves: data.arms, answered };
}
