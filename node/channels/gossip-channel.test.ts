import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRelay, type TestRelayOptions } from '../trust/testing/test-relay.ts';
import { moduleBytes, sha256 } from '../trust/testing/test-repository.ts';
import { encodeBundle } from './bundle.ts';
import type { Offer, OfferTaker, Receipt } from './channel.ts';
import {
  GossipChannel,
  publishBundle,
  readBundle,
  rememberingReader,
  UPDATE_TOPIC,
} from './gossip-channel.ts';
import {
  BUNDLE_MAX_BYTES,
  PENDING_BYTES_PER_PEER,
  PENDING_VERIFICATIONS,
  PENDING_VERIFICATIONS_PER_PEER,
} from './limits.ts';
import { ManualEnvironment, settled } from './testing/manual-environment.ts';
import { publicationBundle, publicationFiles } from './testing/publication.ts';

const ACCEPTED: Receipt = { verdict: 'accept', refused: null, news: true };

/** A relay that has the repository's first publication; its taker is the trust client, or what a test gives. */
async function channelOf(taker?: OfferTaker['take'], options: TestRelayOptions = {}) {
  const { repository, relay } = await startRelay(options);
  const environment = new ManualEnvironment();
  const dropped: string[] = [];
  const behind: string[] = [];
  const offers: Offer[] = [];
  const takeNow = async (offer: Offer): Promise<Receipt> => {
    const refreshed = await relay.client.refresh(offer.source);
    if ('refused' in refreshed) {
      return { verdict: 'ignore', refused: refreshed.refused, news: false };
    }
    for (const target of relay.client.targets()) await relay.client.download(target, offer.source);
    return { ...ACCEPTED, news: refreshed.updated };
  };
  const channel = new GossipChannel({
    environment,
    client: relay.client,
    taker: {
      take: (offer) => {
        offers.push(offer);
        return (taker ?? takeNow)(offer);
      },
    },
    read: readBundle,
    onDropped: (reason, from) => dropped.push(`${reason} ${from}`),
    onBehind: (peer) => behind.push(peer),
  });
  channel.start();
  const hear = (data: Uint8Array, from = 'sender') => environment.pubsub.deliver(UPDATE_TOPIC, from, data);
  return { channel, repository, relay, environment, hear, dropped, behind, offers };
}

/** Some message that is a bundle; `text` makes it one of its own. */
const someBundle = (text: string) => encodeBundle(new Map([['timestamp.json', Buffer.from(text)]]));

test('gossip: a publication that the relay now holds in full is accepted', async () => {
  const { repository, hear, relay, offers } = await channelOf();
  const bytes = moduleBytes('second');
  repository.addModule({ version: 2, sequence: 2, bytes });
  repository.publish({ bump: ['targets'] });
  assert.equal(await hear(publicationBundle(repository, bytes)), 'accept');
  assert(relay.paths().includes('cell-admission/strict-cells-2.wasm'));
  assert.equal(offers[0]!.channel, 'gossip');
  assert.equal(offers[0]!.peer, 'sender');
});

test('gossip: the verdict of the taker is the verdict of the message', async () => {
  for (const verdict of ['reject', 'ignore'] as const) {
    const { hear, repository } = await channelOf(async () => ({ verdict, refused: 'expired', news: false }));
    assert.equal(await hear(publicationBundle(repository)), verdict);
  }
});

test('gossip: what is no bundle is rejected and never offered', async () => {
  const { hear, dropped, offers } = await channelOf();
  assert.equal(await hear(Uint8Array.of(1, 2, 3)), 'reject');
  assert.deepEqual(dropped, ['malformed sender']);
  assert.equal(offers.length, 0);
});

