import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRelay } from './testing/test-relay.ts';
import {
  DAY_MS,
  decode,
  encode,
  type Json,
  type JsonValue,
  START_MS,
  TestSource,
} from './testing/test-repository.ts';

test('timestamp: signed by others, or by nobody, it is refused', async () => {
  const { repository, relay } = await startRelay();
  for (const signers of [[], ['targets-1'], ['snapshot-1', 'root-1']]) {
    repository.publishTimestamp(1, { signers: { timestamp: signers } });
    const refused = await relay.refusal();
    assert.equal(refused?.refused, 'below-threshold');
    assert.equal(refused.file, 'timestamp.json');
  }
  assert.equal(relay.client.versions().timestamp, 1);
});

test('timestamp: a threshold counts distinct keys', async () => {
  const { repository, relay } = await startRelay();
  repository.roles.timestamp = { threshold: 2, keys: ['timestamp-1', 'timestamp-2', 'timestamp-3'] };
  repository.publishRoot();
  repository.publishTimestamp(1, { signers: { timestamp: ['timestamp-2'] } });
  assert.equal((await relay.refusal())?.refused, 'below-threshold');
  repository.publishTimestamp(1, { signers: { timestamp: ['timestamp-3', 'timestamp-1'] } });
  assert.equal(await relay.updated(), true);
});

test('rollback: an older timestamp is refused, though its signatures are right', async () => {
  const { repository, relay } = await startRelay();
  const old = repository.copy();
  repository.addModule({ version: 2 });
  repository.publish({ bump: ['targets'] });
  assert.equal(await relay.updated(), true);
  const refused = await relay.refusal(old);
  assert.equal(refused?.refused, 'rollback');
  assert.equal(refused.file, 'timestamp.json');
  assert.equal(relay.paths().length, 2);
});

test('rollback: a timestamp that a fresher one of the same snapshot has overtaken is not taken, its bundle is', async () => {
  const { repository, relay } = await startRelay();
  repository.addModule({ version: 2 });
  repository.publish({ bump: ['targets'] });
  const bundle = repository.copy();
  repository.publishTimestamp();
  const fresh = repository.get('timestamp.json');
  assert.equal((await relay.refusal(new Map([['timestamp.json', fresh]])))?.refused, 'not-found');
  assert.equal(
    (await relay.refusal(bundle))?.refused,
    'rollback',
    'a repository that goes back is not trusted',
  );
  const atHand = Object.assign(new TestSource(bundle), { isAtHand: true });
  const taken = await relay.client.refresh(atHand);
  assert('updated' in taken && taken.updated, JSON.stringify(taken));
  assert.equal(taken.overtaken?.refused, 'rollback');
  assert.deepEqual(relay.client.file('timestamp.json'), fresh);
  assert.equal(relay.paths().length, 2);
  const again = await relay.client.refresh(atHand);
  assert('updated' in again && !again.updated && again.overtaken !== null, 'it brings nothing more');
  relay.clock.timeMs = repository.expiresMs.timestamp;
  const expired = await relay.client.refresh(atHand);
  assert('refused' in expired, 'not even a bundle counts once its timestamp has expired');
});

test('rollback: a newer timestamp that names an older snapshot is refused', async () => {
  const { repository, relay } = await startRelay();
  repository.publish();
  assert.equal(await relay.updated(), true);
  repository.publishTimestamp(1);
  const refused = await relay.refusal();
  assert.equal(refused?.refused, 'rollback');
  assert.equal(refused?.file, 'timestamp.json');
  assert.equal(relay.client.versions().timestamp, 2);
  // Had it become a floor, it would shut out whatever the developers sign next.
  repository.next.timestamp = 3;
  repository.publish();
  assert.equal(await relay.updated(), true);
});

test('equivocation: another timestamp under the same version is refused', async () => {
  const { repository, relay } = await startRelay();
  repository.next.timestamp = 1;
  repository.publish();
  const refused = await relay.refusal();
  assert.equal(refused?.refused, 'equivocation');
  assert.equal(relay.client.versions().snapshot, 1);
});

test('equivocation: the same timestamp written differently is no news and no accusation', async () => {
  const { repository, relay } = await startRelay();
  const { signatures, signed } = decode(repository.get('timestamp.json'));
  const forged = { keyid: 'ab'.repeat(32), sig: 'cd'.repeat(64) };
  const shuffled = Object.fromEntries(Object.entries(signed).reverse());
  const rewritten = encode({ signed: shuffled, signatures: [forged, ...signatures] } as JsonValue);
  const files = repository.copy().set('timestamp.json', rewritten);
  assert.equal(await relay.updated(files), false);
  assert.deepEqual(relay.client.file('timestamp.json'), repository.get('timestamp.json'));
});

