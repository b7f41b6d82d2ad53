/**
 * What the arms of a run hand to the report: when each relay reached each stage of each update.
 */

import type { Churn } from '../population/churn.ts';
import type { Population, Topology } from '../population/population.ts';
import type { EngineLabel } from '../scenario/engines.ts';
import type { OperatorClass } from '../scenario/operators-plan.ts';
import type { Arm, AttackName, Scenario } from '../scenario/scenario.ts';
import type { GossipAttackName, SybilPlan } from '../scenario/sybil-plan.ts';
import type { Cohort } from './cohort.ts';
import type { FaultOutcome } from './fault-outcome.ts';
import type { LoadResult } from './load-result.ts';
import type { SybilResult } from './sybil-result.ts';
import type { TrafficResult } from './traffic-result.ts';
import type { Verdicts } from './verdict-summary.ts';

/** Stages in the order a relay passes them. */
export const STAGES = ['heard', 'verified', 'staged', 'activated'] as const;
export type Stage = (typeof STAGES)[number];

/** Virtual seconds since the update's release, one per relay; NaN where not reached. */
export type StageTimes = Readonly<Record<Stage, Float64Array>>;

export interface UpdateOutcome {
  readonly module: string;
  /** Size of the binary as published, bytes. */
  readonly moduleBytes: number;
  /** SHA-256 of the binary, hexadecimal. */
  readonly moduleSha256: string;
  /** The hook that it attaches to; absent in an arm whose relays run one version of everything at a time. */
  readonly hook?: string;
  readonly stages: StageTimes;
  /** Whom its adoption curve counts (cohort.ts). */
  readonly cohort?: Cohort;
  /** When each relay took it out again (rolled back, or revoked), seconds since the release; NaN where it did not. */
  readonly removed: Float64Array;
  /** When its rollout was halted, seconds since the release; null when it was not. */
  readonly haltedSeconds: number | null;
  /**
   * When each relay last began to run it, seconds since the release: later than its activation where it had lost it
   * meanwhile. NaN for never; absent in a run without faults, in which nothing is lost.
   */
  readonly gained?: Float64Array;
  /**
   * When directory authorities took each relay out of the consensus, seconds since the release; NaN where they did
   * not. Absent in an arm in which they never do.
   */
  readonly rejected?: Float64Array;
  /** Absent in an arm in which no relay judges it. */
  readonly verdicts?: Verdicts;
}

/** What an arm's relays refused, and what an adversary achieved. */
export interface TrustOutcome {
  /** Refusals on all honest relays by reason (node/trust/refusal.ts and admission). */
  readonly refusals: Readonly<Record<string, number>>;
  /** Hostile messages and answers sent, by attack; empty without an adversary. */
  readonly attempts: Readonly<Partial<Record<AttackName | GossipAttackName, number>>>;
  /** Honest relays that ever ran a module which no honest publisher released. */
  readonly wrongActivations: number;
  /** Hours that such modules ran, summed over relays, to the end of the run at most. */
  readonly hostileRelayHours: number;
  /** Honest relays that raised the alarm of a freeze at least once. */
  readonly staleRelays: number;
  /** Honest relays whose peers' scores fell low enough to be shut out: sender and receiver pairs. */
  readonly graylistings: number;
}

/** The sybils of an arm, and what they did. */
export interface SybilOutcome extends SybilResult {
  readonly plan: SybilPlan;
}

/** What the gossip cost, over the whole arm; null fields of a manual arm are absent as a whole. */
export interface GossipCost {
  /** First receptions of an update by a relay. */
  readonly deliveries: number;
  /** Further copies of an update that a relay already had. */
  readonly duplicates: number;
  /** Bytes sent on all uplinks, set-up and control included. */
  readonly bytes: number;
  readonly frames: number;
  /** Behavioural penalties that routers gave to peers, as for a promise broken on a slow uplink. */
  readonly penalties: number;
  /** What the bytes were for, and what each relay had of them. */
  readonly load: LoadResult;
}

/** What became of the links while relays came and went. */
export interface LinksOutcome {
  /** Mean number of links of the relays that are up when the run ends. */
  readonly meanDegreeInTheEnd: number;
  /** Frames that reached a relay that was away, or on a link that had closed. */
  readonly framesDropped: number;
}

/** Whom the relays of an arm belong to. */
export interface OperatorsOutcome {
  readonly classes: readonly OperatorClass[];
  /** By relay: index into `classes`. */
  readonly classOf: Uint8Array;
  /** By relay: 1 where it embeds the runtime for updates, 0 where it is upgraded by hand; null: a manual arm. */
  readonly embeds: Uint8Array | null;
}

export interface ArmOutcome {
  readonly arm: Arm;
  /** What produced the numbers: an engine, or `lag` for draws of operator lag. */
  readonly engine: EngineLabel | 'lag';
  /** The curve is known up to here, in virtual seconds since the first release. */
  readonly horizonSeconds: number;
  readonly updates: readonly UpdateOutcome[];
  /** Null for arms that send nothing. */
  readonly cost: GossipCost | null;
  /** Absent without churn, and for arms that have no links. */
  readonly links?: LinksOutcome;
  /** Null for arms that verify nothing. */
  readonly trust: TrustOutcome | null;
  /** Null where no cell was simulated. */
  readonly traffic: TrafficResult | null;
  /** Absent where no sybils were. */
  readonly sybils?: SybilOutcome;
  /** The scenario's faults, in its order; absent where it has none, or the arm is not simulated. */
  readonly faults?: readonly FaultOutcome[];
  /** Modules rolled back by a relay's core. */
  readonly rolledBack: number;
  /** Circuits broken by restarts; null where the arm carries no circuits. */
  readonly circuitsBroken: number | null;
  /** Null where operators are all alike. */
  readonly operators: OperatorsOutcome | null;
  /** Hash over everything that happened, hexadecimal; equal runs have equal hashes. Null in real time, where none is equal. */
  readonly traceHash: string | null;
  /** Broken invariants, one line each; empty in a sound run. */
  readonly violations: readonly string[];
}

/** Everything the report is made from. */
export interface RunOutcome {
  readonly scenario: Scenario;
  /** Under churn those that join later are in it, after those that the run begins with. */
  readonly population: Population;
  /** Null without churn. */
  readonly churn: Churn | null;
  readonly topology: Topology;
  readonly arms: readonly ArmOutcome[];
}
