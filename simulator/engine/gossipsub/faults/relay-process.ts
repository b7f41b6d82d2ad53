/**
 * One run of a relay's program, from its start to its crash.
 *
 * A process that has died does nothing more, also in the middle of the event that killed it: the ports that it acts
 * through are guarded. Promises that it waits for are never settled, and go with it.
 */

import type { Environment, Timer } from '../../../../node/environment.ts';
import type { StageObserver } from '../../../../node/updates/stage-observer.ts';

export class RelayProcess {
  alive = true;
}

const NEVER: Timer = { cancel: () => {} };

function nothing<Result>(): Promise<Result> {
  return new Promise(() => {});
}

/** The ports of a process, which lead nowhere once it is dead. */
export function guarded(environment: Environment, process: RelayProcess): Environment {
  const { timers, pubsub, peers, processor } = environment;
  const whileAlive = (action: () => void): void => {
    if (process.alive) action();
  };
  return {
    ...environment,
    timers: {
      after: (delayMs, action) => (process.alive ? timers.after(delayMs, () => whileAlive(action)) : NEVER),
    },
    pubsub: {
      subscribe: (topic, listener) =>
        pubsub.subscribe(topic, (message) =>
          whileAlive(() =>
            listener({ ...message, report: (verdict) => whileAlive(() => message.report(verdict)) }),
          ),
        ),
      publish: (topic, data) => (process.alive ? pubsub.publish(topic, data) : nothing()),
    },
    peers: {
      connected: () => peers.connected(),
      onConnect: (listener) => peers.onConnect((peer) => whileAlive(() => listener(peer))),
      request: (...request) => (process.alive ? peers.request(...request) : nothing()),
      serve: (protocol, maxRequestBytes, answer) =>
        peers.serve(protocol, maxRequestBytes, (body, from) =>
          process.alive ? answer(body, from) : nothing(),
        ),
    },
    processor: {
      work: (work, done) => {
        if (process.alive) processor.work(work, () => whileAlive(done));
      },
    },
  };
}

/** Hears of a process's stages for as long as it lives. */
export function guardedObserver(observer: StageObserver, process: RelayProcess): StageObserver {
  return {
    onArrival: (offer) => observer.onArrival(offer),
    onHeard: (...news) => process.alive && observer.onHeard(...news),
    onVerified: (...news) => process.alive && observer.onVerified(...news),
    onStaged: (...news) => process.alive && observer.onStaged(...news),
    onRefused: (...news) => process.alive && observer.onRefused(...news),
    onRevoked: (...news) => process.alive && observer.onRevoked(...news),
    onFreshness: (...news) => process.alive && observer.onFreshness(...news),
  };
}
