import '../../../node/promise-with-resolvers.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailureLog, RelayRegistrar, relayComponents } from './components.ts';
import { syntheticIdentity } from './identity.ts';
import { type GossipSubInternals, gossipSubClass, missingInternals } from './internals.ts';

function router(): GossipSubInternals {
  const { peerId } = syntheticIdentity(0, 1);
  const components = relayComponents(peerId, null, new RelayRegistrar(), new FailureLog());
  return new (gossipSubClass(components))(components, { globalSignaturePolicy: 'StrictNoSign' });
}

test('gossipsub internals: every member that the engine reaches into exists', async () => {
  const instance = router();
  assert.deepEqual(missingInternals(instance, false), []);
  await instance.start();
  try {
    assert.deepEqual(missingInternals(instance, true), []);
  } finally {
    clearTimeout(instance.status.heartbeatTimeout as unknown as NodeJS.Timeout);
    await instance.stop();
  }
});

test('gossipsub internals: a member that disappears is named', () => {
  const instance = router() as unknown as Record<string, unknown>;
  instance.seenCache = {};
  instance.mesh = undefined;
  instance.sendRpc = undefined;
  assert.deepEqual(missingInternals(instance as unknown as GossipSubInternals, false), [
    'mesh',
    'seenCache.has',
    'seenCache.put',
    'seenCache.size',
    'seenCache.validityMs',
    'seenCache.prune',
    'sendRpc',
  ]);
});
