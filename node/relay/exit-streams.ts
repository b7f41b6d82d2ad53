/** Streams that leave the network here: BEGIN cells, the exit policy, and whoever answers outside. */

import { RELAY } from '../hooks/catalogue/cell-commands.ts';
import { ExitVerdict, type exitPolicy } from '../hooks/catalogue/exit-policy.ts';
import type { Cell, CellPool } from './cell.ts';
import { type Destination, readBegin } from './cell-bodies.ts';
import type { CircuitEdge, EdgePort } from './circuit-edge.ts';
import type { SlotOf } from './hook-slots.ts';
import { StreamEndReason } from './reasons.ts';
import { dataOf } from './relay-cell.ts';
import type { StreamApplication } from './stream.ts';

/** The world outside, as an exit sees it. */
export interface ExitService {
  /**
   * Connects; the answer is an application, or why not (a `StreamEndReason`). It may come at once. `circuit` is where
   * the stream comes from.
   */
  connect(
    destination: Destination,
    answer: (result: StreamApplication | number) => void,
    circuit: EdgePort,
  ): void;
}

/** What the streams of all circuits that end at a relay share. */
export interface ExitParts {
  readonly cells: CellPool;
  readonly policy: SlotOf<typeof exitPolicy>;
  /** Null for a relay that is no exit. */
  readonly service: ExitService | null;
}

/** How long the address of a CONNECTED cell holds: for ever, since nobody looks names up. */
const TTL_BYTES = [0xff, 0xff, 0xff, 0xff];

export class ExitStreams {
  private readonly port: EdgePort;
  private readonly edge: CircuitEdge;
  private readonly parts: ExitParts;
  /** Streams whose connection is not made yet: an id can be given up and used again before the answer comes. */
  private readonly connecting = new Map<number, Destination>();

  constructor(port: EdgePort, edge: CircuitEdge, parts: ExitParts) {
    this.port = port;
    this.edge = edge;
    this.parts = parts;
  }

  knows(streamId: number): boolean {
    return this.connecting.has(streamId) || this.edge.stream(streamId) !== null;
  }

  /** False if the cell is of no use. */
  begin(cell: Cell, streamId: number): boolean {
    if (streamId === 0 || this.knows(streamId)) return false;
    const { policy, service } = this.parts;
    const destination = readBegin(dataOf(cell));
    if (destination === null) this.end(streamId, StreamEndReason.protocol);
    else if (service === null) this.end(streamId, StreamEndReason.exitPolicy);
    else if (destination === 'name') this.end(streamId, StreamEndReason.resolveFailed);
    else if (policy.call(destination.address, destination.port) !== ExitVerdict.open) {
      this.end(streamId, StreamEndReason.exitPolicy);
    } else {
      this.connecting.set(streamId, destination);
      service.connect(destination, (result) => this.connected(streamId, destination, result), this.port);
    }
    return true;
  }

  /** The client has given a stream up before it was connected. */
  abandon(streamId: number): void {
    this.connecting.delete(streamId);
  }

  close(): void {
    this.connecting.clear();
  }

  private connected(streamId: number, destination: Destination, result: StreamApplication | number): void {
    const wanted = this.connecting.get(streamId) === destination;
    if (wanted) this.connecting.delete(streamId);
    if (typeof result === 'number') {
      if (wanted) this.end(streamId, result);
      return;
    }
    if (!wanted) {
      result.onEnd(StreamEndReason.destroy);
      return;
    }
    const { address } = destination;
    const cell = this.parts.cells.take();
    cell.data.set([address >>> 24, address >>> 16, address >>> 8, address, ...TTL_BYTES]);
    this.port.originate(cell, RELAY.connected, streamId, 8);
    this.edge.opened(this.edge.add(streamId, result));
  }

  private end(streamId: number, reason: number): void {
    const cell = this.parts.cells.take();
    cell.data[0] = reason;
    this.port.originate(cell, RELAY.end, streamId, 1);
  }
}
