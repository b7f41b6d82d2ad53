/**
 * The rooms that `simulate` needs, loaded when it comes to them.
 *
 * Engine, charts and their libraries take about two seconds to load; a mistake in the scenario must not wait
 * for that. The charts' libraries load while the simulation runs in its own threads.
 */

import type { FinishedRun, RunOptions } from '../arms/run-contract.ts';
import type { HistoricalBaseline } from '../baseline/historical.ts';
import type { RunOutcome } from '../measure/outcome.ts';
import type { Summary } from '../measure/summary.ts';
import type { SweepSummary } from '../measure/sweep-summary.ts';
import type { WrittenRun } from '../report/read-run.ts';
import type { TerminalFacts } from '../report/terminal.ts';
import type { ResultsContext, ResultsTarget, WrittenResults } from '../report/write-results.ts';
import type { RunsContext, WrittenRuns } from '../report/write-runs.ts';
import type { PointRuns, SweepContext, WrittenSweep } from '../report/write-sweep.ts';
import type { HistoricalName, Scenario } from '../scenario/scenario.ts';
import { openTaskPool, type TaskPool } from '../sweep/task-pool.ts';

/** A file of results that was not written. */
export interface MadeFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

export interface SimulateRooms {
  checkTarget(directory: string, force: boolean): Promise<void>;
  /** Puts in order what killed commands have left beside results. */
  settleBeside(directory: string): Promise<void>;
  runScenario(scenario: Scenario, options: RunOptions): Promise<FinishedRun>;
  /** Threads that do the runs of a sweep. */
  openTaskPool(): TaskPool;
  /** Loads what the report draws with; may be called early, and again. */
  prepareReport(plan: Scenario['report']): Promise<unknown>;
  /** Makes figures of the network and of arms that are done, which whatever comes of the whole run will ask for, as long as that is on. */
  prepareFigures(outcome: RunOutcome, running: AbortSignal): Promise<void>;
  historicalBaselines(names: readonly HistoricalName[]): Promise<readonly HistoricalBaseline[]>;
  writeResults(target: ResultsTarget, run: FinishedRun, context: ResultsContext): Promise<WrittenResults>;
  /** The version that results are of. */
  version(): Promise<string>;
  /** The data files that a run writes and that depend on scenario and seed alone. */
  dataFiles(run: FinishedRun, historical: readonly HistoricalBaseline[]): Promise<readonly MadeFile[]>;
  readRun(directory: string): Promise<WrittenRun>;
  /** Merges runs that have been written. */
  writeRuns(target: ResultsTarget, runs: readonly WrittenRun[], context: RunsContext): Promise<WrittenRuns>;
  readSummary(directory: string): Promise<Summary>;
  writeSweep(
    target: ResultsTarget,
    points: readonly PointRuns[],
    context: SweepContext,
  ): Promise<WrittenSweep>;
  formatSweepSummary(summary: SweepSummary): Promise<string>;
  renderSweep(summary: SweepSummary): Promise<string>;
  formatSummary(summary: Summary): Promise<string>;
  renderTerminalReport(summary: Summary, facts: TerminalFacts): Promise<string>;
}

export const SIMULATE_ROOMS: SimulateRooms = {
  async checkTarget(directory, force) {
    const { checkTarget } = await import('../report/results-folder.ts');
    await checkTarget(directory, force);
  },
  async settleBeside(directory) {
    const { settleBeside } = await import('../report/left-folders.ts');
    await settleBeside(directory);
  },
  async runScenario(scenario, options) {
    const { prepareEngine } = await import('../arms/prepare-engine.ts');
    prepareEngine(scenario);
    const { runScenario } = await import('../arms/run.ts');
    return runScenario(scenario, options);
  },
  openTaskPool,
  async prepareReport(plan) {
    const { prepareReport } = await import('../report/write-results.ts');
    await prepareReport(plan);
  },
  async prepareFigures(outcome, running) {
    const { prepareFigures } = await import('../report/write-results.ts');
    await prepareFigures(outcome, running);
  },
  async historicalBaselines(names) {
    const { historicalBaseline } = await import('../baseline/historical.ts');
    return names.map(historicalBaseline);
  },
  async writeResults(target, run, context) {
    const { writeResults } = await import('../report/write-results.ts');
    return writeResults(target, run, context);
  },
  async version() {
    const { ownVersion } = await import('../report/manifest.ts');
    return ownVersion();
  },
  async dataFiles({ outcome }, historical) {
    const { chartData } = await import('../report/chart-data.ts');
    const { dataFiles } = await import('../report/data-files.ts');
    const { wholeOf } = await import('../report/file-set.ts');
    const { summarize } = await import('../measure/summary.ts');
    const files = dataFiles(chartData(outcome, summarize(outcome, historical), historical));
    return Promise.all(files.map(async ({ name, content }) => ({ name, content: await wholeOf(content) })));
  },
  async readRun(directory) {
    const { readRun } = await import('../report/read-run.ts');
    return readRun(directory);
  },
  async writeRuns(target, runs, context) {
    const { writeRuns } = await import('../report/write-runs.ts');
    return writeRuns(target, runs, context);
  },
  async readSummary(directory) {
    const { readSummary } = await import('../report/read-run.ts');
    return readSummary(directory);
  },
  async writeSweep(target, points, context) {
    const { writeSweep } = await import('../report/write-sweep.ts');
    return writeSweep(target, points, context);
  },
  async formatSweepSummary(summary) {
    const { formatSweepSummary } = await import('../measure/sweep-summary.ts');
    return formatSweepSummary(summary);
  },
  async renderSweep(summary) {
    const { renderSweep } = await import('../report/sweep-table.ts');
    return renderSweep(summary);
  },
  async formatSummary(summary) {
    const { formatSummary } = await import('../measure/summary.ts');
    return formatSummary(summary);
  },
  async renderTerminalReport(summary, facts) {
    const { renderTerminalReport } = await import('../report/terminal.ts');
    return renderTerminalReport(summary, facts);
  },
};
