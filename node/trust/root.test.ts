import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RETIRED_ROOTS_ASKED, ROOTS_PER_REFRESH } from './limits.ts';
import { verdictOn } from './refusal.ts';
import { startRelay, TestRelay } from './testing/test-relay.ts';
import {
  DAY_MS,
  decode,
  encode,
  type JsonValue,
  key,
  START_MS,
  TestRepository,
} from './testing/test-repository.ts';

test('root: a relay does not start with a root that is not one, or not signed by itself', () => {
  const repository = new TestRepository();
  repository.publish();
  assert.throws(() => new TestRelay(repository, { root: Buffer.from('{}') }), RangeError);
  assert.throws(() => new TestRelay(repository, { root: repository.get('1.targets.json') }), RangeError);
  repository.next.root = 1;
  repository.publishRoot(() => {}, ['root-1', 'targets-1']);
  assert.throws(() => new TestRelay(repository), /below-threshold/);
  assert.throws(() => new TestRelay(repository, { root: new Uint8Array(100_000) }), /too-large/);
});

test('root: keys change one version at a time, each root signed by the one before and by itself', async () => {
  const { repository, relay } = await startRelay();
  for (const generation of ['b', 'c', 'd']) {
    repository.roles.root.keys = [`root-1${generation}`, `root-2${generation}`, `root-3${generation}`];
    repository.publishRoot();
  }
  assert.equal(await relay.updated(), true);
  assert.equal(relay.client.versions().root, 4);
  assert.equal(await relay.updated(), false);
  assert.deepEqual(relay.client.file('3.root.json'), repository.get('3.root.json'), 'kept for peers');
});

test('root: without the signatures of the one before it is refused', async () => {
  const { repository, relay } = await startRelay();
  repository.roles.root.keys = ['root-1b', 'root-2b', 'root-3b'];
  for (const signers of [
    ['root-1b', 'root-2b', 'root-3b'],
    ['root-1b', 'root-2b', 'root-3b', 'root-1'],
  ]) {
    repository.next.root = 2;
    repository.publishRoot(() => {}, signers);
    const refused = await relay.refusal();
    assert.equal(refused?.refused, 'below-threshold');
    assert.equal(refused.file, '2.root.json');
  }
  assert.equal(relay.client.versions().root, 1);
});

test('root: without signatures of its own keys it is refused', async () => {
  const { repository, relay } = await startRelay();
  repository.roles.root.keys = ['root-1b', 'root-2b', 'root-3b'];
  for (const signers of [
    ['root-1', 'root-2'],
    ['root-1', 'root-2', 'root-1b'],
  ]) {
    repository.next.root = 2;
    repository.publishRoot(() => {}, signers);
    assert.equal((await relay.refusal())?.refused, 'below-threshold');
  }
});

test('root: one key does not count twice, however often it signs', async () => {
  const { repository, relay } = await startRelay();
  repository.publishRoot(() => {}, ['root-1']);
  const { signatures, signed } = decode(repository.get('2.root.json'));
  const twin = { keyid: key('root-2').id, sig: signatures[0].sig };
  repository.files.set('2.root.json', encode({ signatures: [...signatures, twin], signed } as JsonValue));
  assert.equal((await relay.refusal())?.refused, 'below-threshold');
});

test('root: versions follow by one', async () => {
  const { repository, relay } = await startRelay();
  for (const [version, reason] of [
    [3, 'root-gap'],
    [1, 'root-gap'],
    [2 ** 53 - 1, 'root-gap'],
  ] as const) {
    repository.next.root = 2;
    repository.publishRoot((signed) => Object.assign(signed, { version }));
    assert.equal((await relay.refusal())?.refused, reason, `version ${version}`);
  }
  repository.next.root = 2;
  repository.publishRoot();
  repository.files.set('3.root.json', repository.firstRoot);
  assert.equal((await relay.refusal())?.refused, 'rollback', 'an old root under a new name');
  assert.equal(relay.client.versions().root, 2, 'what was verified before is kept');
});

test('root: a link of the chain that is not there ends it', async () => {
  const { repository, relay } = await startRelay();
  repository.publishRoot();
  repository.publishRoot();
  const files = repository.copy();
  files.delete('2.root.json');
  assert.equal(await relay.updated(files), false);
  assert.equal(relay.client.versions().root, 1);
});

