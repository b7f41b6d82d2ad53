/**
 * Carries everything between hosts: an uplink with a queue at the sender, then the latency between the two.
 *
 * What a host sends leaves in order at its uplink's rate, whoever it is for, so frames on one link never
 * overtake each other. Downlinks are not a bottleneck in this model.
 */

import type { Uint8ArrayList } from 'uint8arraylist';
import type { Trace } from '../trace.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import {
  ARRIVAL,
  Arrival,
  type ArrivalKind,
  type KnownReceiver,
  type Receiver,
  TRACE_DROPPED,
} from './arrival.ts';
import type { Frame, FrameMint } from './frame.ts';
import type { LoadCounter } from './load-counter.ts';
import type { PeerStanding } from './peer-standing.ts';
import type { Uplink } from './uplink.ts';

/** A host of this thread, as far as sending and delivering goes. */
export interface TransportHost {
  readonly index: number;
  readonly uplink: Uplink;
  /** Who takes this arrival; null when it is to be dropped. */
  receiverOf(arrival: Arrival): Receiver | null;
  /** Open links by the index of the host at the other end; none where that says nothing. */
  readonly connections?: ReadonlyMap<number, unknown>;
}

/** One end of a link, as far as sending on it goes. */
export interface OnLink {
  readonly local: TransportHost;
  /** Index of the host at the other end. */
  readonly remote: number;
  readonly latencyUs: number;
  /** Tells this link from those that joined the two hosts before; 0 for the first. */
  readonly link: number;
  /** What the router at the other end keeps of this one, once that has been looked up. */
  standing?: PeerStanding | null;
  /** The other end, where this one knows it. */
  readonly far?: KnownReceiver | null;
}

/** Where arrivals go that another thread must deliver. */
export interface RemoteArrivals {
  send(
    timeUs: number,
    rank: number,
    kind: ArrivalKind,
    from: number,
    to: number,
    detail: number,
    frame: Frame | null,
  ): void;
}

/** Something to send, and the way it takes. */
export interface Dispatch {
  readonly to: number;
  readonly latencyUs: number;
  readonly what: ArrivalKind;
  readonly detail: number;
  readonly bytes: number;
  readonly frame: Frame | null;
}

export interface TransportCounters {
  framesSent: number;
  framesDelivered: number;
  /** Frames that reached a host that was away, or on a link that was closed. */
  framesDropped: number;
  /** Second copies that a fault has made. */
  framesCopied: number;
  bytesSent: number;
}

/** What may keep an arrival from arriving: faults of the network. */
export interface Path {
  judge(arrival: Arrival, rank: number): 'arrives' | 'dropped' | 'held';
}

/** Finds what the router of a host on this thread keeps of another at the other end of a link; null where it keeps nothing. */
export type StandingLookUp = (host: number, from: number, link: number) => PeerStanding | null;

/** Told of everything just before somebody takes it. */
export type ArrivalWatch = (arrival: Arrival) => void;

export class Transport {
  readonly counters: TransportCounters = {
    framesSent: 0,
    framesDelivered: 0,
    framesDropped: 0,
    framesCopied: 0,
    bytesSent: 0,
  };
  /** Null where nothing goes wrong on the way. */
  path: Path | null = null;
  watch: ArrivalWatch | null = null;
  /** Null where nobody deals with control on the spot (known-control.ts). */
  standingAt: StandingLookUp | null = null;
  /** Counts by host; null where nobody asks. */
  load: LoadCounter | null = null;
  private readonly clock: VirtualClock;
  private readonly hosts: readonly (TransportHost | null)[];
  private readonly mint: FrameMint;
  private readonly trace: Trace;
  private readonly remote: RemoteArrivals | null;
  /** To be used again: each would live just long enough to burden the collector. */
  private readonly taken: Arrival[] = [];

  /** `hosts` holds null for a host that lives on another thread, which `remote` then reaches. */
  constructor(
    clock: VirtualClock,
    hosts: readonly (TransportHost | null)[],
    mint: FrameMint,
    trace: Trace,
    remote: RemoteArrivals | null,
  ) {
    this.clock = clock;
    this.hosts = hosts;
    this.mint = mint;
    this.trace = trace;
    this.remote = remote;
  }

  sendList(connection: OnLink, list: Uint8ArrayList): void {
    this.sendFrame(connection, this.mint.ofList(list));
  }

  sendFrame(connection: OnLink, frame: Frame): void {
    const { local, remote, latencyUs, link, far = null } = connection;
    const sender = frame.control === null ? null : this.standingOf(connection);
    this.carry(local, remote, latencyUs, ARRIVAL.frame, link, frame.bytes.length, frame, far, sender);
  }

  private standingOf(connection: OnLink): PeerStanding | null {
    if (connection.standing != null || this.standingAt === null) return connection.standing ?? null;
    connection.standing = this.standingAt(connection.remote, connection.local.index, connection.link);
    return connection.standing;
  }

