/**
 * The Peers port of one host: a question to any other host, and its answer, over the same uplinks as frames.
 *
 * Each request takes a stream of its own. js-libp2p waits for the other end to agree to a stream's protocol
 * before it writes, so a request arrives one round trip later than a frame would; the uplink is charged when
 * the request is made. With no open link, a connection is made first, and kept for further requests: TCP, the
 * agreement on Noise, and Noise itself with the muxer named inside take a round trip each. Such a connection
 * carries requests only: neither router hears of it.
 *
 * An answer leaves in pieces, the next one when the uplink has sent the last, so that gossip gets in between
 * as with a muxer. An answer that nobody waits for any more is sent to its end all the same.
 */

import assert from 'node:assert/strict';
import {
  type Answerer,
  type PeerName,
  type Peers,
  RequestError,
  type RequestFailure,
  type RequestLimits,
} from '../../../node/environment.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';
import { ARRIVAL, type Arrival, type Receiver } from './arrival.ts';
import { HostTimers } from './host-timers.ts';
import type { Host, Hosts } from './hosts.ts';
import { NEGOTIATION_BYTES } from './negotiation.ts';
import { frameOfBody, frameOfQuestion, questionOf } from './request-frame.ts';
import type { Transport } from './transport.ts';

/** Round trips before a new connection carries a stream: TCP, multistream-select for Noise, Noise XX. */
export const SETUP_ROUND_TRIPS = 3;
/** Round trips before a stream carries a request: multistream-select. */
const STREAM_ROUND_TRIPS = 1;
/** Each way: TCP's handshake, multistream-select, and Noise XX with identities and signatures. */
export const SETUP_BYTES = 500;
/** Of each piece: yamux's header, Noise's length and tag, the length prefix. */
export const FRAMING_BYTES = 34;
/** What leaves in one go, in the order of a yamux frame of js-libp2p. */
export const PIECE_BYTES = 16 * 1024;
/** A connection made for a request stays open so long after its last use, as Tor's do without circuits. */
export const KEPT_OPEN_US = 180_000_000;

/** What the peers of all hosts of a thread share. */
export interface PeersParts {
  readonly hosts: Hosts;
  readonly transport: Transport;
  readonly clock: VirtualClock;
  /** Told what an answerer throws, which is a bug of its own. */
  readonly onError: (error: unknown) => void;
}

interface Pending {
  readonly to: number;
  readonly overLink: boolean;
  readonly maxBytes: number;
  readonly deadline: { cancel(): void };
  readonly resolve: (body: Uint8Array) => void;
  readonly reject: (error: RequestError) => void;
  readBytes: number;
}

interface Service {
  readonly maxRequestBytes: number;
  readonly answer: Answerer;
}

export class SimulatedPeers implements Peers, Receiver {
  private readonly host: Host;
  private readonly parts: PeersParts;
  private readonly timers: HostTimers;
  private readonly services = new Map<string, Service>();
  /** Null until the first request: most relays of most runs make none. */
  private pending: Map<number, Pending> | null = null;
  /** Connections made for requests: until when each stays open. */
  private keptUntilUs: Map<number, number> | null = null;
  private readonly listeners: ((peer: PeerName) => void)[] = [];
  private requests: number;
  /** Counts how often the host has gone away: answers that were being sent then are not resumed. */
  private absences = 0;

  /** `before` are those of the host's last process: numbers go on, so that old answers fit no new request. */
  constructor(host: Host, parts: PeersParts, before: SimulatedPeers | null = null) {
    this.requests = before?.requests ?? 0;
    this.host = host;
    this.parts = parts;
    this.timers = new HostTimers(parts.clock, host.index);
  }

  connected(): readonly PeerName[] {
    return Array.from(this.host.connections.keys(), (peer) => this.parts.hosts.nameOf(peer));
  }

  onConnect(listener: (peer: PeerName) => void): void {
    this.listeners.push(listener);
  }

  serve(protocol: string, maxRequestBytes: number, answer: Answerer): void {
    this.services.set(protocol, { maxRequestBytes, answer });
  }

  request(peer: PeerName, protocol: string, body: Uint8Array, limits: RequestLimits): Promise<Uint8Array> {
    const { host, parts } = this;
    const { clock, hosts, transport } = parts;
    assert(clock.currentRelay === host.index, `host ${host.index} asks in the name of ${clock.currentRelay}`);
    const to = hosts.indexOf(peer);
    if (to === undefined || to === host.index) return failed('unreachable', `there is no peer ${peer}`);
    if (!host.online) return failed('unreachable', 'this relay has no network');
    const id = this.requests++;
    return new Promise((resolve, reject) => {
      const deadline = this.timers.after(limits.timeoutMs, () => this.settle(id, 'timeout', peer));
      const link = host.connections.get(to);
      const { maxBytes } = limits;
      const overLink = link !== undefined;
      this.pending ??= new Map();
      this.pending.set(id, { to, overLink, maxBytes, deadline, resolve, reject, readBytes: 0 });
      const latencyUs = link?.latencyUs ?? hosts.latencyUs(host.index, to);
      const isNew = link === undefined && !this.keepsOpen(to);
      const roundTrips = STREAM_ROUND_TRIPS + (isNew ? SETUP_ROUND_TRIPS : 0);
      const frame = frameOfQuestion(protocol, body);
      transport.dispatch(host, {
        to,
        latencyUs: latencyUs + 2 * roundTrips * latencyUs,
        what: ARRIVAL.request,
        detail: id * 2 + (isNew ? 1 : 0),
        bytes: frame.bytes.length + FRAMING_BYTES + NEGOTIATION_BYTES + (isNew ? SETUP_BYTES : 0),
        frame,
      });
    });
  }

