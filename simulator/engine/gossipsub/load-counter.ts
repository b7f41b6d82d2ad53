/**
 * Counts what each host sends and receives, and what for.
 *
 * Columns lie in memory that all threads see; a thread writes the rows of its own hosts only. Bytes are whole numbers, so
 * sums do not depend on the order in which they were added.
 */

import { BYTE_KINDS, type ByteKind, type LoadResult } from '../../measure/load-result.ts';
import { float64Column, uint32Column } from '../../population/column.ts';
import { ARRIVAL, type ArrivalKind } from './arrival.ts';
import type { Frame } from './frame.ts';
import { type BytesByKind, kindIndex, namedBytes } from './rpc-bytes.ts';

/** Row i is host i: relays first. */
export interface LoadColumns {
  readonly sentBytes: Float64Array;
  readonly messageBytes: Float64Array;
  readonly controlBytes: Float64Array;
  readonly receivedGossipBytes: Float64Array;
  /** Messages received, first copies and later ones, and first copies alone. */
  readonly copies: Uint32Array;
  readonly firsts: Uint32Array;
}

/** Columns in shared memory. */
export function loadColumns(hosts: number): LoadColumns {
  return {
    sentBytes: float64Column(hosts),
    messageBytes: float64Column(hosts),
    controlBytes: float64Column(hosts),
    receivedGossipBytes: float64Column(hosts),
    copies: uint32Column(hosts),
    firsts: uint32Column(hosts),
  };
}

const MESSAGES = kindIndex('messages');
const LINKS = kindIndex('links');
const REQUESTS = kindIndex('requests');

export class LoadCounter {
  /** Bytes of this thread's hosts, in the order of BYTE_KINDS. */
  private readonly byKind: BytesByKind = new Float64Array(BYTE_KINDS.length);
  private readonly columns: LoadColumns;

  constructor(columns: LoadColumns) {
    this.columns = columns;
  }

  /** Something has been put on a host's uplink. */
  sent(host: number, what: ArrivalKind, bytes: number, frame: Frame | null): void {
    const { byKind, columns } = this;
    columns.sentBytes[host] += bytes;
    if (what !== ARRIVAL.frame || frame === null) {
      byKind[what < ARRIVAL.request ? LINKS : REQUESTS] += bytes;
      return;
    }
    const { parts } = frame;
    for (let kind = 0; kind < byKind.length; kind++) byKind[kind] += parts[kind];
    columns.messageBytes[host] += parts[MESSAGES];
    columns.controlBytes[host] += bytes - parts[MESSAGES] - parts[LINKS];
  }

  /** Gossip has reached a host that took it. */
  gossipReceived(host: number, bytes: number): void {
    this.columns.receivedGossipBytes[host] += bytes;
  }

  /** A host's router was given so many messages, known ones among them. */
  copies(host: number, count: number): void {
    this.columns.copies[host] += count;
  }

  /** A host was given a message that it had not. */
  first(host: number): void {
    this.columns.firsts[host]++;
  }

  bytesByKind(): Record<ByteKind, number> {
    return namedBytes(this.byKind);
  }
}

/** What the relays, the first of the hosts, come to when all threads are done. */
export function relayLoads(columns: LoadColumns, relays: number): LoadResult['relays'] {
  const own = (column: Float64Array | Uint32Array) => Float64Array.from(column.subarray(0, relays));
  return {
    sentBytes: own(columns.sentBytes),
    messageBytes: own(columns.messageBytes),
    controlBytes: own(columns.controlBytes),
    receivedGossipBytes: own(columns.receivedGossipBytes),
    duplicates: own(columns.copies).map((copies, relay) => copies - columns.firsts[relay]),
  };
}
