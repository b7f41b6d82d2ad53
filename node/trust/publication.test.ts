import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Fetched } from './fetcher.ts';
import { startRelay, TestRelay } from './testing/test-relay.ts';
import {
  DAY_MS,
  type Json,
  moduleBytes,
  START_MS,
  sha256,
  TestRepository,
  TestSource,
} from './testing/test-repository.ts';
import { CHUNK_BYTES } from './update-target.ts';

test('mix-and-match: a snapshot or targets file of another publication is refused', async () => {
  const { repository, relay } = await startRelay();
  const first = repository.copy();
  repository.addModule({ version: 2 });
  repository.publish({ bump: ['targets'] });
  for (const role of ['snapshot', 'targets']) {
    const mixed = repository.copy().set(`2.${role}.json`, first.get(`1.${role}.json`)!);
    const refused = await relay.refusal(mixed);
    // The old snapshot is shorter than the new one is said to be; a longer one would be too large.
    assert.equal(refused?.refused, 'mix-and-match', role);
    assert.equal(refused.file, `2.${role}.json`);
  }
  assert.deepEqual(relay.paths(), ['cell-admission/strict-cells-1.wasm']);
});

test('mix-and-match: versions are compared even where no hashes are given', async () => {
  const { repository, relay } = await startRelay();
  repository.pinned = false;
  const first = repository.copy();
  repository.addModule({ version: 2 });
  repository.publish({ bump: ['targets'] });
  for (const role of ['snapshot', 'targets']) {
    const mixed = repository.copy().set(`2.${role}.json`, first.get(`1.${role}.json`)!);
    assert.equal((await relay.refusal(mixed))?.refused, 'mix-and-match', role);
  }
  assert.equal(await relay.updated(), true);
});

test('snapshot and targets: changed by a byte, or longer than signed, they are refused', async () => {
  const { repository, relay } = await startRelay();
  repository.addModule({ version: 2 });
  repository.publish({ bump: ['targets'] });
  for (const file of ['2.snapshot.json', '2.targets.json']) {
    const changed = Uint8Array.from(repository.get(file));
    changed[20] ^= 1;
    const refused = await relay.refusal(repository.copy().set(file, changed));
    assert.equal(refused?.refused, 'mix-and-match');
    const longer = Uint8Array.from([...repository.get(file), 0x20]);
    assert.equal((await relay.refusal(repository.copy().set(file, longer)))?.refused, 'too-large');
  }
});

test('snapshot and targets: without enough signatures they are refused, whatever names them', async () => {
  for (const [role, signers] of [
    ['snapshot', ['targets-1']],
    ['targets', ['targets-1', 'snapshot-1']],
  ] as const) {
    const { repository, relay } = await startRelay();
    repository.publish({ bump: ['targets'], signers: { [role]: signers } });
    const refused = await relay.refusal();
    assert.equal(refused?.refused, 'below-threshold');
    assert.equal(refused.file, `2.${role}.json`);
  }
});

test('snapshot and targets: an expired one is refused', async () => {
  for (const role of ['snapshot', 'targets'] as const) {
    const { repository, relay } = await startRelay();
    repository.expiresMs[role] = START_MS;
    repository.publish({ bump: ['targets'] });
    const refused = await relay.refusal();
    assert.equal(refused?.refused, 'expired');
    assert.equal(refused.file, `2.${role}.json`);
    assert.equal(relay.paths().length, 1, 'the publication before is still good');
  }
});

test('snapshot and targets: one that expires while it is trusted ends what is offered', async () => {
  for (const role of ['snapshot', 'targets'] as const) {
    const { repository, relay } = await startRelay();
    for (const each of ['timestamp', 'snapshot', 'targets'] as const) {
      repository.expiresMs[each] = START_MS + (each === role ? 2 : 9) * DAY_MS;
    }
    repository.publish({ bump: ['targets'] });
    assert.equal(await relay.updated(), true);
    relay.clock.timeMs = START_MS + 2 * DAY_MS;
    assert.deepEqual(relay.paths(), []);
    assert.equal((await relay.refusal())?.refused, 'expired');
  }
});

