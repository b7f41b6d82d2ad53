/**
 * A scenario after reading: every default filled in, every unit resolved to a number.
 *
 * The YAML keys and the numbers here correspond one to one; `schema.ts` turns one into the other.
 */

export type EngineName = 'gossipsub' | 'model' | 'wire';
export type Fidelity = 'full' | 'fast';
export type PopulationName = 'tor-2025-11' | 'uniform';
export type HistoricalName = 'tor-2016-17' | 'tor-2025-26';

/** How links get their one-way latency: from the population's places, or from a law. */
export type LatencyLaw =
  | { readonly law: 'population' }
  | { readonly law: 'constant'; readonly latencyMs: number }
  | { readonly law: 'uniform'; readonly minMs: number; readonly maxMs: number };

/** What a relay can send: its own share of advertised bandwidth, or one figure for all. */
export type UplinkLaw =
  | { readonly law: 'population' }
  | { readonly law: 'constant'; readonly bitsPerSecond: number };

export interface NetworkPlan {
  readonly relays: number;
  readonly population: PopulationName;
  /** Mean number of connections of a relay; each dials half of it. */
  readonly degree: number;
  readonly dialing: 'uniform' | 'consensus-weight';
  readonly latency: LatencyLaw;
  readonly uplink: UplinkLaw;
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
}

export interface UpdatePlan {
  /** A folder of updates/. */
  readonly module: string;
  /** When the publisher releases it, in virtual seconds from the start of the run. */
  readonly atSeconds: number;
  /** Size the binary is padded to with a custom section; null leaves it as compiled. */
  readonly sizeBytes: number | null;
}

/** Traffic of the relays, which decides how often a hook is reached. */
export interface TrafficPlan {
  /** Mean share of a relay's advertised bandwidth in use, 0 to 1. */
  readonly utilization: number;
}

/** What a relay's processor needs for the work of an update, in virtual time. */
export interface CostPlan {
  readonly verifySignatureUs: number;
  readonly hashUsPerKiB: number;
  readonly admitUs: number;
  readonly admitUsPerKiB: number;
}

/** A distribution of operator lag in days. Shares of a mixture, with `never`, add up to 1. */
export type LagLaw =
  | { readonly law: 'historical'; readonly name: HistoricalName }
  | { readonly law: 'lognormal'; readonly medianDays: number; readonly sigma: number; readonly never: number }
  | { readonly law: 'weibull'; readonly scaleDays: number; readonly shape: number; readonly never: number }
  | { readonly law: 'mixture'; readonly parts: readonly LagPart[]; readonly never: number }
  | { readonly law: 'empirical'; readonly days: readonly number[]; readonly fractions: readonly number[] };

export type LagPart =
  | { readonly law: 'lognormal'; readonly share: number; readonly medianDays: number; readonly sigma: number }
  | { readonly law: 'weibull'; readonly share: number; readonly scaleDays: number; readonly shape: number };

export interface LiveArm {
  readonly name: string;
  readonly channel: 'gossip';
}

export interface ManualArm {
  readonly name: string;
  readonly channel: 'manual';
  readonly lag: LagLaw;
  /** The curve ends here; a law fitted on data is never drawn past its last observed day. */
  readonly untilDays: number;
  /** How long a relay is down while its operator restarts it, in seconds. */
  readonly restartSeconds: number;
}

export type Arm = LiveArm | ManualArm;

export interface Scenario {
  readonly name: string;
  readonly question: string;
  /** 0 to 2^32 - 1. */
  readonly seed: number;
  readonly engine: EngineName;
  readonly fidelity: Fidelity;
  /** Simulation threads; 0 chooses. The results do not depend on it. */
  readonly threads: number;
  readonly network: NetworkPlan;
  readonly gossipsub: GossipsubPlan;
  readonly durationSeconds: number;
  readonly updates: readonly UpdatePlan[];
  readonly traffic: TrafficPlan;
  readonly costs: CostPlan;
  readonly arms: readonly Arm[];
  readonly historical: readonly HistoricalName[];
}
