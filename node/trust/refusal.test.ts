import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEVELOPMENT_KEY_IDS } from './development-keys.ts';
import { POLICY_REFUSALS, TRUST_REFUSALS, type TrustRefusal, verdictOn } from './refusal.ts';
import { startRelay, type TestRelay } from './testing/test-relay.ts';
import type { TestRepository } from './testing/test-repository.ts';
import { DAY_MS, type Json, moduleBytes, START_MS, TestKey, TestSource } from './testing/test-repository.ts';

type Case = (repository: TestRepository, relay: TestRelay, source: TestSource) => void;

/** Reasons that this room gives; the agent before it gives the others. */
type Given = Exclude<TrustRefusal, 'overloaded'>;

/** For each reason one thing that a repository, a source or a clock does, after which it is given. */
const CASES: Record<Given, Case> = {
  malformed: (repository) => void repository.files.set('timestamp.json', Buffer.from('{}')),
  'too-large': (repository) => void repository.files.set('timestamp.json', new Uint8Array(10 ** 6)),
  'below-threshold': (repository) => repository.publish({ signers: { timestamp: ['root-1'] } }),
  'retired-keys': (repository) => {
    repository.publishTimestamp();
    const signedBefore = repository.get('timestamp.json');
    repository.roles.timestamp.keys = ['timestamp-2'];
    repository.publishRoot();
    repository.files.set('timestamp.json', signedBefore);
  },
  expired: (_, relay) => void (relay.clock.timeMs = START_MS + DAY_MS),
  rollback: (repository) => {
    repository.next.timestamp = 1;
    repository.publishTimestamp(1);
  },
  equivocation: (repository) => {
    repository.next.timestamp = 2;
    repository.publish();
  },
  'root-gap': (repository) => void repository.publishRoot((signed) => Object.assign(signed, { version: 9 })),
  'mix-and-match': (repository) => {
    repository.publish();
    repository.files.set('3.snapshot.json', repository.get('2.snapshot.json'));
  },
  'wrong-length': (_, __, source) => answerTarget(source, moduleBytes('module', 65)),
  'wrong-hash': (_, __, source) => answerTarget(source, moduleBytes('other')),
  'not-found': (repository) => void repository.files.delete('timestamp.json'),
  'outside-delegation': (repository) => {
    repository.delegate({ name: 'guards', paths: ['path-selection/*'] });
    repository.addModule({ role: 'guards' });
    repository.publish({ bump: ['targets'] });
  },
  'development-key': (repository) => {
    const { id, json } = new TestKey('relaywave development key 0: not a secret, anyone can sign with it');
    assert.equal(id, DEVELOPMENT_KEY_IDS[0]);
    repository.publishRoot((signed) => Object.assign(signed.keys as Json, { [id]: json }));
  },
  'too-slow': (_, __, source) => void source.instead.set('timestamp.json', { failed: 'too-slow' }),
};

function answerTarget(source: TestSource, bytes: Uint8Array): void {
  for (const file of source.files.keys())
    if (file.startsWith('targets/')) source.instead.set(file, { bytes });
}

/** Refreshes and downloads everything; all reasons that were given on the way. */
async function reasonsAfter(change: Case): Promise<string[]> {
  const { repository, relay } = await startRelay();
  repository.publish();
  await relay.updated();
  const source = new TestSource(repository.files);
  change(repository, relay, source);
  const reasons: string[] = [];
  const refreshed = await relay.client.refresh(source);
  for (const { refused } of 'refused' in refreshed ? [refreshed] : refreshed.leftOut) reasons.push(refused);
  for (const target of relay.client.targets()) {
    const downloaded = await relay.client.download(target, source);
    if ('refused' in downloaded) reasons.push(downloaded.refused);
  }
  return reasons;
}

for (const [reason, change] of Object.entries(CASES)) {
  test(`refusal: ${reason} is given, and is the only reason given`, async () => {
    assert.deepEqual(await reasonsAfter(change), [reason]);
  });
}

test('refusal: nothing is refused when nothing is wrong', async () => {
  assert.deepEqual(await reasonsAfter(() => {}), []);
  assert.deepEqual(await reasonsAfter((repository) => repository.publish({ bump: ['targets'] })), []);
});

test('refusal: a sender answers for what no honest relay can have passed on, and for nothing else', () => {
  const rejected = [...TRUST_REFUSALS, ...POLICY_REFUSALS].filter((reason) => verdictOn(reason) === 'reject');
  assert.deepEqual(rejected, [
    'malformed',
    'too-large',
    'below-threshold',
    'mix-and-match',
    'wrong-length',
    'wrong-hash',
    'outside-delegation',
    'development-key',
  ]);
});