test('rollback: a snapshot in which a role goes back, or is gone, is refused', async () => {
  const { repository, relay } = await startRelay();
  repository.delegate({ name: 'guards' });
  repository.publish({ bump: ['targets', 'guards'] });
  assert.equal(await relay.updated(), true);
  for (const change of [{ version: 1 }, undefined]) {
    const edit = {
      snapshot: (signed: Json) => {
        const meta = signed.meta as Json;
        if (change === undefined) delete meta['guards.json'];
        else meta['guards.json'] = change;
      },
    };
    repository.publish({ edit });
    const refused = await relay.refusal();
    assert.equal(refused?.refused, 'rollback', JSON.stringify(change));
    assert.match(refused.file, /snapshot/);
  }
});

test('rollback: targets cannot go back behind the snapshot that is trusted', async () => {
  const { repository, relay } = await startRelay();
  repository.publish({ bump: ['targets'] });
  assert.equal(await relay.updated(), true);
  repository.contentOf('targets').version = 1;
  repository.publish();
  assert.equal((await relay.refusal())?.refused, 'rollback');
});

test('equivocation: another snapshot or other targets under a trusted version are refused', async () => {
  const { repository, relay } = await startRelay();
  repository.addModule({ version: 2 });
  repository.publish();
  const targets = await relay.refusal();
  assert.equal(targets?.refused, 'equivocation');
  assert.equal(targets.file, '1.targets.json');

  const { repository: second, relay: other } = await startRelay();
  second.next.snapshot = 1;
  second.publish({ bump: ['targets'] });
  const snapshot = await other.refusal();
  assert.equal(snapshot?.refused, 'equivocation');
  assert.equal(snapshot.file, '1.snapshot.json');
});

test('withheld: what one source keeps back leaves the relay where it was, and another source completes it', async () => {
  for (const withheld of ['2.snapshot.json', '2.targets.json']) {
    const { repository, relay } = await startRelay();
    const before = relay.client.versions();
    const first = repository.copy();
    repository.addModule({ version: 2 });
    repository.publish({ bump: ['targets'] });
    const files = repository.copy();
    files.delete(withheld);
    for (let n = 0; n < 2; n++) {
      const refused = await relay.refusal(files);
      assert.equal(refused?.refused, 'not-found');
      assert.equal(refused.file, withheld);
    }
    assert.deepEqual(relay.client.versions(), before, 'it tells peers of what it can hand over');
    assert.deepEqual(relay.client.file('timestamp.json'), first.get('timestamp.json'));
    assert.deepEqual(relay.paths(), ['cell-admission/strict-cells-1.wasm']);
    assert.equal((await relay.refusal(first))?.refused, 'rollback', 'but the new timestamp is trusted');
    assert.equal(await relay.updated(), true, 'with the same timestamp');
    assert.equal(relay.paths().length, 2);
    assert.deepEqual(relay.client.file('timestamp.json'), repository.get('timestamp.json'));
  }
});

test('withheld: the alarm of a freeze does not trust a timestamp whose publication did not come', async () => {
  const { repository, relay } = await startRelay();
  repository.expiresMs.timestamp = START_MS + 5 * DAY_MS;
  repository.publish({ bump: ['targets'] });
  const files = repository.copy();
  files.delete('2.snapshot.json');
  await relay.refusal(files);
  assert.equal(relay.client.freshUntilMs(), START_MS + DAY_MS);
});

test('refresh: takes a fresh timestamp of the same snapshot without fetching the rest again', async () => {
  const { repository, relay } = await startRelay();
  repository.publishTimestamp();
  const source = new TestSource(repository.files);
  const result = await relay.client.refresh(source);
  assert('updated' in result && result.updated);
  assert.deepEqual(source.asked, ['2.root.json', 'timestamp.json']);
});

