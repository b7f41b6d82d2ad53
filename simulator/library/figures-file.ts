/**
 * scenarios/figures.json: the figures that the answers of the project's scenarios name, and the runs they are from.
 *
 * It is written by `npm run library` and read by nobody's eyes: scenarios/README.md is made of it. A scenario that is
 * changed afterwards no longer has the hash of the one that ran, so its old figures cannot pass as its own.
 */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { sha256 } from '../report/manifest.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { resolvedYaml } from '../scenario/scenario-yaml.ts';

/** What one run says of its scenario. */
export interface ScenarioFigures {
  /** The day of the run, UTC. */
  readonly date: string;
  /** One, or those of a sweep. */
  readonly seeds: readonly number[];
  /** Of relaywave. */
  readonly version: string;
  /** Processor time from the command to the report, 2 significant digits. */
  readonly cpuSeconds: number;
  readonly scenarioSha256: string;
  readonly traceHash: string | null;
  /** The numbers that the answer names, by their paths in summary.json. */
  readonly figures: Readonly<Record<string, number | null>>;
}

export type LibraryFigures = Readonly<Record<string, ScenarioFigures>>;

/** What decides the numbers of a run, as text: the scenario without its words, its report, and how fast it runs. */
export function decisiveText(scenario: Scenario): string {
  const plain: Scenario = {
    ...scenario,
    question: '',
    hypothesis: '',
    answer: '',
    threads: 0,
    fidelity: 'fast',
    report: { charts: null, figure: null, png: true, theme: 'screen' },
    assertions: [],
  };
  // Files are told apart by their hashes, which stand beside their names.
  return resolvedYaml(plain, '', (path) => basename(path));
}

export function decisiveHash(scenario: Scenario): string {
  return sha256(decisiveText(scenario));
}

/** Reads the file; one that is not there has no figures. */
export function readLibraryFigures(path: string): LibraryFigures {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  return JSON.parse(text) as LibraryFigures;
}

/** The text of the file: scenarios in the order of their names, so that one that is renewed moves no other. */
export function formatLibraryFigures(figures: LibraryFigures): string {
  const sorted = Object.entries(figures).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}
