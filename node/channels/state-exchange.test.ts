import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError } from '../environment.ts';
import type { TrustVersions } from '../trust/trust-client.ts';
import type { Offer, Receipt } from './channel.ts';
import { COUNTED_PEERS, EXCHANGES_WAITING, FRUITLESS_PAUSE_MS, REQUEST_TIMEOUT_MS } from './limits.ts';
import { isAhead, StateExchange } from './state-exchange.ts';
import { decodeState, encodeState, STATE_ANSWER_BYTES } from './sync-protocol.ts';
import { ManualEnvironment, settled } from './testing/manual-environment.ts';

const NEWS: Receipt = { verdict: 'accept', refused: null, news: true };
const NO_NEWS: Receipt = { verdict: 'ignore', refused: 'not-found', news: false };

function versionsOf(timestamp: number, root = 1): TrustVersions {
  return { root, timestamp, snapshot: timestamp, timestampSha256: 'a'.repeat(64) };
}

/** A relay at timestamp 5; each offer waits until the test answers it. */
function exchangeOf() {
  const { peers, time } = new ManualEnvironment();
  const offers: { offer: Offer; answer: (receipt: Receipt) => void; fail: (error: Error) => void }[] = [];
  const own = { versions: versionsOf(5), isIncomplete: false };
  const exchange = new StateExchange({
    peers,
    clock: time,
    client: { versions: () => own.versions, isIncomplete: () => own.isIncomplete },
    taker: {
      take: (offer) =>
        new Promise((answer, fail) => {
          offers.push({ offer, answer, fail });
        }),
    },
  });
  const says = (peer: string, versions: TrustVersions): void =>
    void peers.answers.set(peer, () => encodeState(versions));
  const offeredBy = (): (string | null)[] => offers.map(({ offer }) => offer.peer);
  return { exchange, peers, time, offers, own, says, offeredBy };
}

test('state exchange: who has the newer root is ahead, and of equals who has the newer timestamp', () => {
  assert(isAhead(versionsOf(6), versionsOf(5)));
  assert(isAhead(versionsOf(1, 2), versionsOf(5, 1)));
  assert(!isAhead(versionsOf(6, 1), versionsOf(5, 2)));
  assert(!isAhead(versionsOf(5), versionsOf(5)));
});

test('state exchange: a comparison tells this relay and takes from a peer that is ahead', async () => {
  const { exchange, peers, offers, says } = exchangeOf();
  says('newer', versionsOf(6));
  const compared = exchange.compare('newer', 'circuit');
  await settled();
  assert.deepEqual(decodeState(peers.asked[0]!.body), versionsOf(5));
  assert.deepEqual(peers.asked[0]!.limits, { maxBytes: STATE_ANSWER_BYTES, timeoutMs: REQUEST_TIMEOUT_MS });
  const { offer, answer } = offers[0]!;
  assert.equal(offer.peer, 'newer');
  assert.equal(offer.channel, 'circuit');
  answer(NEWS);
  assert.equal(await compared, 'took');
});

test('state exchange: nothing is taken from a peer that is behind, equal, silent or incomprehensible', async () => {
  const { exchange, peers, offers, says } = exchangeOf();
  says('older', versionsOf(4));
  says('equal', versionsOf(5));
  peers.answers.set('refusing', () => null);
  peers.answers.set('slow', () => new RequestError('timeout', 'slow'));
  peers.answers.set('babbling', () => Uint8Array.of(1, 2, 3));
  assert.equal(await exchange.compare('older', 'circuit'), 'ahead');
  assert.equal(await exchange.compare('equal', 'circuit'), 'equal');
  for (const peer of ['refusing', 'slow', 'babbling', 'nobody']) {
    assert.equal(await exchange.compare(peer, 'circuit'), 'no-answer', peer);
  }
  assert.equal(offers.length, 0);
});

test('state exchange: a relay that lacks what its snapshot names takes from equals, from each once in a while', async () => {
  const { exchange, offers, own, says, time, offeredBy } = exchangeOf();
  own.isIncomplete = true;
  for (const [peer, timestamp] of [
    ['older', 4],
    ['as incomplete', 5],
    ['whole', 5],
  ] as const) {
    says(peer, versionsOf(timestamp));
  }
  assert.equal(await exchange.compare('older', 'circuit'), 'ahead');
  const first = exchange.compare('as incomplete', 'circuit');
  await settled();
  offers[0]!.answer({ verdict: 'accept', refused: null, news: false });
  assert.equal(await first, 'equal');
  time.timeMs += FRUITLESS_PAUSE_MS - 1;
  assert.equal(await exchange.compare('as incomplete', 'circuit'), 'equal');
  exchange.heard('as incomplete', versionsOf(5), 'circuit');
  await settled();
  assert.equal(offers.length, 1, 'it is not asked again so soon');
  exchange.heard('as incomplete', versionsOf(6), 'circuit');
  await settled();
  assert.deepEqual(offeredBy(), ['as incomplete', 'as incomplete'], 'but believed at once when it has news');
  offers[1]!.answer(NO_NEWS);
  exchange.heard('whole', versionsOf(5), 'circuit');
  await settled();
  own.isIncomplete = false;
  offers[2]!.answer(NEWS);
  await settled();
  time.timeMs += FRUITLESS_PAUSE_MS;
  assert.equal(await exchange.compare('as incomplete', 'circuit'), 'equal');
  assert.deepEqual(offeredBy(), ['as incomplete', 'as incomplete', 'whole'], 'nobody is asked for nothing');
});