test('refresh: two at once are one after the other', async () => {
  const { repository, relay } = await startRelay();
  repository.addModule({ version: 2 });
  repository.publish({ bump: ['targets'] });
  const asked: string[] = [];
  const source = (name: string) => ({
    async fetch(file: string) {
      asked.push(name);
      await Promise.resolve();
      const bytes = repository.files.get(file);
      return bytes === undefined ? { failed: 'not-found' as const } : { bytes };
    },
  });
  const results = await Promise.all(['a', 'b', 'c'].map((name) => relay.client.refresh(source(name))));
  assert.deepEqual(
    results.map((result) => 'updated' in result && result.updated),
    [true, false, false],
  );
  assert.equal(asked.join(''), 'aaaabbcc');
});

test('refresh: a fetcher that breaks its word harms that refresh only', async () => {
  const { relay } = await startRelay();
  const broken = { fetch: () => Promise.reject(new Error('a bug')) };
  const [first, second] = await Promise.allSettled([relay.client.refresh(broken), relay.client.refresh()]);
  assert.equal(first.status, 'rejected');
  assert.equal(second.status, 'fulfilled');
  assert.equal(await relay.updated(), false);
});

test('refresh: a source that always answers just in time runs out of it', async () => {
  const { repository, relay } = await startRelay();
  for (let n = 0; n < 10; n++) repository.publishRoot();
  const source = new TestSource(repository.files);
  const slow = {
    fetch(...[file, limits]: Parameters<TestSource['fetch']>) {
      relay.clock.timeMs += limits.timeoutMs;
      return source.fetch(file, limits);
    },
  };
  const refused = await relay.client.refresh(slow);
  assert('refused' in refused && refused.refused === 'too-slow');
  assert(relay.clock.timeMs - START_MS <= 120_000);
  assert(relay.client.versions().root > 1, 'what came is kept');
});

test('refresh: a metadata file that is announced larger than its cap is not even asked for', async () => {
  const { repository, relay } = await startRelay();
  const edit = {
    snapshot: (signed: Json) =>
      Object.assign((signed.meta as Json)['targets.json'] as Json, { length: 10 ** 9 }),
  };
  repository.publish({ bump: ['targets'], edit });
  const source = new TestSource(repository.files);
  const refused = await relay.client.refresh(source);
  assert('refused' in refused && refused.refused === 'too-large');
  assert(!source.asked.includes('2.targets.json'));
  for (const { maxBytes } of source.limits) assert(maxBytes <= 256 * 1024);
});

test('targets: what is not an update of ours is left out, and does not hurt the others', async () => {
  const repository = new TestRepository();
  const good = repository.addModule();
  const custom = () => structuredClone(repository.contentOf('targets').targets[good].custom) as Json;
  const bytes = moduleBytes('other');
  const chunks = [sha256(bytes)];
  repository.addTarget('readme.txt', bytes, null);
  repository.addTarget('cell-admission/other-kind.wasm', bytes, { kind: 'theme' });
  repository.addTarget('cell-admission/no-version.wasm', bytes, { ...custom(), chunks, version: 0 });
  repository.addTarget('cell-admission/more.wasm', bytes, { ...custom(), chunks, more: 1 });
  repository.addTarget('cell-admission/share.wasm', bytes, {
    ...custom(),
    chunks,
    rollout: { fraction: '2' },
  });
  repository.addTarget('path-selection/other-hook.wasm', bytes, { ...custom(), chunks });
  repository.addTarget('cell-admission/../../etc/passwd', bytes, { ...custom(), chunks });
  repository.addTarget('cell-admission/..', bytes, { ...custom(), chunks });
  repository.addTarget('cell-admission/a/b.wasm', bytes, { ...custom(), chunks });
  repository.addTarget('cell-admission', bytes, { ...custom(), chunks });
  repository.addTarget('cell-admission/chunks.wasm', bytes, { ...custom(), chunks: [...chunks, ...chunks] });
  repository.addTarget('cell-admission/chunk.wasm', bytes, { ...custom(), chunks: ['0'.repeat(64)] });
  const large = moduleBytes('large', CHUNK_BYTES + 1);
  repository.addTarget('cell-admission/one-chunk.wasm', large, { ...custom(), chunks: [sha256(large)] });
  repository.addTarget('cell-admission/no-sha256.wasm', bytes, { ...custom(), chunks });
  repository.contentOf('targets').targets['cell-admission/no-sha256.wasm'].hashes = { sha512: 'ab' };
  repository.publish();
  const relay = new TestRelay(repository);
  const result = await relay.client.refresh();
  assert('updated' in result && result.updated);
  assert.deepEqual(result.leftOut, []);
  assert.deepEqual(relay.paths(), [good]);
});

