/**
 * A heartbeat that has nothing to do but to tell others of the latest messages.
 *
 * js-libp2p's looks at every peer for what it might have to do: scores, grafts, prunes. Where nothing of the kind can come
 * of it (sleep.ts), there is left to draw whom it tells, in the same order of draws, and to have the router send it.
 */

import type { RPC } from '@chainsafe/libp2p-gossipsub/message';
import type { GossipSubInternals } from './internals.ts';

/** js-libp2p sends parts of lists that are longer, drawn for each peer; it fixes the length and does not export it. */
const LISTED_MAX = 5000;

/** The latest messages of a router that is in one mesh; null where a heartbeat has more to do than to send them. */
export function newsOf({ mesh, mcache }: GossipSubInternals): RPC.ControlIHave | null {
  if (mesh.size !== 1) return null;
  const [topicID] = mesh.keys();
  const messageIDs = mcache.getGossipIDs(new Set([topicID])).get(topicID) ?? [];
  return messageIDs.length > LISTED_MAX ? null : { topicID, messageIDs };
}

/** Tells some of the peers outside of the mesh of them. All scores are zero, and nothing waits to be sent with an RPC. */
export function tellNews(router: GossipSubInternals, news: RPC.ControlIHave): void {
  const { topicID, messageIDs } = news;
  if (messageIDs.length === 0) return;
  const { mesh, topics, streamsOutbound, opts } = router;
  const members = mesh.get(topicID as string) as ReadonlySet<string>;
  const peers = [...(topics.get(topicID as string) ?? [])];
  shuffle(peers);
  const candidates = peers.filter((peer) => !members.has(peer) && streamsOutbound.has(peer));
  shuffle(messageIDs);
  const wanted = Math.max(opts.Dlazy, opts.gossipFactor * candidates.length);
  if (wanted <= candidates.length) shuffle(candidates).length = Math.floor(wanted);
  const control = { ihave: [news], iwant: [], graft: [], prune: [], idontwant: [] };
  const rpc: RPC = { subscriptions: [], messages: [], control };
  for (const peer of candidates) router.sendRpc(peer, rpc);
}

/** As js-libp2p shuffles: it draws as often as there are items, and any item each time. */
function shuffle<Item>(items: Item[]): Item[] {
  const { length } = items;
  for (let i = 0; length > 1 && i < length; i++) {
    const j = Math.floor(Math.random() * length);
    const item = items[i];
    items[i] = items[j];
    items[j] = item;
  }
  return items;
}
