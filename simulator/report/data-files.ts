/** The data files of a run that depend on scenario and seed alone, as they are written. */

import type { HistoricalBaseline } from '../baseline/historical.ts';
import type { RunOutcome } from '../measure/outcome.ts';
import { formatSummary, summarize } from '../measure/summary.ts';
import { curvesCsv } from './curves-csv.ts';
import { stagesParquet } from './stages-parquet.ts';

export interface DataFiles {
  readonly 'summary.json': string;
  readonly 'curves.csv': string;
  readonly 'stages.parquet': Uint8Array;
}

/** Makes the files of an outcome without writing them. */
export async function dataFiles(
  outcome: RunOutcome,
  historical: readonly HistoricalBaseline[],
): Promise<DataFiles> {
  return {
    'summary.json': formatSummary(summarize(outcome, historical)),
    'curves.csv': curvesCsv(outcome).text,
    'stages.parquet': await stagesParquet(outcome),
  };
}
