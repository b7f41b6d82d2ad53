/**
 * What the engine's main thread hands to its simulation threads, and what they share and give back.
 *
 * Everything large lies in shared memory: columns in, stage times and trace out. Threads write only the
 * rows of their own relays.
 */

import type { ModuleCustomJson } from '../../../node/trust/update-target.ts';
import type { ModuleRequest } from '../../../updates/repository/update-entry.ts';
import type { ByteKind } from '../../measure/load-result.ts';
import { STAGES, type Stage } from '../../measure/outcome.ts';
import type { SybilResult } from '../../measure/sybil-result.ts';
import type { TrafficResult } from '../../measure/traffic-result.ts';
import type { ReleaseVerdicts } from '../../measure/verdict-summary.ts';
import type { Churn } from '../../population/churn.ts';
import { float64Column } from '../../population/column.ts';
import type { ScheduledFault } from '../../population/fault-schedule.ts';
import type { LatencyColumns } from '../../population/pair-latency.ts';
import type { Population, Topology } from '../../population/population.ts';
import type { Presence } from '../../population/presence.ts';
import type { AttackName, LiveArm, Scenario } from '../../scenario/scenario.ts';
import type { SybilPlan } from '../../scenario/sybil-plan.ts';
import type { Violation } from '../invariants/violation.ts';
import { Trace } from '../trace.ts';
import type { AuthorityPlan } from './hosts.ts';
import { type LoadColumns, loadColumns } from './load-counter.ts';
import type { ScoringOptions } from './router.ts';

/** An update as the publisher releases it. */
export interface Release {
  /** The module as the developers, or a third party, publish it. */
  readonly request: ModuleRequest;
  /** SHA-256 of the binary in it, hexadecimal. */
  readonly moduleSha256: string;
  /** The relay that the developers publish through. */
  readonly publisher: number;
  readonly atUs: number;
}

/** What operators let their relays do, in columns: row i is relay i. */
export interface RelayPolicies {
  /** 1 where the relay embeds the runtime; the others are no part of this network. */
  readonly embeds: Uint8Array;
  /** For each release, and after them for each hostile module: virtual microseconds from which on it may run. */
  readonly mayRunFromUs: readonly Float64Array[];
  /** Whether it takes third parties' updates: see THIRD_PARTIES. */
  readonly thirdParties: Uint8Array;
  /** What operators do later than the run's end is followed up to here, virtual microseconds. */
  readonly untilUs: number;
}

export const THIRD_PARTIES = { none: 0, all: 1, asDrawn: 2 } as const;

export interface Job {
  readonly scenario: Scenario;
  readonly arm: LiveArm;
  /** Relays of the adversary's. */
  readonly hostileRelays: ReadonlySet<number>;
  /** Modules that it would have relays run, by the attack's place in the scenario. */
  readonly hostileModules: readonly (HostileRelease | null)[];
  readonly population: Population;
  readonly topology: Topology;
  /** Latencies of pairs without a link. */
  readonly latency: LatencyColumns;
  /** Null where routers score peers as js-libp2p does by default. */
  readonly scoring: ScoringOptions | null;
  /** Null when every relay is there all the time. */
  readonly presence: Presence | null;
  /** Peers that attack gossip; null for none. */
  readonly sybils: SybilPlan | null;
  /** Stands in the place of `presence` in a network with churn; null without. */
  readonly churn: Churn | null;
  /** Null where all relays take part, and switch at once. */
  readonly policies: RelayPolicies | null;
  /** Null in an arm without authorities. */
  readonly directory: AuthorityPlan | null;
  /** What goes wrong by itself; empty for nothing. */
  readonly faults: readonly ScheduledFault[];
  readonly releases: readonly Release[];
  readonly threads: number;
  /** The thread of each host: of the relays, and of the authorities and sybils after them. */
  readonly threadOf: Uint8Array;
  readonly shared: SharedColumns;
}

/** A module of the adversary's: the binary, and the custom part of its target. */
export interface HostileRelease {
  readonly path: string;
  readonly binary: Uint8Array;
  readonly custom: ModuleCustomJson;
  readonly sha256: string;
}

