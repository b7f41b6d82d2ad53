/**
 * What gossip costs, as summary.json states it: all of it, what it was spent on, and how it falls on relays.
 *
 * Quantiles are the lower ones (quantiles.ts): always the load of a relay that there is. They are over the relays that
 * sent anything: one without a runtime for updates, or one that never came up, carries nothing of the load.
 */

import { sortedNumbers } from './digit-sort.ts';
import { keptWith } from './kept-with.ts';
import { type ByteKind, CONTROL_KINDS, type LoadResult, type RelayLoads } from './load-result.ts';
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

/** Each load of the relays that sent anything, in ascending order. */
export const loadsInOrder = keptWith(({ relays }: LoadResult): RelayLoads => {
  const { sentBytes, messageBytes, controlBytes, receivedGossipBytes, duplicates } = relays;
  const inOrder = (column: Float64Array): Float64Array =>
    sortedNumbers(column.filter((_load, relay) => sentBytes[relay]! > 0));
  return {
    sentBytes: inOrder(sentBytes),
    messageBytes: inOrder(messageBytes),
    controlBytes: inOrder(controlBytes),
    receivedGossipBytes: inOrder(receivedGossipBytes),
    duplicates: inOrder(duplicates),
  };
});

function quantiles(sorted: Float64Array): LoadQuantiles {
  const at = (share: number) => Math.round(lowerQuantile(sorted, share) ?? 0);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

function perRelay(load: LoadResult): PerRelaySummary {
  const { sentBytes, messageBytes, controlBytes, receivedGossipBytes, duplicates } = loadsInOrder(load);
  return {
    relays: sentBytes.length,
    bytesSent: quantiles(sentBytes),
    messageBytesSent: quantiles(messageBytes),
    controlBytesSent: quantiles(controlBytes),
    gossipBytesReceived: quantiles(receivedGossipBytes),
    duplicates: quantiles(duplicates),
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
