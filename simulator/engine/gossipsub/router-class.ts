/** The router class of a run: js-libp2p's own, checked for what the engine reaches into, and watched. */

import type { FailureLog } from './components.ts';
import { RelayRegistrar, relayComponents } from './components.ts';
import type { FrameMint } from './frame.ts';
import type { Identity } from './identity.ts';
import { type GossipSubClass, gossipSubClass, missingInternals } from './internals.ts';
import type { LoadCounter } from './load-counter.ts';
import { type BlameListener, fastRouter, type RouterCounters, watchedRouter } from './router.ts';
import type { SeenMessages } from './seen-messages.ts';

export interface RouterClassParts {
  readonly counters: RouterCounters;
  readonly load: LoadCounter;
  readonly failures: FailureLog;
  readonly identities: readonly Identity[];
  /** Told what routers hold against peers; null where nobody asks. */
  readonly onBlame: BlameListener | null;
}

/** What routers of the fast path share. */
export interface FastParts {
  readonly mint: FrameMint;
  readonly seen: SeenMessages;
}

/** Takes the shortcuts of the fast path with its parts. Throws where gossipsub lacks what the engine reaches into. */
export function routerClass(parts: RouterClassParts, fast: FastParts | null): GossipSubClass {
  const { counters, load, failures, identities, onBlame } = parts;
  const { peerId, privateKey } = identities[0];
  const components = relayComponents(peerId, privateKey, new RelayRegistrar(), failures);
  const Base = gossipSubClass(components);
  const missing = missingInternals(new Base(components, {}), false);
  if (missing.length > 0) {
    throw new Error(`this version of gossipsub lacks what the engine reaches into: ${missing.join(', ')}`);
  }
  const Watched = watchedRouter(Base, counters, load.copies.bind(load), onBlame);
  return fast === null ? Watched : fastRouter(Watched, fast.mint, fast.seen, onBlame !== null);
}
