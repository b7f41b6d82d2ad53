/**
 * RPCs with which routers meet: that one is subscribed to a topic, and GRAFT for one topic; nothing else is in them.
 *
 * There are some of each for every link, and never many that differ. Each is encoded once; and the fast path takes one
 * straight to the router's handlers, past the promises and the lines for a log on its own way there.
 */

import type { RPC } from '@chainsafe/libp2p-gossipsub/message';
import type { PeerId } from '@libp2p/interface';
import type { GossipSubInternals } from './internals.ts';

export interface Greeting {
  readonly kind: 'subscription' | 'graft';
  readonly topic: string;
}

/** What an RPC comes to if it is one of these; null of any other. */
export function greetingOf({ subscriptions, messages, control }: RPC): Greeting | null {
  if (messages.length > 0) return null;
  if (control === undefined) {
    if (subscriptions.length !== 1) return null;
    const [{ topic, subscribe }] = subscriptions;
    return subscribe === true && topic !== undefined ? { kind: 'subscription', topic } : null;
  }
  const { ihave, idontwant, iwant, graft, prune } = control;
  const others = subscriptions.length + ihave.length + idontwant.length + iwant.length + prune.length;
  if (graft.length !== 1 || others > 0) return null;
  const topic = graft[0].topicID;
  return topic === undefined ? null : { kind: 'graft', topic };
}

/** Has the router take it from a peer; false, and nothing is done, where the router may have more to do. */
export function takeGreeting(router: GossipSubInternals, from: PeerId, { kind, topic }: Greeting): boolean {
  const id = from.toString();
  if (kind === 'graft') {
    if (router.mesh.get(topic)?.has(id) !== true) return false;
    // Both have grafted each other. Nothing is left to do but what comes first in any case.
    if (router.acceptFrom(id)) router.score.score(id);
    return true;
  }
  if (router.allowedTopics !== null || router.listenerCount('subscription-change') > 0) return false;
  if (!router.acceptFrom(id)) return true;
  if (router.handleReceivedSubscription(from, topic, true) && router.graftOnSubscribe(id, topic)) {
    router.sendGraft(id, [topic]);
  }
  return true;
}
