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

export interface PubsubMessage {
  readonly topic: string;
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
export type WorkKind = 'verify' | 'admit';

export interface Processor {
  /** Calls `done` when work of this kind on `bytes` bytes is finished: at once on a real machine. */
  work(kind: WorkKind, bytes: number, done: () => void): void;
}

export interface Environment {
  readonly clock: Clock;
  readonly pubsub: Pubsub;
  readonly processor: Processor;
}
