/** What a relay is put in that shows by its own code what it does: alone, with its own clock, and without chance. */

import { createHash } from 'node:crypto';
import type { Environment, Peers, PubsubMessage } from '../../../node/environment.ts';
import { HostTimers } from '../gossipsub/host-timers.ts';
import type { VirtualClock } from '../virtual-clock.ts';

/** The only host of a watched relay's clock. */
export const WATCHED_HOST = 0;

/** What differs from one watched relay to another. */
export interface WatchedParts {
  readonly clock: VirtualClock;
  readonly processor: Environment['processor'];
  readonly peers: Pick<Peers, 'connected' | 'request'>;
  /** Told of who listens to gossip. */
  readonly onSubscribe: (listener: (message: PubsubMessage) => void) => void;
}

export function watchedEnvironment({ clock, processor, peers, onSubscribe }: WatchedParts): Environment {
  return {
    clock,
    timers: new HostTimers(clock, WATCHED_HOST),
    random: { uniform: () => 0.5 },
    pubsub: {
      subscribe: (_topic, listener) => onSubscribe(listener),
      publish: () => Promise.resolve(),
    },
    peers: { ...peers, onConnect: () => {}, serve: () => {} },
    processor,
  };
}

/** A message of gossip as a router hands it on. */
export function gossiped(data: Uint8Array, from: string, report: PubsubMessage['report']): PubsubMessage {
  return { topic: '', from, data, id: createHash('sha256').update(data).digest('hex'), report };
}