  arrive(arrival: Arrival): void {
    if (arrival.what === ARRIVAL.request) this.answer(arrival);
    else this.hear(arrival);
  }

  /** A link of this host has come up. */
  linkUp(peer: number): void {
    if (this.listeners.length === 0) return;
    const name = this.parts.hosts.nameOf(peer);
    for (const listener of this.listeners) listener(name);
  }

  /** A link of this host has closed, and with it the streams of requests over it. */
  linkDown(peer: number): void {
    for (const [id, { to, overLink }] of this.pending ?? []) {
      if (overLink && to === peer) this.settle(id, 'unreachable', 'the connection was closed');
    }
  }

  /** The host has gone away. */
  networkLost(): void {
    this.absences++;
    this.keptUntilUs = null;
    for (const id of this.pending?.keys() ?? [])
      this.settle(id, 'unreachable', 'this relay has lost its network');
  }

  /** The host's process has died: nobody waits for answers any more, and nobody gives any. */
  processLost(): void {
    this.absences++;
    this.keptUntilUs = null;
    for (const { deadline } of this.pending?.values() ?? []) deadline.cancel();
    this.pending = null;
    this.services.clear();
    this.listeners.length = 0;
  }

  private keepsOpen(peer: number): boolean {
    const { nowUs } = this.parts.clock;
    this.keptUntilUs ??= new Map();
    const kept = this.keptUntilUs;
    const untilUs = kept.get(peer) ?? 0;
    kept.delete(peer);
    // The map is in the order of last use, so what has closed by now stands first.
    for (const [other, otherUntilUs] of kept) {
      if (otherUntilUs > nowUs) break;
      kept.delete(other);
    }
    kept.set(peer, nowUs + KEPT_OPEN_US);
    return untilUs > nowUs;
  }

  private answer({ from, detail, frame }: Arrival): void {
    assert(frame !== null);
    const { protocol, body } = questionOf(frame);
    const service = this.services.get(protocol);
    if (service === undefined || body.length > service.maxRequestBytes) {
      this.reply(from, detail, null);
      return;
    }
    const fail = (error: unknown): void => {
      this.parts.onError(error);
      this.reply(from, detail, null);
    };
    const { absences } = this;
    const reply = (answer: Uint8Array | null): void => {
      if (absences === this.absences) this.reply(from, detail, answer);
    };
    try {
      const answer = service.answer(body, this.parts.hosts.nameOf(from));
      if (answer instanceof Promise) answer.then(reply).catch(fail);
      else reply(answer);
    } catch (error) {
      fail(error);
    }
  }

  /** Sends an answer, or a refusal for null. */
  private reply(to: number, detail: number, body: Uint8Array | null): void {
    const { host, parts, absences } = this;
    const { clock, hosts, transport } = parts;
    const latencyUs = host.connections.get(to)?.latencyUs ?? hosts.latencyUs(host.index, to);
    const id = Math.floor(detail / 2);
    const overheadBytes = NEGOTIATION_BYTES + (detail % 2 === 1 ? SETUP_BYTES : 0);
    const dispatch = (
      what: typeof ARRIVAL.piece | typeof ARRIVAL.answer | typeof ARRIVAL.refusal,
      bytes: number,
    ) =>
      transport.dispatch(host, {
        to,
        latencyUs,
        what,
        detail: id,
        bytes,
        frame: what === ARRIVAL.answer && body !== null ? frameOfBody(body) : null,
      });
    if (body === null) {
      dispatch(ARRIVAL.refusal, FRAMING_BYTES + overheadBytes);
      return;
    }
    let leftBytes = body.length;
    const sendNext = (extraBytes: number): void => {
      if (absences !== this.absences) return;
      if (leftBytes <= PIECE_BYTES) {
        dispatch(ARRIVAL.answer, leftBytes + FRAMING_BYTES + extraBytes);
        return;
      }
      leftBytes -= PIECE_BYTES;
      const departsUs = dispatch(ARRIVAL.piece, PIECE_BYTES + FRAMING_BYTES + extraBytes);
      clock.schedule(Math.ceil(departsUs), new Call(host.index, () => sendNext(0)));
    };
    sendNext(overheadBytes);
  }

  /** Something of an answer to a request of this host, which may have given up waiting. */
  private hear({ what, from, detail: id, frame }: Arrival): void {
    const pending = this.pending?.get(id);
    if (pending === undefined || pending.to !== from) return;
    if (what === ARRIVAL.refusal) {
      this.settle(id, 'refused', 'the peer has no answer');
      return;
    }
    pending.readBytes = frame === null ? pending.readBytes + PIECE_BYTES : frame.bytes.length;
    if (pending.readBytes > pending.maxBytes) {
      this.settle(id, 'too-long', `more than ${pending.maxBytes} bytes`);
    } else if (frame !== null) {
      this.pending?.delete(id);
      pending.deadline.cancel();
      pending.resolve(frame.bytes);
    }
  }

  private settle(id: number, failure: RequestFailure, detail: string): void {
    const pending = this.pending?.get(id);
    if (pending === undefined) return;
    this.pending?.delete(id);
    if (failure === 'timeout') this.keptUntilUs?.delete(pending.to); // nobody may be there
    pending.deadline.cancel();
    pending.reject(new RequestError(failure, detail));
  }
}

function failed(failure: RequestFailure, detail: string): Promise<never> {
  return Promise.reject(new RequestError(failure, detail));
}
