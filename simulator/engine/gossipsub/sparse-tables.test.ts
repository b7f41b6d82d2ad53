import '../../../node/promise-with-resolvers.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SparseMap } from '../../../node/sparse-map.ts';
import { FailureLog, RelayRegistrar, relayComponents } from './components.ts';
import { syntheticIdentity } from './identity.ts';
import { type GossipSubInternals, gossipSubClass } from './internals.ts';
import { makeTablesSparse } from './sparse-tables.ts';

function router(): GossipSubInternals {
  const { peerId } = syntheticIdentity(0, 1);
  const components = relayComponents(peerId, null, new RelayRegistrar(), new FailureLog());
  return new (gossipSubClass(components))(components, { globalSignaturePolicy: 'StrictNoSign' });
}

test('sparse tables: a new router has every table that is named, with nothing in it', () => {
  const sparse = router();
  makeTablesSparse(sparse);
  assert(sparse.backoff instanceof SparseMap);
  assert(sparse.score.scoreCache instanceof SparseMap);
});

test('sparse tables: what is in use already is not taken away', () => {
  const used = router();
  used.score.scoreCache.set('peer', { score: 1, cacheUntil: 1 });
  assert.throws(() => makeTablesSparse(used), /gossipsub's scoreCache is no empty table/);
});
