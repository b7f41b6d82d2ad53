/**
 * What can reach a host: frames of links, the opening and closing of links, requests and answers.
 *
 * An arrival is an event at its receiver. On its way to another thread it is a letter in a mailbox, so it
 * carries numbers and at most one frame, and nothing else.
 */

import { EVENT_KIND } from '../event-random.ts';
import type { SimulationEvent } from '../virtual-clock.ts';
import type { Frame } from './frame.ts';
import type { PeerStanding } from './peer-standing.ts';

/** Kinds of arrivals; the numbers go into the trace, below 15. */
export const ARRIVAL = {
  /** On a link: somebody asks who is there (libp2p's identify), and is told. */
  identify: 1,
  identity: 2,
  /** On a link: somebody asks for a gossipsub stream, agrees to one, and sends a frame on it. */
  open: 3,
  acknowledge: 4,
  frame: 5,
  /** Links: asked for, agreed to, refused by a host that is away, closed (relay-links.ts). */
  dial: 6,
  accept: 7,
  refuse: 8,
  close: 9,
  /** Requests (simulated-peers.ts): the question, a piece of the answer, its end with the whole, a refusal. */
  request: 10,
  piece: 11,
  answer: 12,
  refusal: 13,
} as const;
export type ArrivalKind = (typeof ARRIVAL)[keyof typeof ARRIVAL];

/** In the trace: something that found nobody to take it. */
export const TRACE_DROPPED = 15;

/** Takes what arrives: one end of a link, or a host's requests. */
export interface Receiver {
  /** The arrival is the transport's own again when this returns. */
  arrive(arrival: Arrival): void;
}

/** A receiver that the sender knows itself: the other end of its link, on the same thread. */
export interface KnownReceiver extends Receiver {
  /** What reaches an end that is closed finds its way as if nobody knew it. */
  readonly status: 'open' | 'closed';
}

export class Arrival implements SimulationEvent {
  /** The host that it reaches. */
  relay: number;
  from: number;
  what: ArrivalKind;
  /** The link's number, or that of the request. */
  detail: number;
  frame: Frame | null;
  /** Of a frame of control alone: what the receiving router keeps of its sender, if the sender knows where that is. */
  sender: PeerStanding | null = null;
  /** Null where the receiver has to be looked for. */
  end: KnownReceiver | null = null;
  private readonly deliver: (arrival: Arrival) => void;

  constructor(
    deliver: (arrival: Arrival) => void,
    what: ArrivalKind,
    from: number,
    to: number,
    detail: number,
    frame: Frame | null,
  ) {
    this.deliver = deliver;
    this.what = what;
    this.from = from;
    this.relay = to;
    this.detail = detail;
    this.frame = frame;
  }

  /** Different for each sender and kind. */
  get kind(): number {
    return EVENT_KIND.FRAME + this.from * 4 + (this.what & 3) + (this.what >> 2) * 2 ** 24;
  }

  fire(): void {
    this.deliver(this);
  }
}
