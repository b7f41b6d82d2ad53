/** The data files of a run, as they are written: each depends on scenario and seed alone. */

import { formatSummary } from '../measure/summary.ts';
import type { ChartData } from './chart-data.ts';
import { curvesCsv } from './curves-csv.ts';
import type { FileContent } from './file-set.ts';
import { membershipCsv } from './membership-csv.ts';
import { runningCsv } from './running-csv.ts';
import { formatOutcome, OUTCOME_RELAYS_MAX } from './saved-outcome.ts';
import { stagesParquet } from './stages-parquet.ts';
import { trafficCsv } from './traffic-csv.ts';

export interface DataFile {
  readonly name: string;
  readonly content: FileContent;
  /** Curves in it that were thinned, as in curves.csv. */
  readonly thinned: readonly string[];
}

/** A table that some runs have nothing for. */
interface Table {
  readonly text: string;
  readonly thinned: readonly string[];
}

function tableFile(name: string, table: Table | null): DataFile[] {
  return table === null ? [] : [{ name, content: table.text, thinned: table.thinned }];
}

/** Makes the files of a run without writing them; those that it has nothing for are missing. */
export function dataFiles(data: ChartData): DataFile[] {
  const { outcome, summary } = data;
  return [
    { name: 'summary.json', content: formatSummary(summary), thinned: [] },
    ...tableFile('curves.csv', curvesCsv(outcome)),
    ...tableFile('running.csv', runningCsv(outcome)),
    ...tableFile('membership.csv', membershipCsv(outcome)),
    ...tableFile('traffic.csv', trafficCsv(data)),
    { name: 'stages.parquet', content: stagesParquet(outcome), thinned: [] },
    ...(outcome.population.relays > OUTCOME_RELAYS_MAX
      ? []
      : [{ name: 'outcome.json', content: formatOutcome(outcome.arms), thinned: [] }]),
  ];
}
