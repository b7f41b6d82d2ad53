/** Writes what a sweep found into one folder: every figure, the response as a chart, and a page that leads to each run. */

import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import type { Summary } from '../measure/summary.ts';
import { formatSweepSummary, type SweepSummary, summarizeSweep } from '../measure/sweep-summary.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type SweepPlan, sweepPoints } from '../scenario/sweep-plan.ts';
import { type Chart, startCharts } from './chart-files.ts';
import { type FileSet, writeFiles } from './file-set.ts';
import { formatManifest, makeManifest, mergeCost, type RunCost } from './manifest.ts';
import { drawResponse } from './response-chart.ts';
import type { ResultsTarget } from './results-folder.ts';
import { sweepCsv } from './sweep-csv.ts';
import { sweepPage } from './sweep-page.ts';

/** The runs of one point: their folders and what they found, in the order of their seeds. */
export interface PointRuns {
  readonly directories: readonly string[];
  readonly summaries: readonly Summary[];
}

export interface SweepContext {
  readonly scenario: Scenario;
  readonly plan: SweepPlan;
  readonly resolvedScenario: string;
  readonly command: string | null;
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenSweep extends RunCost {
  readonly directory: string;
  readonly summary: SweepSummary;
}

const RESPONSE: Chart<'response', SweepSummary> = {
  name: 'response',
  draw: drawResponse,
  isDrawn: () => true,
};

/** `points` in the order of `sweepPoints`. Throws `ResultsError` as `writeResults` does. */
export async function writeSweep(
  target: ResultsTarget,
  points: readonly PointRuns[],
  context: SweepContext,
): Promise<WrittenSweep> {
  const { scenario, plan, resolvedScenario, command, signal } = context;
  const fromWallMs = performance.now();
  const values = sweepPoints(plan);
  const summary = summarizeSweep(
    plan,
    points.map(({ summaries }, index) => ({ values: values[index] ?? [], summaries })),
  );
  const hash = createHash('sha256');
  const traces = points.flatMap(({ summaries }) => summaries.map(({ traceHash }) => traceHash));
  for (const trace of traces) hash.update(`${trace}\n`);
  const traceHash = traces.includes(null) ? null : hash.digest('hex');
  const seeds = [...new Set(points.flatMap(({ summaries }) => summaries.flatMap((one) => one.seeds)))];
  const cost = () => mergeCost(fromWallMs);

  const fill = async (files: FileSet): Promise<void> => {
    files.start('summary.json', formatSweepSummary(summary));
    files.start('sweep.csv', sweepCsv(summary));
    files.start('scenario.resolved.yaml', resolvedScenario);
    const { png, theme } = scenario.report;
    const { response = '' } = await startCharts(files, [RESPONSE], summary, { charts: null, png, theme });
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
    const folders = points.map(({ directories }) =>
      directories.map((directory) => relative(target.directory, directory).replaceAll('\\', '/')),
    );
    files.start(
      'report.html',
      sweepPage({ scenario, summary, manifest, resolvedScenario, response, folders }),
    );
    await files.finished();
  };
  await writeFiles(target, fill, signal);
  return { ...cost(), directory: target.directory, summary };
}