test('root: only the last one has to be fresh', async () => {
  const { repository, relay } = await startRelay();
  repository.expiresMs.root = START_MS - DAY_MS;
  repository.publishRoot();
  const behind = repository.copy();
  repository.expiresMs.root = START_MS + DAY_MS;
  repository.publishRoot();
  const refused = await relay.refusal(behind);
  assert.equal(refused?.refused, 'expired');
  assert.equal(refused.file, '2.root.json');
  assert.deepEqual(relay.paths(), [], 'nothing is offered under an expired root');
  assert.equal(await relay.updated(), true);
  assert.equal(relay.client.versions().root, 3);
  assert.equal(relay.paths().length, 1);
});

test('root: an endless chain is followed in bounded pieces', async () => {
  const { repository, relay } = await startRelay();
  for (let n = 0; n < ROOTS_PER_REFRESH + 5; n++) repository.publishRoot();
  assert.equal(await relay.updated(), true);
  assert.equal(relay.client.versions().root, 1 + ROOTS_PER_REFRESH);
  assert.equal(await relay.updated(), true);
  assert.equal(relay.client.versions().root, 6 + ROOTS_PER_REFRESH);
});

test('root: new keys for targets end the trust in what only old keys signed', async () => {
  const { repository, relay } = await startRelay();
  const published = repository.copy();
  repository.roles.targets.keys = ['targets-1', 'targets-2b', 'targets-3b'];
  repository.publishRoot();
  published.set('2.root.json', repository.get('2.root.json'));
  const refused = await relay.refusal(published);
  assert.equal(refused?.refused, 'retired-keys');
  assert.equal(refused.file, '1.targets.json');
  assert.deepEqual(relay.paths(), []);
  repository.publish({ bump: ['targets'] });
  assert.equal(await relay.updated(), true);
  assert.equal(relay.paths().length, 1);
});

test('root: new keys for targets leave what enough remaining keys signed', async () => {
  const { repository, relay } = await startRelay();
  const published = repository.copy();
  repository.roles.targets.keys = ['targets-1', 'targets-2', 'targets-3b'];
  repository.publishRoot();
  published.set('2.root.json', repository.get('2.root.json'));
  assert.equal(await relay.updated(published), true);
  assert.equal(relay.paths().length, 1);
});

test('retired keys: files of every role that a relay behind took in good faith are refused, not held against it', async () => {
  for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
    const { repository, relay } = await startRelay();
    repository.publish({ bump: ['targets'] });
    const before = repository.copy();
    const behind = new TestRelay(repository);
    assert.equal(await behind.updated(before), true, 'the keys were right until then');
    repository.roles[role] = { threshold: 1, keys: [`${role}-9`] };
    repository.publishRoot();
    const root = repository.get('2.root.json');
    const refused = await relay.refusal(new Map([...before, ['2.root.json', root]]));
    assert.equal(refused?.refused, 'retired-keys', role);
    assert.equal(verdictOn('retired-keys'), 'ignore');
    assert.deepEqual(relay.paths(), role === 'targets' ? [] : relay.paths());
    assert.equal(relay.client.versions().root, 2);
  }
});

test('retired keys: of a role that never had them they are no excuse, nor below the threshold that there was', async () => {
  const { repository, relay } = await startRelay();
  repository.roles.timestamp = { threshold: 1, keys: ['timestamp-9'] };
  repository.publishRoot();
  for (const timestamp of [['snapshot-1'], ['targets-1', 'targets-2'], []]) {
    repository.publish({ signers: { timestamp } });
    assert.equal((await relay.refusal())?.refused, 'below-threshold');
  }
});

test('retired keys: RETIRED_ROOTS_ASKED: a file is looked at by so many earlier roots and no more', async () => {
  const { repository, relay } = await startRelay();
  const old = repository.get('timestamp.json');
  for (let times = 0; times < RETIRED_ROOTS_ASKED; times++) {
    repository.roles.timestamp = { threshold: 1, keys: [`timestamp-later-${times}`] };
    repository.publishRoot();
  }
  const files = (): Map<string, Uint8Array> => repository.copy().set('timestamp.json', old);
  assert.equal((await relay.refusal(files()))?.refused, 'retired-keys');
  repository.roles.timestamp = { threshold: 1, keys: ['timestamp-last'] };
  repository.publishRoot();
  assert.equal((await relay.refusal(files()))?.refused, 'below-threshold');
});
