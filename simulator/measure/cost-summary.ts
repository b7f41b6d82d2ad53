/**
 * What gossip costs, as summary.json states it: all of it, what it was spent on, and how it falls on relays.
 *
 * Quantiles are the lower ones (quantiles.ts): always the load of a relay that there is. They are over the relays that
 * sent anything: one without a runtime for updates, or one that never came up, carries nothing of the load.
 */

import { type ByteKind, CONTROL_KINDS, type LoadResult } from './load-result.ts';
import type { GossipCost } from './outcome.ts';
import { lowerQuantile } from './quantiles.ts';
import { ratioOrNull } from './rounding.ts';

/** Of one relay, over the whole run. */
export interface LoadQuantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface PerRelaySummary {
  /** Relays that sent anything. */
  readonly relays: number;
  readonly bytesSent: LoadQuantiles;
  readonly messageBytesSent: LoadQuantiles;
  readonly controlBytesSent: LoadQuantiles;
  readonly gossipBytesReceived: LoadQuantiles;
  readonly duplicates: LoadQuantiles;
}

/** See GossipCost. */
export interface CostTotals {
  readonly deliveries: number;
  readonly duplicates: number;
  readonly bytes: number;
}

export interface CostSummary extends CostTotals {
  /** They add up to `bytes`. */
  readonly bytesByKind: Readonly<Record<ByteKind, number>>;
  /** Bytes of control for each byte of messages; null where no message was sent. */
  readonly controlOverhead: number | null;
  readonly perRelay: PerRelaySummary;
}

/** Indexes of the relays that sent anything. */
export function loadedRelays({ relays }: LoadResult): number[] {
  return [...relays.sentBytes.keys()].filter((relay) => relays.sentBytes[relay]! > 0);
}

function quantiles(column: Float64Array, relays: readonly number[]): LoadQuantiles {
  const sorted = Float64Array.from(relays, (relay) => column[relay]!).sort();
  const at = (share: number) => Math.round(lowerQuantile(sorted, share) ?? 0);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

function perRelay(load: LoadResult): PerRelaySummary {
  const loaded = loadedRelays(load);
  const { sentBytes, messageBytes, controlBytes, receivedGossipBytes, duplicates } = load.relays;
  return {
    relays: loaded.length,
    bytesSent: quantiles(sentBytes, loaded),
    messageBytesSent: quantiles(messageBytes, loaded),
    controlBytesSent: quantiles(controlBytes, loaded),
    gossipBytesReceived: quantiles(receivedGossipBytes, loaded),
    duplicates: quantiles(duplicates, loaded),
  };
}

/** Null for an arm that sends nothing. */
export function costTotals(cost: GossipCost | null): CostTotals | null {
  if (cost === null) return null;
  const { deliveries, duplicates, bytes } = cost;
  return { deliveries, duplicates, bytes };
}

/** Null for an arm that sends nothing. */
export function costSummary(cost: GossipCost | null): CostSummary | null {
  const totals = costTotals(cost);
  if (cost === null || totals === null) return null;
  const { load } = cost;
  const { bytesByKind } = load;
  const controlBytes = CONTROL_KINDS.reduce((sum, kind) => sum + bytesByKind[kind], 0);
  return {
    ...totals,
    bytesByKind,
    controlOverhead: ratioOrNull(controlBytes, bytesByKind.messages),
    perRelay: perRelay(load),
  };
}
