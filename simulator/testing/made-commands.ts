/** Commands in a folder of their own, with made runs in place of simulated ones; the rest is real. */

import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FinishedRun, RunOptions } from '../arms/run-contract.ts';
import { capturedContext } from '../cli/captured-output.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { SIMULATE_ROOMS, type SimulateRooms } from '../cli/simulate-rooms.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { performTask } from '../sweep/perform-task.ts';
import { madeRun } from './made-run.ts';

const SCENARIO = `name: made
question: What is left?
network: { relays: 20, degree: 6 }
updates:
  - module: strict-cells
arms:
  live: { channel: gossip }
  manual: { channel: manual, lag: tor-2016-17 }
report: { charts: [], png: false }
`;
const SWEPT = `${SCENARIO}sweep:
  vary: { network.degree: [6, 10] }
  runs: 1
`;

/** What a command does from a state that was prepared, and the command that goes on. */
export interface CommandCase {
  readonly prepare: readonly (readonly string[])[];
  readonly command: readonly string[];
  readonly goOn: readonly string[];
}

const RUN = ['simulate', 'made.yaml', '--out', 'out/a/seed-1'];
const REPLACE = ['simulate', 'made.yaml', '--out', 'out/a/run', '--force'];
const REDRAW = ['report', 'out/a/seed-1', '--theme', 'print'];
const RUNS = ['simulate', 'made.yaml', '--runs', '2', '--out', 'out'];
const SWEEP = ['sweep', 'swept.yaml', '--out', 'out'];

/** Every command that writes results, by what it writes. All of it goes to `out`. */
export const COMMAND_CASES: Readonly<Record<string, CommandCase>> = {
  'a run': { prepare: [], command: RUN, goOn: RUN },
  'a run that replaces another': {
    prepare: [['simulate', 'made.yaml', '--seed', '7', '--out', 'out/a/run']],
    command: REPLACE,
    goOn: REPLACE,
  },
  'charts that are drawn again': {
    prepare: [[...RUN, '--set', 'report.charts=[figure1]']],
    command: REDRAW,
    goOn: REDRAW,
  },
  'several runs': { prepare: [], command: RUNS, goOn: [...RUNS, '--resume'] },
  'a sweep': { prepare: [], command: SWEEP, goOn: [...SWEEP, '--resume'] },
};

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder with the scenarios of the cases. */
export function scenarioFolder(home: string): string {
  const folder = mkdtempSync(join(home, 'commands-'));
  writeFileSync(join(folder, 'made.yaml'), SCENARIO);
  writeFileSync(join(folder, 'swept.yaml'), SWEPT);
  return folder;
}

/** Another one, as it is now. */
export function copyOf(folder: string): string {
  const copy = mkdtempSync(`${folder}-`);
  cpSync(folder, copy, { recursive: true });
  return copy;
}

async function runMade(scenario: Scenario, { signal }: RunOptions): Promise<FinishedRun> {
  signal?.throwIfAborted();
  const { relays } = scenario.network;
  const outcome = { ...madeRun({ relays, seed: scenario.seed, arms: scenario.arms }), scenario };
  return { outcome, threads: 1, phasesWallMs: {}, warnings: [] };
}

const ROOMS: SimulateRooms = {
  ...SIMULATE_ROOMS,
  runScenario: runMade,
  openTaskPool: () => ({
    perform: (task, home, options) => performTask(task, home, options, runMade),
    close: async () => undefined,
  }),
};

/** Runs the command as its user would who stands in the folder, but within this process. */
export async function runIn(folder: string, words: readonly string[]): Promise<Ended> {
  const captured = capturedContext(folder, {});
  const places = words.map((word) => (/^out(\/|$)|\.yaml$/.test(word) ? join(folder, word) : word));
  const code = await runCommandLine([...places, '--quiet'], captured.context, {
    rooms: ROOMS,
    // Room for one run at a time.
    machine: () => ({ availableBytes: 400e6 }),
    watch: () => ({ signal: new AbortController().signal, stop: () => undefined }),
  });
  return { code, out: captured.out(), err: captured.err() };
}
