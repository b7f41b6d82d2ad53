/** What a run of the model is started with, and what it gives back. */

import type { ByteKind } from '../../measure/load-result.ts';
import type { ReleaseVerdicts } from '../../measure/verdict-summary.ts';
import type { Churn } from '../../population/churn.ts';
import type { LatencyColumns } from '../../population/pair-latency.ts';
import type { Population, Topology } from '../../population/population.ts';
import type { LiveArm, Scenario } from '../../scenario/scenario.ts';
import { CONTROL, type RelayPolicies, type SharedColumns, type ThreadResult } from '../gossipsub/job.ts';
import type { Desk } from './churn/lessons.ts';
import type { RefusingRelays } from './refusing-relays.ts';
import type { Publication } from './rehearsal.ts';
import type { Counters } from './world.ts';

/** Between two looks at whether the run is to stop. */
export const EVENTS_BETWEEN_LOOKS = 65_536;

/** What a run needs beside what every run does where relays come and go. */
export interface LivingJob {
  readonly churn: Churn;
  /** Whether links are the topology's, whoever comes and goes. */
  readonly keepsTopology: boolean;
  readonly latency: LatencyColumns;
  readonly arm: LiveArm;
  /** Hosts behind the relays that relays can ask. */
  readonly authorities: number;
  readonly desk: Desk;
  /** So long everything is followed event by event; a month where left out. */
  readonly followedUs?: number | undefined;
}

/** The network that a run begins with. */
export interface NetworkJob {
  readonly scenario: Scenario;
  readonly population: Population;
  readonly topology: Topology;
  readonly shared: SharedColumns;
  /** Null where all relays take part, and switch at once. */
  readonly policies: RelayPolicies | null;
  /** Whether relays come and go, or do anything beside gossip: then what they are built of is in `living`. */
  readonly isLiving: boolean;
}

/** What is to travel in it. */
export interface NewsJob {
  readonly publications: readonly Publication[];
  readonly releases: number;
  /** Null where there are none. */
  readonly refusing: RefusingRelays | null;
  /** Null where all relays stay and gossip is all they do. */
  readonly living: LivingJob | null;
}

export interface ModelJob extends NetworkJob, NewsJob {}

export interface ModelResult extends Counters {
  readonly framesInFlight: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly rolledBack: number;
  readonly bytesByKind: Readonly<Record<ByteKind, number>>;
  readonly verdicts: readonly ReleaseVerdicts[];
  readonly staleRelays: number;
  /** Relays that are up when the run ends, and the ends of links that they have then; 0 where all stay. */
  readonly onlineInTheEnd: number;
  readonly linkEndsInTheEnd: number;
}

/** What honest relays without faults have none of is 0. */
export function totalOf({ refusals, ...counters }: ModelResult): ThreadResult {
  return {
    ...counters,
    framesCopied: 0,
    faultEffects: [],
    deceivedRelays: 0,
    hostileRelayHours: 0,
    graylistings: 0,
    attempts: {},
    haltedUs: {},
    refusals,
    traffic: null,
    sybils: null,
    violations: [],
    warnings: [],
  };
}

export class StoppedError extends Error {}

/** Tells how far the run is. Throws StoppedError when its caller wants no more of it. */
export function lookUp({ reachedUs, control }: SharedColumns, nowUs: number): void {
  reachedUs[0] = nowUs;
  if (Atomics.load(control, CONTROL.stop) === 1) throw new StoppedError('stopped');
}
