/** What a relay says of itself, as JSON: who it is, whom it knows, what it trusts and what runs in its hooks. */

import type { SlotReport } from '../updates/slot-report.ts';
import type { RefusalNote } from './update-watch.ts';

/** `starting` until it listens; `draining` once it has been told to stop. */
export type DaemonPhase = 'starting' | 'serving' | 'draining' | 'stopped';

export interface PeerStatus {
  readonly peer: string;
  readonly address: string;
  /** Who opened the connection: `outbound` is this relay. */
  readonly direction: 'inbound' | 'outbound';
  /** Whether the peer serves cells. */
  readonly relay: boolean;
  /** Whether it is in the mesh of the topic of updates. */
  readonly mesh: boolean;
  /** Of the last ping, milliseconds; null before the first. */
  readonly roundTripMs: number | null;
}

export interface ListedUpdate {
  readonly hook: string;
  readonly module: string;
  /** Null for a revocation, which names a binary. */
  readonly version: number | null;
  readonly sha256: string;
  readonly role: string;
  readonly kind: 'module' | 'revocation';
}

export interface TrustStatus {
  readonly root: number;
  readonly timestamp: number;
  readonly snapshot: number;
  /** When the trusted timestamp expires, UTC; null before the first. */
  readonly freshUntil: string | null;
  readonly fresh: boolean;
  /** What the trusted metadata list; nothing while they have expired. */
  readonly updates: readonly ListedUpdate[];
}

export interface TrafficStatus {
  readonly circuits: number;
  readonly links: number;
  readonly cellsWaiting: number;
  readonly refusedCircuits: number;
  readonly overloadedCircuits: number;
  readonly cells: Readonly<Record<string, number>>;
}

export interface DaemonStatus {
  readonly peer: string;
  readonly fingerprint: string;
  readonly phase: DaemonPhase;
  readonly upSeconds: number;
  /** With the peer id, as others dial them. */
  readonly addresses: readonly string[];
  readonly peers: readonly PeerStatus[];
  readonly trust: TrustStatus;
  readonly hooks: readonly SlotReport[];
  /** The latest ones, oldest first. */
  readonly refusals: readonly RefusalNote[];
  readonly traffic: TrafficStatus;
  readonly storeFailures: { readonly updates: number; readonly trust: number };
}
