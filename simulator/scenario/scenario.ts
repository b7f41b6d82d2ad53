/**
 * A scenario after reading: every default filled in, every unit resolved to a number.
 *
 * The YAML keys and the numbers here correspond one to one; `schema.ts` turns one into the other.
 */

import type { ChannelName } from '../../node/channels/channel.ts';
import type { AssertionPlan } from './assertion.ts';
import type { ChurnPlan } from './churn-plan.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { HistoricalName, LagLaw } from './lag-plan.ts';
import type { MeasurePlan, ReportPlan } from './measure-plan.ts';
import type { OperatorsPlan } from './operators-plan.ts';
import type { RejectionPlan } from './rejection-schema.ts';
import type { SweepPlan } from './sweep-plan.ts';
import type { SybilPlan } from './sybil-plan.ts';
import type { TrafficPlan } from './traffic-plan.ts';

export type { HistoricalName, LagLaw, LagPart } from './lag-plan.ts';

/** What can run live arms, the default first (engines.ts). */
export const ENGINE_NAMES = ['gossipsub', 'model', 'wire'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
export type StackName = 'bare' | 'libp2p';
export type Fidelity = 'full' | 'fast';
export type PopulationName = 'tor-2025-11' | 'uniform';

/** How links get their one-way latency: from the population's places, or from a law. */
export type LatencyLaw =
  | { readonly law: 'population' }
  | { readonly law: 'constant'; readonly latencyMs: number }
  | { readonly law: 'uniform'; readonly minMs: number; readonly maxMs: number };

/** What a relay can send: its own share of advertised bandwidth, or one figure for all. */
export type UplinkLaw =
  | { readonly law: 'population' }
  | { readonly law: 'constant'; readonly bitsPerSecond: number };

/** A file that a scenario names, and what it held when the scenario was read. */
export interface InputFile {
  /** Absolute. */
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Relays from a file of the user's: a consensus document, with a table of places or without, or a CSV. */
export type FilePopulation =
  | { readonly source: 'consensus'; readonly consensus: InputFile; readonly places: InputFile | null }
  | { readonly source: 'csv'; readonly csv: InputFile };

export interface NetworkPlan {
  readonly relays: number;
  readonly population: PopulationName | FilePopulation;
  /** What the relays are drawn from in every run, whatever its seed; absent: from the seed of the run. */
  readonly populationSeed?: number;
  /** Mean number of connections of a relay; each dials half of it. */
  readonly degree: number;
  readonly dialing: 'uniform' | 'consensus-weight';
  readonly latency: LatencyLaw;
  readonly uplink: UplinkLaw;
  /** All links of the start are up by then, and nobody goes or fails before. */
  readonly startSeconds: number;
}

/** Parameters of the gossipsub specification, as js-libp2p names them. */
export interface GossipsubPlan {
  readonly D: number;
  readonly Dlo: number;
  readonly Dhi: number;
  readonly Dscore: number;
  readonly Dout: number;
  readonly Dlazy: number;
  readonly heartbeatMs: number;
  readonly floodPublish: boolean;
  /** How routers score their peers; absent: invalid messages count where somebody attacks. */
  readonly scoring?: ScoringName;
}

/**
 * none: what js-libp2p counts by itself, broken promises (P7) and crowded addresses (P6). invalid-messages: these (P4)
 * as well. full: time in the mesh (P1) and first deliveries (P2) as well.
 */
export const SCORINGS = ['none', 'invalid-messages', 'full'] as const;
export type ScoringName = (typeof SCORINGS)[number];

/** How an update is let out: in steps of a growing cohort, or to everybody at once. */
export interface RolloutPlan {
  /** Shares of all relays, rising, the last one usually 1; above 0. */
  readonly steps: readonly number[];
  /** Time between two steps. */
  readonly everySeconds: number;
  /** A relay switches at a time of its own within so long of taking the update. */
  readonly jitterSeconds: number;
  /** The next step is not taken, and the module is revoked, when more than this share of reported trials failed. */
  readonly haltAboveFailedShare: number;
  /** Reports that must be in before the share counts. */
  readonly minReports: number;
}

export interface UpdatePlan {
  /** A folder of updates/. */
  readonly module: string;
  /** When the publisher releases it, in virtual seconds from the start of the run. */
  readonly atSeconds: number;
  /** Size the binary is padded to with a custom section; null leaves it as compiled. */
  readonly sizeBytes: number | null;
  /** Among modules of one hook the highest runs. */
  readonly priority: number;
  /** Relays do not switch before, virtual seconds from the start of the run; null: at once. */
  readonly notBeforeSeconds: number | null;
  /** Null: everybody at once. */
  readonly rollout: RolloutPlan | null;
  /** The delegated role that publishes it; null for the developers themselves. */
  readonly publisher: string | null;
  /** When the publisher revokes it, virtual seconds from the start of the run; null: never. */
  readonly revokeAtSeconds: number | null;
}

/** How many of how many keys a role needs. */
export interface KeyThreshold {
  readonly threshold: number;
  readonly keys: number;
}

export type TopRole = 'root' | 'targets' | 'snapshot' | 'timestamp';

/** A third party that the developers let publish for some hooks. */
export interface DelegationPlan {
  readonly name: string;
  readonly hooks: readonly string[];
  readonly threshold: KeyThreshold;
}

/** The developers' repository, and what the relays make of it. */
export interface TrustPlan {
  readonly roles: Readonly<Record<TopRole, KeyThreshold>>;
  readonly delegations: readonly DelegationPlan[];
  /** Share of operators that take third parties' updates. */
  readonly thirdPartyShare: number;
  /** The developers publish a fresh timestamp so often even without news; 0: never. */
  readonly timestampEverySeconds: number;
  /** A timestamp is good for so long after it was signed. */
  readonly timestampExpiresSeconds: number;
  /** New keys for a role at a time, by a new root; virtual seconds from the start of the run. */
  readonly rotations: readonly { readonly role: TopRole; readonly atSeconds: number }[];
}

/** Relays that were not there all the time. */
export interface PresencePlan {
  /** Share of relays that join late, each at a time of its own within the span. */
  readonly late: { readonly share: number; readonly fromSeconds: number; readonly toSeconds: number } | null;
  /** Share of relays that go away once: all links down, no time passes for their updates, then back. */
  readonly away: {
    readonly share: number;
    readonly fromSeconds: number;
    readonly toSeconds: number;
    readonly forSeconds: number;
  } | null;
}

export const ATTACKS = [
  /** Old messages of the developers sent again. */
  'replay',
  /** Nothing new passed on, and peers told that there is nothing new. */
  'freeze',
  /** With stolen timestamp and snapshot keys: version numbers so high that honest ones look old. */
  'fast-forward',
  /** Genuine metadata of different publications in one message. */
  'mixed',
  /** A bit of the metadata or of the module turned over. */
  'tampered',
  /** A hostile module signed with stolen keys of the role `targets`; `keys` says how many. */
  'stolen-keys',
  /** With stolen timestamp and snapshot keys: two halves of the network told different things under one version. */
  'equivocation',
  /** A flood of modules that nobody signed. */
  'invalid-modules',
  /** Every module that is out said to be revoked, signed with no key that counts, or with `keys` stolen ones. */
  'false-revocation',
] as const;
export type AttackName = (typeof ATTACKS)[number];

export interface AttackPlan {
  readonly attack: AttackName;
  readonly fromSeconds: number;
  /** Virtual seconds from the start of the run; the end of the run at the latest. */
  readonly toSeconds: number;
  /** Each attacking relay tries so often. */
  readonly everySeconds: number;
  /** Stolen keys of the role `targets`, for stolen-keys and false-revocation; 0 otherwise, or for none. */
  readonly keys: number;
  /** The hostile module, for stolen-keys: a folder of updates/; empty otherwise. */
  readonly module: string;
}

export interface AdversaryPlan {
  /** Share of relays that are the adversary's: they take part in gossip and answer peers as it likes; 0: none. */
  readonly share: number;
  readonly attacks: readonly AttackPlan[];
  /** Peers beside the relays that attack gossip; absent: none. */
  readonly sybils?: SybilPlan;
}

/** What a relay's processor needs for the work of an update, in virtual time. */
export interface CostPlan {
  readonly verifySignatureUs: number;
  readonly hashUsPerKiB: number;
  readonly admitUs: number;
  readonly admitUsPerKiB: number;
}

/** Ways for updates to reach a relay: all that a relay knows. */
export type LiveChannel = ChannelName;

/** Authorities that hold the repository, and how relays poll them. */
export interface DirectoryPlan {
  readonly authorities: number;
  readonly uplinkBitsPerSecond: number;
  /** A new consensus comes out so often, counted from the full hour of the run's epoch. */
  readonly intervalSeconds: number;
  /** A relay polls at a time of its own within this share of the interval after it came out. */
  readonly jitterShare: number;
}

/** Relays of the network whose circuits were counted: Tor early in 2018 (Mani et al., IMC 2018). */
export const CIRCUIT_REFERENCE_RELAYS = 6500;

/** Circuits that the whole network builds; each has a relay meet the next one twice. */
export interface CircuitPlan {
  /** Of a network of `CIRCUIT_REFERENCE_RELAYS` relays; smaller networks build proportionally fewer. */
  readonly perSecond: number;
}

export interface LiveArm {
  readonly kind: 'live';
  readonly name: string;
  /** At least one; `catch-up` never alone. */
  readonly channels: readonly LiveChannel[];
  readonly directory: DirectoryPlan;
  readonly circuit: CircuitPlan;
  /** Nobody attacks this arm, or these sybils do; absent: whoever attacks the scenario. */
  readonly adversary?: 'none' | SybilPlan;
  /** Null: every relay embeds the runtime and switches at once. */
  readonly operators: OperatorsPlan | null;
  /** What operators do is followed up to here, beyond the simulated duration if need be; null without operators. */
  readonly untilDays: number | null;
}

/** Operators lag by classes instead of by one law. */
export interface OperatorsLag {
  readonly law: 'operators';
  readonly operators: OperatorsPlan;
}

export interface ManualArm {
  readonly kind: 'manual';
  readonly name: string;
  readonly lag: LagLaw | OperatorsLag;
  /** The curve ends here; a law fitted on data is never drawn past its last observed day. */
  readonly untilDays: number;
  /** How long a relay takes no new circuits before it goes down, in seconds. */
  readonly drainSeconds: number;
  /** How long a relay is down while its operator restarts it, in seconds. */
  readonly restartSeconds: number;
  /** Absent: nobody is taken out. */
  readonly reject?: RejectionPlan;
}

export type Arm = LiveArm | ManualArm;

/** How updates reach the relays of an arm, in words: `gossip`, `gossip+catch-up`, `manual`. */
export function channelLabel(arm: Arm): string {
  return arm.kind === 'manual' ? 'manual' : arm.channels.join('+');
}

/** The sybils that attack an arm; null for none. */
export function sybilsOfArm({ adversary }: Scenario, arm: LiveArm): SybilPlan | null {
  if (arm.adversary === 'none') return null;
  return arm.adversary ?? adversary?.sybils ?? null;
}

/** Whether anybody attacks any arm. */
export function isAttacked({ adversary, arms }: Scenario): boolean {
  return adversary !== null || arms.some((arm) => arm.kind === 'live' && typeof arm.adversary === 'object');
}

export interface Scenario {
  readonly name: string;
  readonly question: string;
  /** What is expected to come out; empty for no word of it. */
  readonly hypothesis: string;
  /** What came out, with figures of summary.json in braces (answer-template.ts); empty for none. */
  readonly answer: string;
  /** 0 to 2^32 - 1. */
  readonly seed: number;
  readonly engine: EngineName;
  /** What each relay of the engine gossipsub is: its router alone, or a whole libp2p node. */
  readonly stack: StackName;
  readonly fidelity: Fidelity;
  /** Simulation threads; 0 chooses. The results do not depend on it. */
  readonly threads: number;
  /** How many times slower than real time the engine wire runs, from 1; the others have no real time. */
  readonly slowdown: number;
  readonly network: NetworkPlan;
  readonly gossipsub: GossipsubPlan;
  readonly durationSeconds: number;
  readonly updates: readonly UpdatePlan[];
  readonly trust: TrustPlan;
  readonly presence: PresencePlan;
  /** Null: nobody comes or goes but by `presence`. */
  readonly churn: ChurnPlan | null;
  /** Null: nobody attacks. */
  readonly adversary: AdversaryPlan | null;
  /** What goes wrong by itself; empty for nothing. */
  readonly faults: readonly FaultPlan[];
  readonly traffic: TrafficPlan;
  readonly costs: CostPlan;
  readonly arms: readonly Arm[];
  readonly historical: readonly HistoricalName[];
  readonly measure: MeasurePlan;
  readonly report: ReportPlan;
  /** What the scenario says of its own result. */
  /** Null: nothing is varied. */
  readonly sweep: SweepPlan | null;
  readonly assertions: readonly AssertionPlan[];
}