test('gossip: a genuine publication with something else beside it is not forwarded', async () => {
  const { hear, repository } = await channelOf();
  const junk = moduleBytes('junk of the sender');
  const files = publicationFiles(repository);
  files.set(`targets/cell-admission/${sha256(junk)}.strict-cells-1.wasm`, junk);
  assert.equal(await hear(encodeBundle(files)), 'ignore', 'a target that nobody has signed');
  const alice = publicationFiles(repository);
  alice.set('1.alice.json', junk);
  assert.equal(await hear(encodeBundle(alice)), 'ignore', 'metadata that the snapshot does not name');
  assert.equal(await hear(publicationBundle(repository)), 'accept', 'and without them it is');
});

test('gossip: a root that the relay has passed may stand beside, one of its own version may not differ', async () => {
  const { hear, repository, relay, dropped } = await channelOf();
  repository.publishRoot();
  repository.publishRoot();
  repository.publishTimestamp();
  await relay.updated();
  const roots = ['1.root.json', '2.root.json', '3.root.json'].map(
    (name) => [name, repository.get(name)] as const,
  );
  const bundle = encodeBundle(new Map([...roots, ...publicationFiles(repository)]));
  assert.equal(await hear(bundle), 'accept');
  const forged = roots.with(2, ['3.root.json', Buffer.from('{}')]);
  assert.equal(await hear(encodeBundle(new Map([...forged, ...publicationFiles(repository)]))), 'reject');
  assert.deepEqual(dropped, ['mix-and-match sender'], 'no honest relay can hold it beside the others');
});

test('gossip: a genuine publication in pieces is forwarded no more often than it has files', async () => {
  const { hear, repository } = await channelOf();
  const all = [...publicationFiles(repository)];
  const pieces = Array.from({ length: 2 ** all.length }, (_unused, chosen) =>
    all.filter(([name], index) => name === 'timestamp.json' || (chosen >> index) % 2 === 1),
  );
  let forwarded = 0;
  for (const piece of pieces) if ((await hear(encodeBundle(new Map(piece)))) === 'accept') forwarded++;
  assert(forwarded > 0 && forwarded <= all.length, `${forwarded} of ${pieces.length}`);
  repository.publish();
  assert.equal(await hear(publicationBundle(repository)), 'accept', 'the next publication is a new one');
});

test('gossip: a bundle that a fresh timestamp has overtaken is taken, and passed on once', async () => {
  const { hear, repository, relay, environment } = await channelOf();
  const bytes = moduleBytes('second');
  repository.addModule({ version: 2, sequence: 2, bytes });
  repository.publish({ bump: ['targets'] });
  const overtaken = publicationBundle(repository, bytes);
  repository.publishTimestamp();
  const fresh = encodeBundle(new Map([['timestamp.json', repository.get('timestamp.json')]]));
  assert.equal(await hear(fresh), 'ignore', 'what it names is not here yet');
  assert.equal(await hear(overtaken), 'accept');
  assert(relay.paths().includes('cell-admission/strict-cells-2.wasm'));
  assert.deepEqual(relay.client.file('timestamp.json'), repository.get('timestamp.json'), 'the fresh one');
  assert.equal(await hear(overtaken), 'ignore', 'nothing in it is worth a second time');
  assert.equal(await hear(fresh), 'accept', 'the fresh one is');
  assert.equal(environment.pubsub.reports.length, 4);
});

test('gossip: what a relay has fetched before the overtaken bundle comes, it passes on all the same', async () => {
  const { hear, repository, relay } = await channelOf();
  const bytes = moduleBytes('second');
  repository.addModule({ version: 2, sequence: 2, bytes });
  repository.publish({ bump: ['targets'] });
  const overtaken = publicationBundle(repository, bytes);
  repository.publishTimestamp();
  await relay.updated();
  for (const target of relay.client.targets()) await relay.client.download(target);
  assert.equal(await hear(overtaken), 'accept');
});

test('gossip: an old timestamp with the files of a later publication goes no further', async () => {
  const { hear, repository } = await channelOf();
  const old = repository.get('timestamp.json');
  repository.publish({ bump: ['targets'] });
  const current = publicationBundle(repository);
  const mixed = publicationFiles(repository).set('timestamp.json', old);
  assert.equal(await hear(current), 'accept');
  assert.equal(await hear(encodeBundle(mixed)), 'ignore');
});