test('state exchange: a liar is believed once, and then not for FRUITLESS_PAUSE_MS', async () => {
  const { exchange, offers, time } = exchangeOf();
  for (let count = 0; count < 100; count++) exchange.heard('liar', versionsOf(99), 'catch-up');
  await settled();
  assert.equal(offers.length, 1, 'a hundred promises of one peer are one');
  offers[0]!.answer(NO_NEWS);
  await settled();
  exchange.heard('liar', versionsOf(100), 'catch-up');
  time.timeMs += FRUITLESS_PAUSE_MS - 1;
  assert.equal(await exchange.take('liar', 'catch-up'), 'fruitless');
  assert.equal(offers.length, 1);
  time.timeMs += 1;
  exchange.heard('liar', versionsOf(100), 'catch-up');
  await settled();
  assert.equal(offers.length, 2);
  offers[1]!.answer(NEWS);
  await settled();
  exchange.heard('liar', versionsOf(101), 'catch-up');
  await settled();
  assert.equal(offers.length, 3, 'whoever has brought news is believed at once');
});

test('state exchange: EXCHANGES_WAITING holds against many liars, and they are taken from one by one', async () => {
  const { exchange, offers, offeredBy } = exchangeOf();
  for (let liar = 0; liar < 50; liar++) exchange.heard(`liar ${liar}`, versionsOf(99), 'catch-up');
  assert.equal(await exchange.take('honest', 'directory'), 'busy');
  for (let turn = 0; turn < EXCHANGES_WAITING; turn++) {
    await settled();
    assert.equal(offers.length, turn + 1);
    offers[turn]!.answer(NO_NEWS);
  }
  await settled();
  assert.deepEqual(offeredBy(), ['liar 0', 'liar 1', 'liar 2', 'liar 3'].slice(0, EXCHANGES_WAITING));
  void exchange.take('honest', 'directory');
  await settled();
  assert.equal(offeredBy().at(-1), 'honest', 'there is room again');
});

test('state exchange: a peer whose news somebody else has brought meanwhile is not held to have lied', async () => {
  const { exchange, offers, own, offeredBy } = exchangeOf();
  const first = exchange.take('first', 'catch-up', versionsOf(6));
  const second = exchange.take('second', 'catch-up', versionsOf(6));
  await settled();
  own.versions = versionsOf(6);
  offers[0]!.answer(NEWS);
  assert.equal(await first, 'took');
  assert.equal(await second, 'equal');
  assert.deepEqual(offeredBy(), ['first'], 'nothing is fetched for what is here already');
  exchange.heard('second', versionsOf(7), 'catch-up');
  await settled();
  assert.equal(offeredBy().at(-1), 'second', 'and it is believed the next time');
});

test('state exchange: a bug in the taker is told, and holds up no later exchange', async () => {
  const { exchange, offers } = exchangeOf();
  const failed = exchange.take('one', 'circuit');
  const waiting = exchange.take('two', 'circuit');
  await settled();
  offers[0]!.fail(new Error('a bug'));
  await assert.rejects(failed, /a bug/);
  await settled();
  offers[1]!.answer(NEWS);
  assert.equal(await waiting, 'took');
  const { takings } = exchange as unknown as { takings: Map<string, unknown> };
  assert.equal(takings.size, 0);
});

test('state exchange: COUNTED_PEERS bounds the peers that are not believed', async () => {
  const { exchange, offers } = exchangeOf();
  for (let liar = 0; liar <= COUNTED_PEERS; liar++) {
    const taken = exchange.take(`liar ${liar}`, 'circuit');
    await Promise.resolve();
    await Promise.resolve();
    offers.at(-1)!.answer(NO_NEWS);
    assert.equal(await taken, 'fruitless');
  }
  const { fruitlessAtMs } = exchange as unknown as { fruitlessAtMs: Map<string, number> };
  assert.equal(fruitlessAtMs.size, COUNTED_PEERS);
  assert(!fruitlessAtMs.has('liar 0'), 'the oldest is forgotten');
});

test('state exchange: a peer whose news came by gossip while it answered has kept its word', async () => {
  const { exchange, offers, own, says } = exchangeOf();
  says('slow', versionsOf(6));
  const compared = exchange.compare('slow', 'catch-up');
  await settled();
  own.versions = versionsOf(6);
  offers[0]!.answer({ verdict: 'accept', refused: null, news: false });
  assert.equal(await compared, 'equal');
  says('slow', versionsOf(7));
  void exchange.compare('slow', 'catch-up');
  await settled();
  assert.equal(offers.length, 2, 'and is believed again at once');
});

test('state exchange: a clock that is set right does not prolong the pause', async () => {
  const { exchange, offers, time } = exchangeOf();
  time.timeMs += 8 * 86_400_000;
  exchange.heard('peer', versionsOf(99), 'catch-up');
  await settled();
  offers[0]!.answer(NO_NEWS);
  await settled();
  time.timeMs -= 8 * 86_400_000;
  exchange.heard('peer', versionsOf(100), 'catch-up');
  await settled();
  assert.equal(offers.length, 2);
});
