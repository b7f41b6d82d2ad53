/**
 * Carries frames between relays: an uplink with a queue at the sender, then the link's latency.
 *
 * A relay's frames leave one after the other at its uplink's rate, whichever peer they are for, so frames
 * on one link never overtake each other. Downlinks are not a bottleneck in this model.
 */

import type { Uint8ArrayList } from 'uint8arraylist';
import { EVENT_KIND } from '../event-random.ts';
import type { Trace } from '../trace.ts';
import type { SimulationEvent, VirtualClock } from '../virtual-clock.ts';
import type { SimulatedConnection } from './connection.ts';
import type { Frame, FrameMint } from './frame.ts';
import type { SimulatedRelay } from './relay.ts';

/** What can arrive at a relay; the numbers go into the trace. */
export const ARRIVAL = { open: 1, acknowledge: 2, frame: 3 } as const;
export type ArrivalKind = (typeof ARRIVAL)[keyof typeof ARRIVAL];

/** Where arrivals go that another thread must deliver. */
export interface RemoteArrivals {
  send(timeUs: number, rank: number, kind: ArrivalKind, from: number, to: number, frame: Frame | null): void;
}

/** Something reaching a relay over a link. */
class Arrival implements SimulationEvent {
  readonly relay: number;
  readonly from: number;
  readonly what: ArrivalKind;
  readonly frame: Frame | null;
  private readonly transport: Transport;

  constructor(transport: Transport, what: ArrivalKind, from: number, relay: number, frame: Frame | null) {
    this.transport = transport;
    this.what = what;
    this.from = from;
    this.relay = relay;
    this.frame = frame;
  }

  get kind(): number {
    return EVENT_KIND.FRAME + this.from * 4 + this.what;
  }

  fire(): void {
    this.transport.deliver(this);
  }
}

export interface TransportCounters {
  framesSent: number;
  framesDelivered: number;
  bytesSent: number;
}

export class Transport {
  readonly counters: TransportCounters = { framesSent: 0, framesDelivered: 0, bytesSent: 0 };
  private readonly clock: VirtualClock;
  private readonly relays: readonly (SimulatedRelay | null)[];
  private readonly mint: FrameMint;
  private readonly trace: Trace;
  private readonly remote: RemoteArrivals | null;

  /** `relays` holds null for a relay that lives on another thread, which `remote` then reaches. */
  constructor(
    clock: VirtualClock,
    relays: readonly (SimulatedRelay | null)[],
    mint: FrameMint,
    trace: Trace,
    remote: RemoteArrivals | null,
  ) {
    this.clock = clock;
    this.relays = relays;
    this.mint = mint;
    this.trace = trace;
    this.remote = remote;
  }

  openStream(connection: SimulatedConnection, bytes: number): void {
    this.transmit(connection, bytes, ARRIVAL.open, null);
  }

  acknowledgeStream(connection: SimulatedConnection, bytes: number): void {
    this.transmit(connection, bytes, ARRIVAL.acknowledge, null);
  }

  sendList(connection: SimulatedConnection, list: Uint8ArrayList): void {
    this.sendFrame(connection, this.mint.ofList(list));
  }

  sendFrame(connection: SimulatedConnection, frame: Frame): void {
    this.transmit(connection, frame.bytes.length, ARRIVAL.frame, frame);
  }

  private transmit(
    connection: SimulatedConnection,
    bytes: number,
    kind: ArrivalKind,
    frame: Frame | null,
  ): void {
    const { clock, counters } = this;
    const { local, remote } = connection;
    const startsUs = Math.max(local.uplinkFreeUs, clock.nowUs);
    const departsUs = startsUs + bytes / local.uplinkBytesPerUs;
    local.uplinkFreeUs = departsUs;
    const arrivesUs = Math.ceil(departsUs) + connection.latencyUs;
    counters.framesSent++;
    counters.bytesSent += bytes;
    const rank = clock.takeRank();
    if (this.relays[remote] !== null) {
      clock.scheduleRanked(arrivesUs, rank, new Arrival(this, kind, local.index, remote, frame));
    } else {
      this.remote?.send(arrivesUs, rank, kind, local.index, remote, frame);
    }
  }

  /** Schedules what another thread sent to a relay of this one. */
  receiveRemote(
    timeUs: number,
    rank: number,
    kind: ArrivalKind,
    from: number,
    to: number,
    frame: Frame | null,
  ): void {
    this.clock.scheduleRanked(timeUs, rank, new Arrival(this, kind, from, to, frame));
  }

  /** Frames on their way to relays of this thread, counted one by one. */
  countInFlight(): number {
    let count = 0;
    for (const event of this.clock.waiting()) if (event instanceof Arrival) count++;
    return count;
  }

  deliver(arrival: Arrival): void {
    const relay = this.relays[arrival.relay] as SimulatedRelay;
    const connection = relay.connections.get(arrival.from);
    if (connection === undefined) {
      throw new Error(
        `relay ${arrival.relay} has no link to relay ${arrival.from}, but something arrived on it`,
      );
    }
    this.counters.framesDelivered++;
    const bytes = arrival.frame?.bytes.length ?? 0;
    this.trace.add(arrival.relay, arrival.what, this.clock.nowUs, arrival.from, bytes);
    relay.wake();
    if (arrival.frame !== null) relay.receive(connection, arrival.frame);
    else if (arrival.what === ARRIVAL.open) connection.acceptStream();
    else connection.streamAccepted();
  }
}