test('gossip: roots that begin too far ahead are not looked at, and their sender is asked', async () => {
  const { hear, repository, behind, offers } = await channelOf();
  for (let version = 2; version <= 3; version++) repository.publishRoot();
  repository.publishTimestamp();
  const ahead = new Map([['3.root.json', repository.get('3.root.json')], ...publicationFiles(repository)]);
  assert.equal(await hear(encodeBundle(ahead)), 'ignore');
  assert.deepEqual(behind, ['sender']);
  assert.equal(offers.length, 0);
  const next = new Map([['2.root.json', repository.get('2.root.json')], ...ahead]);
  assert.equal(await hear(encodeBundle(next)), 'accept', 'the next one is not too far');
  assert.deepEqual(behind, ['sender']);
});

test('gossip: a bundle that lacks a file which the relay needs has its sender asked', async () => {
  const { hear, repository, behind } = await channelOf();
  repository.publish({ bump: ['targets'] });
  const files = publicationFiles(repository);
  files.delete('2.targets.json');
  assert.equal(await hear(encodeBundle(files)), 'ignore');
  assert.deepEqual(behind, ['sender']);
});

test("gossip: PENDING_VERIFICATIONS_PER_PEER: a flood fills its sender's share only", async () => {
  const answers: ((receipt: Receipt) => void)[] = [];
  const { hear, dropped, environment } = await channelOf(() => new Promise((answer) => answers.push(answer)));
  const heard = Array.from({ length: PENDING_VERIFICATIONS_PER_PEER + 3 }, (_unused, index) =>
    hear(someBundle(`flood ${index}`), 'flood'),
  );
  assert.equal(answers.length, PENDING_VERIFICATIONS_PER_PEER);
  assert.deepEqual(dropped, Array(3).fill('overloaded flood'));
  void hear(someBundle('other'), 'other');
  assert.equal(answers.length, PENDING_VERIFICATIONS_PER_PEER + 1);
  assert.deepEqual(environment.pubsub.reports, Array(3).fill({ from: 'flood', verdict: 'ignore' }));
  answers[0]!({ verdict: 'reject', refused: 'malformed', news: false });
  assert.equal(await heard[0], 'reject');
  await settled();
  void hear(someBundle('one more'), 'flood');
  assert.equal(answers.length, PENDING_VERIFICATIONS_PER_PEER + 2, 'there is room again');
});

test('gossip: PENDING_VERIFICATIONS holds over all peers, and is free again afterwards', async () => {
  const answers: ((receipt: Receipt) => void)[] = [];
  const { channel, hear, dropped } = await channelOf(() => new Promise((answer) => answers.push(answer)));
  for (let peer = 0; peer < PENDING_VERIFICATIONS + 10; peer++) {
    void hear(someBundle(`${peer}`), `identity ${peer}`);
  }
  assert.equal(answers.length, PENDING_VERIFICATIONS);
  assert.equal(dropped.length, 10);
  for (const answer of answers) answer({ verdict: 'reject', refused: 'malformed', news: false });
  await settled();
  const { waiting, allWaiting } = channel as unknown as { waiting: Map<string, number>; allWaiting: number };
  assert.equal(allWaiting, 0);
  assert.equal(waiting.size, 0, 'no peer is remembered for what it no longer has here');
});

test('gossip: a bug in the taker keeps no place', async () => {
  const bug = new Error('a bug');
  const seen: unknown[] = [];
  const { channel, hear } = await channelOf(() => Promise.reject(bug));
  const before = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.once('unhandledRejection', (error) => seen.push(error));
  void hear(someBundle('x'));
  await settled();
  for (const listener of before) process.on('unhandledRejection', listener);
  assert.deepEqual(seen, [bug], 'it is not hidden');
  assert.equal((channel as unknown as { allWaiting: number }).allWaiting, 0);
});

test('gossip: a stopped channel ignores what still comes', async () => {
  const { channel, hear, repository, offers } = await channelOf();
  channel.stop();
  assert.equal(await hear(publicationBundle(repository)), 'ignore');
  assert.equal(offers.length, 0);
});

