/** Runs the rows of a campaign one after the other, each in a process of its own, and its floor in another. */

import { isDeepStrictEqual } from 'node:util';
import { askChild } from './children.ts';
import type { FloorAsk } from './floor.ts';
import { loadAverage } from './machine.ts';
import type { RunAsk } from './measured-run.ts';
import type { FloorCost, RowAnswer, RowOutcome } from './measurement.ts';
import type { NaiveAsk } from './naive-network.ts';
import { byPlan } from './plan.ts';
import type { RowResult } from './ratios.ts';
import type { Row } from './row.ts';
import { refusedRow } from './row-scenario.ts';

export interface RowsTerms {
  /** Null leaves it to the simulator. */
  readonly threads: number | null;
  /** Whether rows that take minutes are run too. */
  readonly long: boolean;
  /** Of a campaign before: rows that it has measured are not run again, and the others stay. */
  readonly earlier?: readonly RowResult[];
  /** Told of each result, with all before it. */
  readonly onRow: (result: RowResult, results: readonly RowResult[]) => void;
  readonly signal?: AbortSignal;
}

/** Results of these rows and of earlier ones, in the order of tables. A row that fails is told as one, and the next is run. */
export async function runRows(rows: readonly Row[], terms: RowsTerms): Promise<RowResult[]> {
  const { earlier = [], signal, onRow } = terms;
  const isStopped = (): boolean => signal?.aborted === true;
  const sameRow = (row: Row) => (other: RowResult) => isDeepStrictEqual(other.row, row);
  const others = earlier.filter((result) => !rows.some((row) => sameRow(row)(result)));
  const results: RowResult[] = [];
  for (const row of rows) {
    const kept = earlier.find(sameRow(row));
    const result = kept?.outcome.outcome === 'measured' ? kept : await runRow(row, terms);
    if (isStopped()) break;
    results.push(result);
    onRow(result, ordered([...results, ...others]));
  }
  return ordered([...results, ...others]);
}

function ordered(results: readonly RowResult[]): RowResult[] {
  return [...results].sort((one, other) => byPlan(one.row, other.row));
}

async function runRow(row: Row, terms: RowsTerms): Promise<RowResult> {
  const [load, startedAt] = [loadAverage(), new Date().toISOString()];
  const outcome = await outcomeOf(row, terms);
  const floor = await floorOf(row, outcome, terms);
  return { row, outcome, floor, loadAverage: load, startedAt };
}

async function outcomeOf(row: Row, { threads, long, signal }: RowsTerms): Promise<RowOutcome> {
  const refused = row.kind === 'naive' ? null : refusedRow(row, threads);
  if (refused !== null) return refused;
  if (row.isLong && !long) return { outcome: 'not run', reason: 'takes minutes; --long runs it' };
  try {
    return row.kind === 'naive'
      ? await askChild<RowAnswer>('./naive-network.ts', { row } satisfies NaiveAsk, signal)
      : await askChild<RowAnswer>('./measured-run.ts', { row, threads } satisfies RunAsk, signal);
  } catch (error) {
    return { outcome: 'failed', reason: (error as Error).message };
  }
}

/** Cells of clients, and whatever relays with clients do, have no place in the bare loop. */
async function floorOf(row: Row, outcome: RowOutcome, { signal }: RowsTerms): Promise<FloorCost | null> {
  if (outcome.outcome !== 'measured' || row.condition === 'clients') return null;
  const { relays, messages } = row;
  const ask: FloorAsk = { carried: outcome.carried, relays, messages };
  try {
    return await askChild<FloorCost>('./floor.ts', ask, signal);
  } catch (error) {
    if (signal?.aborted === true) return null;
    throw error;
  }
}
