/**
 * Routers whose tables take memory only while something is in them.
 *
 * js-libp2p's GossipSub has two dozen Maps and Sets, most of them for what happens now and then.
 */

import assert from 'node:assert/strict';
import { SparseMap } from '../../../node/sparse-map.ts';
import { SparseSet } from '../../../node/sparse-set.ts';
import type { GossipSubInternals } from './internals.ts';

/** Tables by the part of the router that they belong to; those that are filled at all times are not among them. */
const SPARSE_TABLES = {
  router: [
    'acceptFromWhitelist',
    'backoff',
    'control',
    'direct',
    'fanout',
    'fanoutLastpub',
    'floodsubPeers',
    'gossip',
    'iasked',
    'idontwantCounts',
    'idontwants',
    'iwantCounts',
    'peerhave',
    'streamsInbound',
    'topicValidators',
  ],
  mcache: ['msgs'],
  gossipTracer: ['promises', 'requestMsByMsg'],
  seenCache: ['entries'],
  publishedMessageIds: ['entries'],
  score: ['scoreCache'],
} as const;

/** To be called with a router that has just been made. */
export function makeTablesSparse(router: GossipSubInternals): void {
  for (const [part, names] of Object.entries(SPARSE_TABLES)) {
    const holder = part === 'router' ? router : router[part as keyof GossipSubInternals];
    for (const name of names) replace(holder as unknown as Record<string, unknown>, name);
  }
}

function replace(holder: Record<string, unknown>, name: string): void {
  const table = holder[name];
  assert(
    (table instanceof Map || table instanceof Set) && table.size === 0,
    `gossipsub's ${name} is no empty table`,
  );
  holder[name] = table instanceof Map ? new SparseMap() : new SparseSet();
}
