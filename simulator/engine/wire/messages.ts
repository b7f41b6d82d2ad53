/** What the command's process and the processes of relays tell each other. All of it is plain data. */

import type { Reason, Transition } from '../../../node/hooks/transition.ts';
import type { ScheduledFault } from '../../population/fault-schedule.ts';
import type { LatencyColumns } from '../../population/pair-latency.ts';
import type { LiveArm, Scenario } from '../../scenario/scenario.ts';
import type { Release } from '../gossipsub/job.ts';
import type { ScoringOptions } from '../gossipsub/router.ts';

/** A relay as its process gets it. */
export interface RelayPlan {
  readonly relay: number;
  readonly uplinkBitsPerSecond: number;
  readonly takesThirdParties: boolean;
  /** How many links it is to have in all. */
  readonly links: number;
  /** The relays that it dials, each so that the link is up at about its time in the plan of the start. */
  readonly dials: readonly { readonly peer: number; readonly atMs: number }[];
  /** Where it keeps its state; null: in memory. */
  readonly stateFolder: string | null;
  /** The port that it listens on; 0 for any that is free. */
  readonly port: number;
}

export interface HostPlan {
  readonly scenario: Scenario;
  readonly arm: LiveArm;
  readonly releases: readonly Release[];
  readonly scoring: ScoringOptions | null;
  readonly latency: LatencyColumns;
  readonly advertisedBytesPerSecond: Float64Array;
  readonly faults: readonly ScheduledFault[];
  readonly relays: readonly RelayPlan[];
  /** Removed when the command is gone; null where the process keeps nothing on disk. */
  readonly folder: string | null;
  /** When the network came to stand, on the monotonic clock; null where it does not stand yet. */
  readonly beganUs: number | null;
}

export type ToHost =
  | { readonly type: 'host'; readonly plan: HostPlan }
  /** Make links; `ports` of all relays. */
  | { readonly type: 'connect'; readonly ports: readonly number[] }
  | { readonly type: 'look' }
  /** Close links over which no subscription has come. */
  | { readonly type: 'renew' }
  /** The network stands. */
  | { readonly type: 'begin'; readonly beganUs: number }
  | { readonly type: 'publish'; readonly operation: number; readonly relay: number; readonly atUs: number }
  /** Processes that stand still: they are set free if the command dies. */
  | { readonly type: 'paused'; readonly pids: readonly number[] }
  | { readonly type: 'finish' };

/** What a relay lacks before the network stands; all zero when it lacks nothing. */
export interface Lacking {
  readonly links: number;
  /** Peers that it does not know to be subscribed. */
  readonly subscriptions: number;
  /** Relays whose mesh is empty. */
  readonly meshes: number;
  /** Relays whose mesh has less than `Dlo`, though they have the links for it. */
  readonly smallMeshes: number;
}

export type RelayNews =
  | {
      readonly kind: 'heard' | 'verified' | 'staged';
      readonly relay: number;
      readonly sha256: string;
      readonly atUs: number;
    }
  | {
      readonly kind: 'transition';
      readonly relay: number;
      readonly hook: string;
      readonly transition: Transition;
      readonly reason: Reason;
      readonly sha256: string;
      readonly activeHash: string | null;
      readonly atUs: number;
    }
  | { readonly kind: 'refused'; readonly relay: number; readonly reason: string; readonly atUs: number }
  | { readonly kind: 'revoked' | 'stale'; readonly relay: number; readonly atUs: number }
  /** A relay is back after it was killed, and runs these modules. */
  | {
      readonly kind: 'restarted';
      readonly relay: number;
      readonly running: readonly string[];
      readonly atUs: number;
    };

/** What one process has counted since it told last. */
export interface HostCounts {
  readonly framesSent: number;
  readonly framesReceived: number;
  readonly penalties: number;
  /** In the order of BYTE_KINDS, without what is beside gossip. */
  readonly byKind: readonly number[];
  readonly relays: readonly RelayTotals[];
  readonly faultEffects: readonly number[];
  /** See Deadlines. */
  readonly latenessMs: readonly number[];
}

export interface RelayTotals {
  readonly relay: number;
  readonly sentBytes: number;
  readonly messageBytes: number;
  readonly gossipBytes: number;
  readonly receivedGossipBytes: number;
  readonly copies: number;
  readonly firsts: number;
}

export type FromHost =
  /** The program is loaded and waits for its plan. */
  | { readonly type: 'loaded' }
  | { readonly type: 'listening'; readonly ports: readonly (readonly [relay: number, port: number])[] }
  /** Links were dialled so much later than planned at most. */
  | { readonly type: 'connected'; readonly lateMs: number }
  | { readonly type: 'looked'; readonly lacking: Lacking }
  | { readonly type: 'news'; readonly news: readonly RelayNews[] }
  | { readonly type: 'counts'; readonly counts: HostCounts; readonly isLast: boolean }
  | { readonly type: 'failed'; readonly message: string; readonly code: string | null };
