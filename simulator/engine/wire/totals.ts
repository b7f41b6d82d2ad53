/** Adds up what the processes of relays have counted. */

import type { ByteKind } from '../../measure/load-result.ts';
import type { SharedColumns, ThreadResult } from '../gossipsub/job.ts';
import { kindIndex, namedBytes } from '../gossipsub/rpc-bytes.ts';
import type { HostCounts } from './messages.ts';

export type WireTotals = Pick<
  ThreadResult,
  | 'framesSent'
  | 'framesDelivered'
  | 'framesDropped'
  | 'framesInFlight'
  | 'bytesSent'
  | 'bytesByKind'
  | 'firsts'
  | 'copies'
  | 'penalties'
>;

/** Sums over processes, those that were killed included; each relay's own go into the columns. */
export function addUpCounts(all: readonly HostCounts[], { load }: SharedColumns): WireTotals {
  const bytes = new Float64Array(all[0]?.byKind.length ?? 0);
  const totals = {
    framesSent: 0,
    framesReceived: 0,
    penalties: 0,
    firsts: 0,
    copies: 0,
    bytesSent: 0,
    gossip: 0,
  };
  for (const counts of all) {
    totals.framesSent += counts.framesSent;
    totals.framesReceived += counts.framesReceived;
    totals.penalties += counts.penalties;
    for (const [kind, count] of counts.byKind.entries()) bytes[kind]! += count;
    for (const own of counts.relays) {
      const { relay } = own;
      load.sentBytes[relay]! += own.sentBytes;
      load.messageBytes[relay]! += own.messageBytes;
      load.controlBytes[relay]! += own.gossipBytes - own.messageBytes;
      load.receivedGossipBytes[relay]! += own.receivedGossipBytes;
      load.copies[relay]! += own.copies;
      load.firsts[relay]! += own.firsts;
      totals.bytesSent += own.sentBytes;
      totals.gossip += own.gossipBytes;
      totals.firsts += own.firsts;
      totals.copies += own.copies;
    }
  }
  // What carries gossip, and whatever else libp2p says: handshakes, encryption, muxing, identify, pings, requests.
  bytes[kindIndex('links' satisfies ByteKind)]! += totals.bytesSent - totals.gossip;
  return {
    framesSent: totals.framesSent,
    framesDelivered: totals.framesReceived,
    framesDropped: 0,
    framesInFlight: Math.max(0, totals.framesSent - totals.framesReceived),
    bytesSent: totals.bytesSent,
    bytesByKind: namedBytes(bytes),
    firsts: totals.firsts,
    copies: totals.copies,
    penalties: totals.penalties,
  };
}

/** Milliseconds that a share of all that was planned was late by, at most. */
export function latenessMs(all: readonly HostCounts[], share: number): number {
  const classes = all.reduce<number[]>(
    (sums, { latenessMs: own }) => own.map((count, late) => count + (sums[late] ?? 0)),
    [],
  );
  const planned = classes.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [late, count] of classes.entries()) {
    seen += count;
    if (seen >= share * planned) return late;
  }
  return 0;
}
