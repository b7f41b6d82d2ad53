/**
 * What a run tells programs that watch it, one JSON object a line: the types of the lines.
 *
 * `simulate --progress json` writes them, and the page that shows runs live reads them.
 */

import type { Phase } from './run-contract.ts';

/** What is going to be run. */
export interface RunFacts {
  readonly scenario: string;
  readonly seeds: readonly number[];
  /** Runs in all: more than there are seeds, in a sweep. */
  readonly runs: number;
  readonly relays: number;
  readonly durationSeconds: number;
  /** Of the first update. */
  readonly releasedAtSeconds: number;
  readonly arms: readonly { readonly name: string; readonly isLive: boolean }[];
}

/** What is to be run: the first line. */
export interface BeginLine extends RunFacts {
  readonly event: 'begin';
}

/** Where the relays are: for each the index of its country. Absent of several runs. */
export interface RelaysLine {
  readonly event: 'relays';
  /** ISO 3166 codes in lower case. */
  readonly countries: readonly string[];
  readonly country: readonly number[];
}

/** What has changed among the relays of an arm since its line before. */
export interface ArmChange {
  readonly name: string;
  /** Relays that the curve counts. */
  readonly counted: number;
  /** Of those, how many have run the update, and how many run it now. */
  readonly reached: number;
  readonly running: number;
  /** Relays that run it for the first time, and since when; relays that the curve does not count are left out. */
  readonly relays: readonly number[];
  readonly seconds: readonly number[];
  /** Relays that have taken it out, and those of them that run it again. */
  readonly removed: readonly number[];
  readonly restored: readonly number[];
}

export interface ProgressLine {
  readonly event: 'progress';
  readonly phase: Phase;
  readonly virtualSeconds: number;
  readonly durationSeconds: number;
  /** The arm that is being simulated, if one is. */
  readonly arm?: ArmChange;
}

/** An arm has ended; the changes are the last ones. */
export interface ArmLine {
  readonly event: 'arm';
  readonly arm: ArmChange;
}

/** A folder of results is complete. */
export interface WrittenLine {
  readonly event: 'written';
  readonly directory: string;
}

export type EventLine = BeginLine | RelaysLine | ProgressLine | ArmLine | WrittenLine;
