/**
 * What the server of the page tells it, and what it is asked: types alone, shared with the page.
 *
 * Times are virtual seconds from the release of the first update unless the name says otherwise.
 */

import type { ArmChange } from '../arms/progress-lines.ts';
import type { Phase } from '../arms/run-contract.ts';
import type { ComparedRow } from '../report/compared-row.ts';
import type { Problem } from '../scenario/problem.ts';

/** Every refusal has this shape. */
export interface Refused {
  readonly error: string;
}

/** Headline figures of an arm; null where it never got there. */
export interface ListedArm {
  readonly name: string;
  readonly isLive: boolean;
  readonly t50Seconds: number | null;
  readonly t99Seconds: number | null;
  readonly reachedFraction: number;
}

/** A folder of results. */
export interface ListedRun {
  /** Its path in results/, with slashes. */
  readonly id: string;
  /** One run, several seeds merged, a sweep, or what does not read as any of them. */
  readonly kind: 'run' | 'runs' | 'sweep' | 'broken';
  readonly scenario: string;
  readonly seeds: readonly number[];
  readonly engine: string;
  /** Null where points of a sweep differ in it. */
  readonly relays: number | null;
  /** ISO 8601. */
  readonly writtenAt: string;
  readonly arms: readonly ListedArm[];
  /** Broken invariants; null where that is not known. */
  readonly violations: number | null;
  /** Of all files in it and its charts. */
  readonly bytes: number;
  /** Why it is broken. */
  readonly problem: string | null;
  /** The run was made smaller: its figures do not answer the scenario's question. */
  readonly isScaled: boolean;
}

export interface RunList {
  readonly runs: readonly ListedRun[];
  /** There are more, which are not listed. */
  readonly isCut: boolean;
}

export interface ListedFile {
  /** Relative to the run's folder. */
  readonly name: string;
  readonly bytes: number;
}

export interface RunDetail {
  readonly listed: ListedRun;
  readonly question: string;
  readonly hypothesis: string;
  /** With the run's figures in it; empty where the scenario has none, or is another version's. */
  readonly answer: string;
  readonly warnings: readonly string[];
  readonly command: string | null;
  readonly resolvedScenario: string | null;
  readonly files: readonly ListedFile[];
}

/** A step function: row i holds from `seconds[i]` on, nothing before the first row. */
export interface DrawnCurve {
  readonly seconds: readonly number[];
  readonly fractionOfRelays: readonly number[];
  readonly fractionOfConsensusWeight: readonly number[];
}

export interface DrawnArm extends DrawnCurve {
  readonly name: string;
  readonly isLive: boolean;
  /** The curve is known up to here. */
  readonly horizonSeconds: number;
  /** Bounds of the median over seeds, by relays; null of a single run. */
  readonly band: { readonly low: readonly number[]; readonly high: readonly number[] } | null;
}

/** What was observed of Tor, by relays: points, to be joined by lines. */
export interface DrawnHistory {
  readonly name: string;
  readonly seconds: readonly number[];
  readonly fraction: readonly number[];
}

export interface RunCurves {
  readonly id: string;
  readonly arms: readonly DrawnArm[];
  readonly historical: readonly DrawnHistory[];
}

/** The first run against another. */
export interface ComparedPair {
  readonly a: string;
  readonly b: string;
  readonly seeds: readonly number[];
  readonly hasEnoughRuns: boolean;
  readonly rows: readonly ComparedRow[];
  /** Why they cannot be compared; then there are no rows. */
  readonly problem: string | null;
}

export interface ListedScenario {
  /** The file's name in scenarios/. */
  readonly file: string;
  readonly question: string;
  readonly isSweep: boolean;
}

export interface ScenarioText {
  readonly file: string;
  readonly text: string;
  /** Names this very text. */
  readonly etag: string;
}

/** A key of a scenario that holds one value. */
export interface ScenarioKey {
  /** As `--set` names it. */
  readonly path: string;
  readonly description: string;
  /** What holds where the key is left out; null where the schema does not say. */
  readonly standard: string | null;
  readonly example: string | null;
  /** All that it may hold; empty where that cannot be listed. */
  readonly words: readonly string[];
  readonly isNumber: boolean;
  readonly least: number | null;
  readonly most: number | null;
}

/** What is to be run: the file as it is saved, or `text` in its place. */
export interface RunRequest {
  readonly file: string;
  readonly text?: string | undefined;
  readonly seed?: string | undefined;
  readonly scale?: string | undefined;
  readonly runs?: number | undefined;
  readonly set?: readonly string[] | undefined;
}

export interface StartRequest extends RunRequest {
  /** Take the place of results that are there. */
  readonly replace?: boolean | undefined;
}

export interface CheckResult {
  readonly problems: readonly Problem[];
  /** Null where there are problems. */
  readonly portrait: {
    readonly name: string;
    readonly question: string;
    readonly engine: string;
    readonly relays: number;
    readonly seed: number;
    readonly durationSeconds: number;
    readonly arms: readonly string[];
    readonly modules: readonly string[];
    readonly sweepPoints: number | null;
  } | null;
  readonly warnings: readonly string[];
}

/** `refused`: the command found a mistake; `unmet`: results are there, and an assertion does not hold. */
export type JobStatus =
  | 'queued'
  | 'running'
  | 'stopping'
  | 'finished'
  | 'unmet'
  | 'failed'
  | 'refused'
  | 'stopped';

export interface JobArm extends Pick<ArmChange, 'name' | 'counted' | 'reached' | 'running'> {
  readonly isLive: boolean;
  readonly isEnded: boolean;
}

/** What is known of a run that was started from the page. */
export interface JobState {
  readonly id: string;
  readonly scenario: string;
  readonly status: JobStatus;
  /** The command that does the same. */
  readonly command: string;
  readonly runs: number;
  readonly queuedAtWallMs: number;
  readonly startedAtWallMs: number | null;
  readonly endedAtWallMs: number | null;
  readonly phase: Phase | null;
  readonly virtualSeconds: number;
  readonly durationSeconds: number;
  /** Of the whole, 0 to 1. */
  readonly fraction: number;
  readonly relays: number;
  readonly releasedAtSeconds: number;
  readonly arms: readonly JobArm[];
  /** The last lines that the command told. */
  readonly log: readonly string[];
  /** Folders of results in results/, as they become complete; the last one sums up. */
  readonly written: readonly string[];
}

/** Where relays are, in degrees; row i is relay i. */
export interface JobPlaces {
  readonly longitude: readonly number[];
  readonly latitude: readonly number[];
}

/** Relays of an arm that have changed. */
export interface JobChange extends Pick<ArmChange, 'relays' | 'seconds' | 'removed' | 'restored'> {
  readonly arm: string;
}

/** Everything so far: the first event of a stream, and the next one after a gap. */
export interface JobSnapshot {
  readonly state: JobState;
  readonly places: JobPlaces | null;
  readonly changes: readonly JobChange[];
}

/** The events of a stream by name. */
export interface JobEvents {
  readonly snapshot: JobSnapshot;
  readonly state: JobState;
  readonly places: JobPlaces;
  readonly change: JobChange;
}