test('targets: modules of several chunks, empty ones and revocations are updates', async () => {
  const repository = new TestRepository();
  const paths = [
    repository.addModule({ version: 1, bytes: moduleBytes('large', 2 * CHUNK_BYTES) }),
    repository.addModule({ version: 2, bytes: moduleBytes('larger', 2 * CHUNK_BYTES + 1) }),
    repository.addModule({ version: 3, bytes: new Uint8Array() }),
    repository.addRevocation({ revokes: 'ab'.repeat(32) }),
  ];
  repository.publish();
  const relay = new TestRelay(repository);
  assert.equal(await relay.updated(), true);
  assert.deepEqual(relay.paths(), paths);
  for (const target of relay.client.targets()) {
    const downloaded = await relay.client.download(target);
    assert('bytes' in downloaded, target.path);
    assert.equal(sha256(downloaded.bytes), target.sha256);
  }
});

const NO_LIMITS = { maxBytes: Number.POSITIVE_INFINITY, timeoutMs: Number.POSITIVE_INFINITY };

/** A source that answers from `files` when it is told to. */
function slowSource(files: ReadonlyMap<string, Uint8Array>) {
  const answers: (() => void)[] = [];
  const asked: string[] = [];
  const fetch = (file: string): Promise<Fetched> =>
    new Promise((resolve) => {
      asked.push(file);
      const bytes = files.get(file);
      answers.push(() => resolve(bytes === undefined ? { failed: 'not-found' } : { bytes }));
    });
  const answerNext = async (): Promise<void> => {
    answers.shift()?.();
    await setImmediate();
  };
  return { fetch, asked, answerNext };
}

test('slow delivery: a source that keeps a relay waiting does not hold up one that is at hand', async () => {
  const { repository, relay } = await startRelay();
  repository.addModule({ version: 2 });
  repository.publish({ bump: ['targets'] });
  const slow = slowSource(repository.copy());
  const slowly = relay.client.refresh(slow);
  const { files } = repository;
  const atHand = { isAtHand: true, fetch: (file: string) => new TestSource(files).fetch(file, NO_LIMITS) };
  const gossiped = await relay.client.refresh(atHand);
  assert('updated' in gossiped && gossiped.updated);
  assert.equal(relay.paths().length, 2);
  for (let answer = 0; answer < 12; answer++) await slow.answerNext();
  const late = await slowly;
  assert('updated' in late && !late.updated, 'it brought nothing that was not here');
});

test('slow delivery: whatever comes between, wherever a source waits: what is trusted never goes back', async () => {
  // The old publication comes slowly, and the new one at once after each of its answers.
  for (let answered = 0; answered < 6; answered++) {
    const { repository, relay } = await startRelay();
    repository.delegate({ name: 'guards' });
    repository.publish({ bump: ['targets'] });
    const slow = slowSource(repository.copy());
    const slowly = relay.client.refresh(slow);
    for (let answer = 0; answer < answered; answer++) await slow.answerNext();
    repository.roles.targets = { threshold: 1, keys: ['targets-9'] };
    repository.publishRoot();
    repository.addModule({ version: 2 });
    repository.publish({ bump: ['targets', 'guards'] });
    const atHand = {
      isAtHand: true,
      fetch: (file: string) => new TestSource(repository.files).fetch(file, NO_LIMITS),
    };
    assert('updated' in (await relay.client.refresh(atHand)));
    const { client } = relay;
    const trusted = JSON.stringify([client.versions(), client.targets()]);
    for (let answer = 0; answer < 12; answer++) await slow.answerNext();
    await slowly;
    assert.equal(JSON.stringify([client.versions(), client.targets()]), trusted, `after ${answered} answers`);
    assert.equal(client.versions().timestamp, 3);
  }
});
