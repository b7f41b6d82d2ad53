/**
 * The port between a relay's core and the world it runs in: a simulator or a real machine.
 *
 * The core takes time, randomness, network and processor only from here. That is what lets the same code
 * run under virtual time and over TCP.
 */

/** The relay's own clock, which decides about expiry. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  nowMs(): number;
}

/** What the relay tells the pubsub router about a message it has checked. */
export type Verdict = 'accept' | 'reject' | 'ignore';

/** A peer as the world outside names it: an address book entry, opaque to the core. */
export type PeerName = string;

export interface PubsubMessage {
  readonly topic: string;
  /** Who passed it on; the relay itself for what it published. */
  readonly from: PeerName;
  readonly data: Uint8Array;
  /** The message id: the SHA-256 of `data`, so equal ids mean equal bytes. */
  readonly id: string;
  /** Answers the router once: it forwards the message only on `accept`. */
  readonly report: (verdict: Verdict) => void;
}

/** A gossip router; messages wait for a verdict before they travel on. */
export interface Pubsub {
  subscribe(topic: string, listener: (message: PubsubMessage) => void): void;
  /** Rejects when the router refuses the message, as one that it has seen before. */
  publish(topic: string, data: Uint8Array): Promise<void>;
}

/** Work that takes a relay's processor some time. */
export type Work =
  /** Signatures checked, and bytes hashed for it. */
  | { readonly kind: 'verify'; readonly signatures: number; readonly bytes: number }
  /** A module of `bytes` bytes validated and compiled. */
  | { readonly kind: 'admit'; readonly bytes: number };

export interface Processor {
  /** Calls `done` when the work is finished: at once on a real machine. */
  work(work: Work, done: () => void): void;
}

/** A timer that has not fired can be called off. */
export interface Timer {
  cancel(): void;
}

export interface Timers {
  after(delayMs: number, action: () => void): Timer;
}

/** Chance of the relay's own: jitter and the choice of peers. Never keys. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
}

/** Why a request got no answer. */
export type RequestFailure =
  /** No connection, and none could be made. */
  | 'unreachable'
  /** The peer does not serve the protocol, or had no answer. */
  | 'refused'
  /** The answer was not whole by the deadline: a peer that sends slowly on purpose gains nothing. */
  | 'timeout'
  /** The answer went beyond `maxBytes`; the rest was not read. */
  | 'too-long';

export class RequestError extends Error {
  readonly failure: RequestFailure;

  constructor(failure: RequestFailure, detail: string) {
    super(`${failure}: ${detail}`);
    this.failure = failure;
  }
}

export interface RequestLimits {
  /** Longest answer that is read. */
  readonly maxBytes: number;
  /** Deadline of the whole exchange. */
  readonly timeoutMs: number;
}

/** Answers one request, or null to refuse it; `from` is the peer at the other end. */
export type Answerer = (body: Uint8Array, from: PeerName) => Uint8Array | null | Promise<Uint8Array | null>;

/** Other relays and authorities, and one question and one answer at a time with each. */
export interface Peers {
  /** Peers with an open connection now. */
  connected(): readonly PeerName[];
  /** Told of each connection that opens; those that are open already are not told. */
  onConnect(listener: (peer: PeerName) => void): void;
  /** Asks a peer, over the open connection or one made for it. Rejects with RequestError and nothing else. */
  request(peer: PeerName, protocol: string, body: Uint8Array, limits: RequestLimits): Promise<Uint8Array>;
  /** Answers every request of a protocol; requests longer than `maxRequestBytes` are refused unread. */
  serve(protocol: string, maxRequestBytes: number, answer: Answerer): void;
}

export interface Environment {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly pubsub: Pubsub;
  readonly peers: Peers;
  readonly processor: Processor;
}