test('gossip: a reader that remembers reads each message once, and forgets the oldest', () => {
  const read = rememberingReader(2);
  const messages = ['a', 'b', 'c'].map((text) => ({
    topic: UPDATE_TOPIC,
    from: 'sender',
    data: someBundle(text),
    id: text,
    report: () => {},
  }));
  const first = read(messages[0]!);
  assert.equal(read(messages[0]!), first);
  read(messages[1]!);
  read(messages[2]!);
  assert.notEqual(read(messages[0]!), first);
  assert.deepEqual([...read(messages[0]!)!], [...first!]);
  const malformed = { ...messages[0]!, id: 'malformed', data: Uint8Array.of(1) };
  assert.equal(read(malformed), null);
  assert.equal(read(malformed), null);
});

test('gossip: a bundle is published on the topic that relays listen to', async () => {
  const { environment } = await channelOf();
  await publishBundle(environment, someBundle('x'));
  assert.deepEqual(environment.pubsub.published, [someBundle('x')]);
});

test('gossip: a relay that takes no third parties passes on what the developers publish beside them', async () => {
  const { hear, repository, relay } = await channelOf(undefined, { thirdParties: 'none' });
  repository.delegate({ name: 'alice' });
  repository.addModule({ role: 'alice', module: 'alices', bytes: moduleBytes('alices') });
  repository.addModule({ version: 2, sequence: 2, bytes: moduleBytes('second') });
  repository.publish({ bump: ['targets'] });
  const files = publicationFiles(repository);
  const withAlice = (bytes: Uint8Array) => encodeBundle(new Map([...files, ['1.alice.json', bytes]]));
  const genuine = repository.get('1.alice.json');
  assert.equal(
    await hear(withAlice(Buffer.concat([genuine, Buffer.from(' ')]))),
    'ignore',
    'not the bytes named',
  );
  const misnamed = encodeBundle(new Map([...files, ['2.alice.json', genuine]]));
  assert.equal(await hear(misnamed), 'ignore', 'not the version named');
  assert.equal(relay.client.file('1.alice.json'), null, 'it has not even read them');
  assert.equal(await hear(withAlice(genuine)), 'accept');
});

test('gossip: without hashes in the snapshot nobody knows what third parties wrote, and it is not passed on', async () => {
  const { hear, repository } = await channelOf(undefined, { thirdParties: 'none' });
  repository.pinned = false;
  repository.delegate({ name: 'alice' });
  repository.publish({ bump: ['targets'] });
  const files = publicationFiles(repository).set('1.alice.json', repository.get('1.alice.json'));
  assert.equal(await hear(encodeBundle(files)), 'ignore');
});

test("gossip: PENDING_BYTES_PER_PEER: a flood of the longest messages fills its sender's share only", async () => {
  const answers: ((receipt: Receipt) => void)[] = [];
  const { hear, dropped } = await channelOf(() => new Promise((answer) => answers.push(answer)));
  const longest = (index: number) => {
    const bytes = new Uint8Array(BUNDLE_MAX_BYTES - someBundle('').length).fill(index);
    return encodeBundle(new Map([['timestamp.json', bytes]]));
  };
  for (let index = 0; index < PENDING_VERIFICATIONS_PER_PEER; index++) void hear(longest(index), 'flood');
  const room = PENDING_BYTES_PER_PEER / BUNDLE_MAX_BYTES;
  assert(room < PENDING_VERIFICATIONS_PER_PEER, 'or the bound would bound nothing');
  assert.equal(answers.length, room);
  assert.deepEqual(dropped, Array(PENDING_VERIFICATIONS_PER_PEER - room).fill('overloaded flood'));
  void hear(longest(0), 'other');
  assert.equal(answers.length, room + 1);
  answers[0]!({ verdict: 'reject', refused: 'malformed', news: false });
  await settled();
  void hear(longest(9), 'flood');
  assert.equal(answers.length, room + 2, 'there is room again');
});