/** Memory that all threads of a run see. */
export interface SharedColumns {
  /** For each release, stage after stage, one virtual microsecond a relay; NaN where not reached. */
  readonly stageTimesUs: Float64Array;
  /** For each release, the virtual microsecond at which each relay took it out; NaN where it did not. */
  readonly removedTimesUs: Float64Array;
  /** The same, at which each relay last began to run it: again after a restart, for instance. */
  readonly gainedTimesUs: Float64Array;
  /** What each host sent and received. */
  readonly load: LoadColumns;
  /** See Trace. */
  readonly traceWords: Uint32Array;
  /** One 32-bit word for each purpose in CONTROL. */
  readonly control: Int32Array;
  /** For each thread, the virtual microsecond it has reached. */
  readonly reachedUs: Float64Array;
  /**
   * The virtual microsecond of the next event of each thread, as far as each knows: of its own, and of what it sends to
   * others. On two pages in turn (windows.ts), each with a row for each thread that tells.
   */
  readonly nextUs: Float64Array;
}

/** Words of `control`. */
export const CONTROL = { stop: 0, barrierWaiting: 1, barrierRound: 2, WORDS: 3 } as const;

export function sharedColumns(
  relays: number,
  /** Authorities, clients and whoever else takes part. */
  otherHosts: number,
  releases: number,
  threads: number,
): SharedColumns {
  return {
    stageTimesUs: float64Column(releases * STAGES.length * relays).fill(Number.NaN),
    removedTimesUs: float64Column(releases * relays).fill(Number.NaN),
    gainedTimesUs: float64Column(releases * relays).fill(Number.NaN),
    load: loadColumns(relays + otherHosts),
    traceWords: Trace.forRelays(relays + otherHosts).words,
    control: new Int32Array(new SharedArrayBuffer(CONTROL.WORDS * 4)),
    reachedUs: float64Column(threads),
    nextUs: float64Column(2 * threads * threads),
  };
}

/** The column of one stage of one release, as a view into the shared memory. */
export function stageColumn(
  shared: SharedColumns,
  relays: number,
  release: number,
  stage: Stage,
): Float64Array {
  const start = (release * STAGES.length + STAGES.indexOf(stage)) * relays;
  return shared.stageTimesUs.subarray(start, start + relays);
}

/** When relays took a release out again, as a view into the shared memory. */
export function removedColumn(shared: SharedColumns, relays: number, release: number): Float64Array {
  return shared.removedTimesUs.subarray(release * relays, (release + 1) * relays);
}

/** When relays last began to run a release, as a view into the shared memory. */
export function gainedColumn(shared: SharedColumns, relays: number, release: number): Float64Array {
  return shared.gainedTimesUs.subarray(release * relays, (release + 1) * relays);
}

/** Phases as the threads go through them. */
export type ThreadPhase = 'import' | 'build' | 'connect' | 'run';

/** What one thread did; sums over threads are the run's. */
export interface ThreadResult {
  readonly framesSent: number;
  readonly framesDelivered: number;
  /** Frames that reached a relay that was away, or on a link that was closed. */
  readonly framesDropped: number;
  /** Frames still on their way when the run ended. */
  readonly framesInFlight: number;
  /** Second copies of frames that faults have made. */
  readonly framesCopied: number;
  /** How often each fault of the scenario had an effect. */
  readonly faultEffects: readonly number[];
  readonly bytesSent: number;
  readonly bytesByKind: Readonly<Record<ByteKind, number>>;
  /** Relays that are up when the run ends, and the ends of links that they have then. */
  readonly onlineInTheEnd: number;
  readonly linkEndsInTheEnd: number;
  readonly firsts: number;
  readonly copies: number;
  readonly penalties: number;
  readonly eventsFired: number;
  readonly rolledBack: number;
  /** For each release. */
  readonly verdicts: readonly ReleaseVerdicts[];
  /** Honest relays that ran a hostile module, and for how many hours in all. */
  readonly deceivedRelays: number;
  readonly hostileRelayHours: number;
  /** Honest relays whose alarm of a freeze went off. */
  readonly staleRelays: number;
  /** Pairs of an honest relay and a peer that it has shut out for its score. */
  readonly graylistings: number;
  readonly attempts: Readonly<Partial<Record<AttackName, number>>>;
  /** When each release's rollout was halted, virtual microseconds; absent where it was not. */
  readonly haltedUs: Readonly<Record<number, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  /** Null in a scenario without clients. */
  readonly traffic: TrafficResult | null;
  /** Null without sybils. */
  readonly sybils: SybilResult | null;
  readonly violations: readonly string[];
  readonly warnings: readonly string[];
}

/** A thread has come to a phase. */
export interface EnteredPhase {
  readonly type: 'phase';
  readonly phase: ThreadPhase;
  /** Events of the thread until then. */
  readonly eventsFired: number;
}

export type ThreadMessage =
  | EnteredPhase
  | { readonly type: 'finished'; readonly result: ThreadResult }
  /** An invariant is broken, and the run at its end. */
  | { readonly type: 'violated'; readonly violation: Violation };