test('freeze: a source that has nothing newer than an expired timestamp is found out', async () => {
  const { repository, relay } = await startRelay();
  assert.equal(relay.client.freshUntilMs(), START_MS + DAY_MS);
  relay.clock.timeMs = START_MS + DAY_MS - 1;
  assert.equal(await relay.updated(), false);
  assert.equal(relay.paths().length, 1);
  relay.clock.timeMs = START_MS + DAY_MS;
  const refused = await relay.refusal();
  assert.equal(refused?.refused, 'expired');
  assert.deepEqual(relay.paths(), []);
  repository.expiresMs.timestamp = START_MS + 2 * DAY_MS;
  repository.publishTimestamp();
  assert.equal(await relay.updated(), true);
  assert.equal(relay.client.freshUntilMs(), START_MS + 2 * DAY_MS);
  assert.equal(relay.paths().length, 1);
});

test('timestamp: an expired one does not take the place of the one that is trusted', async () => {
  const { repository, relay } = await startRelay();
  repository.expiresMs.timestamp = START_MS;
  repository.publishTimestamp();
  const refused = await relay.refusal();
  assert.equal(refused?.refused, 'expired');
  assert.equal(relay.client.versions().timestamp, 1);
  assert.equal(relay.paths().length, 1);
  repository.next.timestamp = 2;
  repository.expiresMs.timestamp = START_MS + DAY_MS;
  repository.publishTimestamp();
  assert.equal(await relay.updated(), true, 'its version was not taken for trusted either');
});

test("timestamp: each relay's own clock decides", async () => {
  const { repository, relay } = await startRelay();
  const { relay: late } = await startRelay();
  late.clock.timeMs = START_MS + DAY_MS;
  repository.publishTimestamp();
  assert.equal(await relay.updated(repository.files), true);
  assert.equal((await late.refusal(repository.files))?.refused, 'expired');
});

test('fast-forward: a jump of versions signed with the right keys is legal, and recovered from by new keys', async () => {
  for (const role of ['timestamp', 'snapshot'] as const) {
    const { repository, relay } = await startRelay();
    const honest = { ...repository.next };
    repository.next.timestamp = 2 ** 53 - 1;
    repository.next.snapshot = 2 ** 53 - 1;
    repository.publish();
    assert.equal(await relay.updated(), true);
    Object.assign(repository.next, honest);
    repository.addModule({ version: 2 });
    repository.publish({ bump: ['targets'] });
    assert.equal((await relay.refusal())?.refused, 'rollback', 'honest versions look old now');
    repository.roles[role].keys = [`${role}-2`];
    repository.publishRoot();
    repository.publish({ bump: ['targets'] });
    assert.equal(await relay.updated(), true, `new keys for ${role}`);
    assert.equal(relay.client.versions().timestamp, 3);
    assert.equal(relay.paths().length, 2);
  }
});

test('fast-forward: versions driven up stay up when a new root changes other keys, or only adds one', async () => {
  const { repository, relay } = await startRelay();
  const honest = { ...repository.next };
  Object.assign(repository.next, { timestamp: 1000, snapshot: 1000 });
  repository.publish();
  assert.equal(await relay.updated(), true);
  Object.assign(repository.next, honest);
  repository.roles.targets.keys = ['targets-1', 'targets-2', 'targets-4'];
  repository.publishRoot();
  repository.roles.timestamp.keys = ['timestamp-1', 'timestamp-2'];
  repository.publishRoot();
  repository.publish({ bump: ['targets'] });
  assert.equal((await relay.refusal())?.refused, 'rollback');
  repository.roles.timestamp.threshold = 2;
  repository.publishRoot();
  repository.publish();
  assert.equal(await relay.updated(), true, 'a higher threshold shuts a thief of one key out');
});

test('fast-forward: until something new is signed, nothing of the old keys is offered', async () => {
  const { repository, relay } = await startRelay();
  const before = repository.copy();
  repository.roles.timestamp.keys = ['timestamp-2'];
  repository.publishRoot();
  before.set('2.root.json', repository.get('2.root.json'));
  assert.equal((await relay.refusal(before))?.refused, 'retired-keys');
  assert.deepEqual(relay.paths(), []);
  assert.equal(relay.client.freshUntilMs(), null);
  assert.equal(relay.client.versions().timestamp, 0);
  assert.equal(relay.client.file('timestamp.json'), null);
});

test('timestamp: none at all, endless data, and a key twice are refused', async () => {
  const { repository, relay } = await startRelay();
  const without = repository.copy();
  without.delete('timestamp.json');
  assert.equal((await relay.refusal(without))?.refused, 'not-found');
  const large = repository.copy().set('timestamp.json', new Uint8Array(16 * 1024 + 1).fill(0x20));
  assert.equal((await relay.refusal(large))?.refused, 'too-large');
  const text = Buffer.from(repository.get('timestamp.json')).toString();
  const twice = text.replace('"version":1,"', '"version":9,"version":1,"');
  const version: Json = JSON.parse(twice).signed;
  assert.notEqual(twice, text);
  assert.equal(version.version, 1, 'JSON.parse sees nothing');
  const refused = await relay.refusal(repository.copy().set('timestamp.json', Buffer.from(twice)));
  assert.equal(refused?.refused, 'malformed');
});
