import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CatchUpChannel, MESH_STANDS_MS } from './catch-up.ts';
import { CATCH_UP_PEERS } from './limits.ts';
import { ManualEnvironment } from './testing/manual-environment.ts';
import { ScriptedExchange } from './testing/scripted-exchange.ts';

const JITTER_MS = 1000;

function channelOf() {
  const environment = new ManualEnvironment();
  const exchange = new ScriptedExchange();
  const channel = new CatchUpChannel({ environment, exchange });
  const { peers, time } = environment;
  return { channel, environment, exchange, peers, time };
}

const namesOf = (count: number): string[] => Array.from({ length: count }, (_unused, i) => `peer ${i}`);

test('catch-up: the first few connections are asked, and no more', async () => {
  const { channel, exchange, peers, time } = channelOf();
  channel.start();
  for (const name of namesOf(10)) {
    peers.connect(name);
    await time.advance(JITTER_MS);
  }
  assert.deepEqual(exchange.peers, namesOf(CATCH_UP_PEERS));
  assert(exchange.compared.every((compared) => compared.channel === 'catch-up'));
});

test('catch-up: connections that were open before count as well', async () => {
  const { channel, exchange, peers, time } = channelOf();
  for (const name of namesOf(10)) peers.connect(name);
  channel.start();
  await time.advance(JITTER_MS);
  assert.deepEqual(exchange.peers, namesOf(CATCH_UP_PEERS));
});

test('catch-up: peers are asked at times of their own within a second', async () => {
  const { channel, environment, exchange, peers, time } = channelOf();
  environment.draws = [0.5, 0, 0.25, 0.999];
  channel.start();
  for (const name of namesOf(3)) peers.connect(name);
  assert.deepEqual(time.waitsMs, [0, 250, 999, MESH_STANDS_MS + 500]);
  await time.advance(249);
  assert.deepEqual(exchange.peers, ['peer 0']);
  await time.advance(1);
  assert.deepEqual(exchange.peers, ['peer 0', 'peer 1']);
});

test('catch-up: a relay that has been alone asks again', async () => {
  const { channel, exchange, peers, time } = channelOf();
  channel.start();
  for (const name of namesOf(5)) peers.connect(name);
  await time.advance(JITTER_MS);
  for (const name of namesOf(4)) peers.disconnect(name);
  peers.connect('not alone');
  await time.advance(JITTER_MS);
  assert.equal(exchange.compared.length, CATCH_UP_PEERS);
  for (const name of ['peer 4', 'not alone']) peers.disconnect(name);
  for (const name of ['back 0', 'back 1', 'back 2', 'back 3']) peers.connect(name);
  await time.advance(JITTER_MS);
  assert.deepEqual(exchange.peers.slice(CATCH_UP_PEERS), ['back 0', 'back 1', 'back 2']);
});

test('catch-up: of peers that were lost and are back one is asked, and another ten seconds later', async () => {
  const { channel, exchange, peers, time } = channelOf();
  channel.start();
  for (const name of namesOf(8)) peers.connect(name);
  await time.advance(JITTER_MS);
  assert.equal(exchange.compared.length, CATCH_UP_PEERS);
  for (const name of namesOf(4)) peers.disconnect(name);
  for (const name of namesOf(4)) peers.connect(name);
  await time.advance(JITTER_MS);
  assert.deepEqual(exchange.peers.slice(CATCH_UP_PEERS), ['peer 0']);
  await time.advance(MESH_STANDS_MS);
  exchange.compared.length = 0;
  peers.connect('a stranger');
  peers.disconnect('peer 5');
  peers.connect('peer 5');
  await time.advance(JITTER_MS);
  assert.deepEqual(exchange.peers, ['peer 5']);
});

test('catch-up: when the mesh stands one of the peers is asked once more', async () => {
  const { channel, environment, exchange, peers, time } = channelOf();
  environment.draws = [0, 0, 0, 0, 0.7];
  channel.start();
  for (const name of namesOf(10)) peers.connect(name);
  await time.advance(MESH_STANDS_MS - 1);
  assert.equal(exchange.compared.length, CATCH_UP_PEERS);
  await time.advance(1);
  assert.deepEqual(exchange.peers.slice(CATCH_UP_PEERS), ['peer 7']);
  await time.advance(10 * MESH_STANDS_MS);
  assert.equal(exchange.compared.length, CATCH_UP_PEERS + 1, 'and never again');
});

test('catch-up: a mesh begins anew with a relay that was alone, and with peers that come back', async () => {
  const { channel, exchange, peers, time } = channelOf();
  channel.start();
  peers.connect('one');
  await time.advance(MESH_STANDS_MS / 2);
  peers.disconnect('one');
  peers.connect('other');
  await time.advance(MESH_STANDS_MS - 1);
  assert.deepEqual(exchange.peers, ['one', 'other'], 'the mesh of before is gone');
  await time.advance(1 + JITTER_MS);
  assert.deepEqual(exchange.peers, ['one', 'other', 'other']);
  peers.connect('one');
  peers.disconnect('other');
  await time.advance(JITTER_MS);
  exchange.compared.length = 0;
  peers.connect('other');
  await time.advance(JITTER_MS);
  assert.deepEqual(exchange.peers, ['other']);
  await time.advance(MESH_STANDS_MS);
  assert.equal(exchange.compared.length, 2);
});

test('catch-up: who has no peers when the mesh would stand asks nobody', async () => {
  const { channel, exchange, peers, time } = channelOf();
  channel.start();
  peers.connect('gone');
  await time.advance(JITTER_MS);
  peers.disconnect('gone');
  await time.advance(2 * MESH_STANDS_MS);
  assert.deepEqual(exchange.peers, ['gone']);
});

test('catch-up: for a peer that could not help, the next connection is asked', async () => {
  for (const outcome of ['no-answer', 'fruitless', 'busy'] as const) {
    const { channel, exchange, peers, time } = channelOf();
    exchange.outcome = (peer) => (peer === 'peer 1' ? outcome : 'equal');
    channel.start();
    for (const name of namesOf(3)) peers.connect(name);
    await time.advance(JITTER_MS);
    for (const name of ['next', 'one too many']) peers.connect(name);
    await time.advance(JITTER_MS);
    assert.deepEqual(exchange.peers, [...namesOf(3), 'next'], outcome);
  }
});

test('catch-up: a stopped channel asks nobody, not even whom it meant to ask', async () => {
  const { channel, exchange, peers, time } = channelOf();
  channel.start();
  peers.connect('before');
  channel.stop();
  peers.connect('after');
  await time.advance(2 * MESH_STANDS_MS);
  assert.deepEqual(exchange.peers, []);
  assert.deepEqual(time.waitsMs, []);
});
