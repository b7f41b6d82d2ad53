/** What comes out of a row. */

import type { PhaseCost } from './phase-log.ts';

/** What the relays of a row received. */
export interface Carried {
  /** RPCs with a message, first copies and others. */
  readonly messageRpcs: number;
  /** Frames without a message: control of gossip, and on simulated links those that open and close them. */
  readonly otherFrames: number;
  /** Mean size of an RPC with a message. */
  readonly rpcBytes: number;
}

export interface Measured {
  readonly outcome: 'measured';
  readonly phases: readonly PhaseCost[];
  /** Simulation threads, or processes of relays. */
  readonly threads: number;
  readonly carried: Carried;
  /** Share of the relays that had the first message in the end. */
  readonly reachedFraction: number;
  /** Seconds until half of them had it; null where fewer had. */
  readonly t50Seconds: number | null;
  /** Null in real time. */
  readonly traceHash: string | null;
}

/** The scenario's language refuses it, with place and cure. */
export interface Refused {
  readonly outcome: 'refused';
  readonly reason: string;
}

export interface Failed {
  readonly outcome: 'failed';
  readonly reason: string;
}

export interface NotRun {
  readonly outcome: 'not run';
  readonly reason: string;
}

/** What a process that runs a row answers. */
export type RowAnswer = Measured | Refused;
export type RowOutcome = Measured | Refused | Failed | NotRun;

/** What the floor took for what a row carried. */
export interface FloorCost {
  readonly cpuSeconds: number;
  /** Messages that were new to their relay in the bare loop. */
  readonly firsts: number;
}
