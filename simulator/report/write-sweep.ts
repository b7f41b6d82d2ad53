/**
 * Writes what a sweep found into one folder: every figure, the response as a chart, and a page that leads to each run.
 *
 * Only manifest.json says who put it together and when: every other file has the same bytes, whoever did the runs.
 */

import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import {
  formatSweepSummary,
  type RunFigures,
  type SweepSummary,
  summarizeSweep,
} from '../measure/sweep-summary.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type SweepPlan, sweepPoints } from '../scenario/sweep-plan.ts';
import { type Chart, startCharts } from './chart-files.ts';
import { type FileSet, writeFiles } from './file-set.ts';
import { drawHeatMap, hasHeatMap } from './heat-map.ts';
import { formatManifest, makeManifest, mergeCost, type RunCost } from './manifest.ts';
import { drawResponse } from './response-chart.ts';
import type { ResultsTarget } from './results-folder.ts';
import { sweepCsv } from './sweep-csv.ts';
import { sweepPage } from './sweep-page.ts';

/** The runs of one point: their folders and what they found, in the order of their seeds. */
export interface PointRuns {
  readonly directories: readonly string[];
  readonly runs: readonly RunFigures[];
}

export interface SweepContext {
  readonly scenario: Scenario;
  readonly plan: SweepPlan;
  readonly resolvedScenario: string;
  readonly command: string;
  /** The code that the runs are of. */
  readonly version: string;
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenSweep extends RunCost {
  readonly directory: string;
  readonly summary: SweepSummary;
}

const CHARTS: readonly Chart<'response' | 'heatmap', SweepSummary>[] = [
  { name: 'response', draw: drawResponse, isDrawn: () => true },
  { name: 'heatmap', draw: drawHeatMap, isDrawn: hasHeatMap },
];

/** `points` in the order of `sweepPoints`. Throws `ResultsError` as `writeResults` does. */
export async function writeSweep(
  target: ResultsTarget,
  points: readonly PointRuns[],
  context: SweepContext,
): Promise<WrittenSweep> {
  const { scenario, plan, resolvedScenario, command, version, signal } = context;
  const fromWallMs = performance.now();
  const values = sweepPoints(plan);
  const summary = summarizeSweep(
    plan,
    points.map(({ runs }, index) => ({ values: values[index] ?? [], runs })),
  );
  const hash = createHash('sha256');
  const traces = points.flatMap(({ runs }) => runs.map((one) => one.traceHash));
  for (const trace of traces) hash.update(`${trace}\n`);
  const traceHash = traces.includes(null) ? null : hash.digest('hex');
  const seeds = [...new Set(points.flatMap(({ runs }) => runs.flatMap((one) => one.seeds)))];
  const cost = () => mergeCost(fromWallMs);

  const fill = async (files: FileSet): Promise<void> => {
    files.start('summary.json', formatSweepSummary(summary));
    files.start('sweep.csv', sweepCsv(summary));
    files.start('scenario.resolved.yaml', resolvedScenario);
    const { png, theme } = scenario.report;
    const charts = await startCharts(files, CHARTS, summary, { charts: null, png, theme });
    await files.finished();
    const folders = points.map(({ directories }) =>
      directories.map((directory) => relative(target.directory, directory).replaceAll('\\', '/')),
    );
    files.start(
      'report.html',
      sweepPage({ scenario, summary, version, command, resolvedScenario, charts, folders }),
    );
    await files.finished();
    const manifest = makeManifest({
      summary: { scenario: summary.scenario, seeds, traceHash },
      command,
      cost: cost(),
      warnings: [],
      thinnedCurves: [],
      sha256: files.sha256(),
    });
    files.start('manifest.json', formatManifest(manifest));
    await files.finished();
  };
  await writeFiles(target, fill, signal);
  return { ...cost(), directory: target.directory, summary };
}