  /** What a host of this thread has of its link to a peer; undefined where it has none. */
  linkEnd(host: number, peer: number): unknown {
    return this.hosts[host]?.connections?.get(peer);
  }

  /** Sends something on a link; answers when its last byte leaves. */
  transmit(connection: OnLink, what: ArrivalKind, bytes: number, frame: Frame | null): number {
    const { local, remote, latencyUs, link, far = null } = connection;
    // What is said of the link itself is not for its end.
    const end = what < ARRIVAL.dial ? far : null;
    return this.carry(local, remote, latencyUs, what, link, bytes, frame, end, null);
  }

  /** Sends something beside the links; answers when its last byte leaves. */
  dispatch(from: TransportHost, { to, latencyUs, what, detail, bytes, frame }: Dispatch): number {
    return this.carry(from, to, latencyUs, what, detail, bytes, frame, null, null);
  }

  private carry(
    from: TransportHost,
    to: number,
    latencyUs: number,
    what: ArrivalKind,
    detail: number,
    bytes: number,
    frame: Frame | null,
    far: KnownReceiver | null,
    sender: PeerStanding | null,
  ): number {
    const { clock, counters } = this;
    const departsUs = from.uplink.send(clock.nowUs, bytes);
    const arrivesUs = Math.ceil(departsUs) + latencyUs;
    counters.framesSent++;
    counters.bytesSent += bytes;
    this.load?.sent(from.index, what, bytes, frame);
    const rank = clock.takeRank();
    if (this.hosts[to] !== null) {
      const arrival = this.arrival(what, from.index, to, detail, frame);
      arrival.end = far;
      arrival.sender = sender;
      clock.scheduleRanked(arrivesUs, rank, arrival);
    } else {
      this.remote?.send(arrivesUs, rank, what, from.index, to, detail, frame);
    }
    return departsUs;
  }

  /** Schedules what another thread sent to a host of this one. */
  receiveRemote(
    timeUs: number,
    rank: number,
    kind: ArrivalKind,
    from: number,
    to: number,
    detail: number,
    frame: Frame | null,
  ): void {
    this.clock.scheduleRanked(timeUs, rank, this.arrival(kind, from, to, detail, frame));
  }

  private arrival(what: ArrivalKind, from: number, to: number, detail: number, frame: Frame | null): Arrival {
    const arrival = this.taken.pop();
    if (arrival === undefined) return new Arrival(this.deliver, what, from, to, detail, frame);
    arrival.what = what;
    arrival.from = from;
    arrival.relay = to;
    arrival.detail = detail;
    arrival.frame = frame;
    return arrival;
  }

  /** Has something that is due arrive later. */
  readonly hold = (arrival: Arrival, rank: number, untilUs: number): void => {
    this.clock.scheduleRanked(untilUs, rank, arrival);
  };

  /** Has a second one like it arrive, in the name of its receiver. */
  readonly copy = ({ what, from, relay, detail, frame }: Arrival, atUs: number): Arrival => {
    const copy = new Arrival(this.deliver, what, from, relay, detail, frame);
    this.counters.framesCopied++;
    this.clock.schedule(atUs, copy);
    return copy;
  };

  /** Frames on their way to hosts of this thread, counted one by one. */
  countInFlight(): number {
    let count = 0;
    for (const event of this.clock.waiting()) if (event instanceof Arrival) count++;
    return count;
  }

  private receiverOf(arrival: Arrival): Receiver | null {
    const { relay, end } = arrival;
    if (end !== null && end.status === 'open') return end;
    return (this.hosts[relay] as TransportHost).receiverOf(arrival);
  }

  private readonly deliver = (arrival: Arrival): void => {
    const { counters, trace, clock } = this;
    const { relay, what, from, frame } = arrival;
    const verdict = this.path?.judge(arrival, clock.currentRank) ?? 'arrives';
    if (verdict === 'held') return;
    const receiver = verdict === 'dropped' ? null : this.receiverOf(arrival);
    const bytes = frame === null ? 0 : frame.byteLength;
    if (receiver === null) {
      counters.framesDropped++;
      trace.add(relay, TRACE_DROPPED, clock.nowUs, from, bytes);
      return;
    }
    this.watch?.(arrival);
    counters.framesDelivered++;
    trace.add(relay, what, clock.nowUs, from, bytes);
    receiver.arrive(arrival);
    if (this.path === null) this.useAgain(arrival); // else it knows arrivals again
  };

  /** A frame has been taken on the spot. */
  dealtWith(arrival: Arrival): void {
    const { counters, trace, clock, load } = this;
    const { relay, what, from, frame } = arrival;
    const bytes = (frame as Frame).byteLength;
    counters.framesDelivered++;
    trace.add(relay, what, clock.nowUs, from, bytes);
    load?.gossipReceived(relay, bytes);
    this.useAgain(arrival);
  }

  private useAgain(arrival: Arrival): void {
    arrival.frame = null;
    arrival.end = null;
    arrival.sender = null;
    this.taken.push(arrival);
  }
}
