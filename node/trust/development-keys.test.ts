import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEVELOPMENT_KEY_IDS, isDevelopmentKey } from './development-keys.ts';
import { startRelay, TestRelay } from './testing/test-relay.ts';
import { TestKey, TestRepository } from './testing/test-repository.ts';

function developmentKey(index: number): TestKey {
  return new TestKey(`relaywave development key ${index}: not a secret, anyone can sign with it`);
}

test('development keys: the ids are those of the keys that everybody can derive', () => {
  const derived = Array.from({ length: 25 }, (_, index) => developmentKey(index).id);
  assert.deepEqual(DEVELOPMENT_KEY_IDS, derived);
  assert(isDevelopmentKey(derived[24]));
  assert(!isDevelopmentKey(developmentKey(25).id));
});

/** Adds a development key that no role needs: trusting it at all is enough. */
function trustDevelopmentKey(keys: object): void {
  Object.assign(keys, { [developmentKey(3).id]: developmentKey(3).json });
}

test('development keys: a relay does not start with a root that trusts one', () => {
  const repository = new TestRepository();
  repository.next.root = 1;
  repository.publishRoot((signed) => trustDevelopmentKey(signed.keys as object));
  assert.throws(() => new TestRelay(repository), /development-key/);
  new TestRelay(repository, { developmentNetwork: true });
});

test('development keys: a later root that trusts one is refused, and accepted in a development network', async () => {
  for (const developmentNetwork of [false, true]) {
    const { repository, relay } = await startRelay({ developmentNetwork });
    repository.publishRoot((signed) => trustDevelopmentKey(signed.keys as object));
    const refused = await relay.refusal();
    if (developmentNetwork) assert.equal(refused, null);
    else {
      assert.equal(refused?.refused, 'development-key');
      assert.equal(refused.file, '2.root.json');
    }
    assert.equal(relay.client.versions().root, developmentNetwork ? 2 : 1);
  }
});

test('development keys: a delegation to one is refused, and accepted in a development network', async () => {
  for (const developmentNetwork of [false, true]) {
    const { repository, relay } = await startRelay({ developmentNetwork });
    repository.delegate({ name: 'guards' });
    const edit = {
      targets: (signed: object) =>
        trustDevelopmentKey((signed as { delegations: { keys: object } }).delegations.keys),
    };
    repository.publish({ bump: ['targets'], edit });
    const refused = await relay.refusal();
    assert.equal(refused?.refused ?? null, developmentNetwork ? null : 'development-key');
  }
});
