/** A run as it is handed to whoever does it: a thread of this process, or a worker on another machine. */

import type { Scenario } from '../scenario/scenario.ts';
import { codeVersion } from './code-version.ts';
import { releasedModules, runId, storedText } from './run-id.ts';

/** Where the inputs of a run lie, as seen from its folder of results. */
const INPUTS_FROM_RUN = '../../inputs';

export interface RunTask {
  readonly id: string;
  /** Of the code that the id was made with. */
  readonly version: string;
  /** What scenario.resolved.yaml will hold, its seed included. */
  readonly text: string;
  /** Modules that the scenario releases. */
  readonly modules: readonly string[];
  /** Names of files in the folder of inputs that it needs. */
  readonly inputs: readonly string[];
  /** Virtual time that it takes, for progress. */
  readonly durationSeconds: number;
  /** Simulation threads of the run. */
  readonly threads: number;
  /** The command that repeats it alone, for the manifest. */
  readonly command: string;
  /** What the manifest warns of. */
  readonly notes: readonly string[];
}

/** The task of a run: the scenario with one seed. */
export function runTask(
  scenario: Scenario,
  inputs: readonly string[],
  also: Pick<RunTask, 'command' | 'notes'>,
): RunTask {
  const text = storedText(scenario, INPUTS_FROM_RUN);
  const modules = releasedModules(scenario);
  return {
    id: runId(text, modules),
    version: codeVersion(),
    text,
    modules,
    inputs,
    durationSeconds: scenario.durationSeconds,
    threads: Math.max(1, scenario.threads),
    ...also,
  };
}
