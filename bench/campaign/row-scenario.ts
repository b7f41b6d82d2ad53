/** The scenario that a row runs, and why it is none where the language refuses it. */

import { fileURLToPath } from 'node:url';
import { type LoadedScenario, loadScenario } from '../../simulator/scenario/load.ts';
import { ScenarioError } from '../../simulator/scenario/problem.ts';
import type { Refused } from './measurement.ts';
import { type Row, rowKeys } from './row.ts';

export const SCENARIO_FILE = fileURLToPath(new URL('../../scenarios/tor7500.yaml', import.meta.url));

/** Throws ScenarioError. `threads` is null where the simulator chooses. */
export function rowScenario(row: Row, threads: number | null): LoadedScenario {
  return loadScenario(SCENARIO_FILE, { set: rowKeys(row, threads) });
}

/** The first thing that is wrong, with its place and cure. */
export function refusalOf({ problems }: ScenarioError): Refused {
  const { path, message, hint } = problems[0]!;
  return { outcome: 'refused', reason: `${path}: ${message}${hint === null ? '' : ` (${hint})`}` };
}

/** Why the language refuses the row; null where it does not. */
export function refusedRow(row: Row, threads: number | null): Refused | null {
  try {
    rowScenario(row, threads);
    return null;
  } catch (error) {
    if (error instanceof ScenarioError) return refusalOf(error);
    throw error;
  }
}
