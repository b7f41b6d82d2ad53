import assert from 'node:assert/strict';
import { test } from 'node:test';
import { START_MS } from '../trust/testing/test-repository.ts';
import { DirectoryChannel } from './directory.ts';
import { ManualEnvironment } from './testing/manual-environment.ts';
import { ScriptedExchange } from './testing/scripted-exchange.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const START_JITTER_MS = 10_000;

/** A relay that comes up ten minutes into an hour. */
function channelOf(authorities: readonly string[] = ['authority'], jitterShare = 0.5) {
  const environment = new ManualEnvironment();
  const { time } = environment;
  time.timeMs = START_MS + 10 * MINUTE_MS;
  const exchange = new ScriptedExchange();
  const fetchedAtMs: number[] = [];
  const outcomeAt = exchange.compare.bind(exchange);
  exchange.compare = (peer, channel) => {
    fetchedAtMs.push(time.timeMs - START_MS);
    return outcomeAt(peer, channel);
  };
  const terms = { intervalMs: HOUR_MS, jitterShare };
  const channel = new DirectoryChannel({ environment, authorities, terms, exchange });
  return { channel, environment, exchange, time, fetchedAtMs };
}

test('directory: a relay that comes up fetches at once, at a time of its own', async () => {
  for (const draw of [0, 0.5, 0.999]) {
    const { channel, environment, exchange, time, fetchedAtMs } = channelOf();
    environment.draws = [draw];
    channel.start();
    await time.advance(START_JITTER_MS);
    assert.deepEqual(fetchedAtMs, [10 * MINUTE_MS + draw * START_JITTER_MS]);
    assert.deepEqual(exchange.compared, [{ peer: 'authority', channel: 'directory' }]);
  }
});

test('directory: then once in each interval, uniformly within its first half', async () => {
  const { channel, environment, time, fetchedAtMs } = channelOf();
  environment.draws = [0, 0.999, 0.5, 0.001];
  channel.start();
  await time.advance(4 * HOUR_MS);
  assert.deepEqual(fetchedAtMs.slice(1), [
    HOUR_MS + 0.999 * 0.5 * HOUR_MS,
    2 * HOUR_MS + 0.5 * 0.5 * HOUR_MS,
    3 * HOUR_MS + 0.001 * 0.5 * HOUR_MS,
    4 * HOUR_MS,
  ]);
});

test('directory: the share of the interval is what the terms say', async () => {
  const { channel, environment, time, fetchedAtMs } = channelOf(['authority'], 0.1);
  environment.draws = [0.5];
  channel.start();
  await time.advance(2 * HOUR_MS);
  assert.equal(fetchedAtMs[1], HOUR_MS + 0.5 * 0.1 * HOUR_MS);
});

test('directory: every outcome that says what is newest is a fetch; authorities take turns at random', async () => {
  for (const outcome of ['equal', 'ahead', 'took'] as const) {
    const { channel, environment, exchange, time } = channelOf(['a', 'b', 'c']);
    environment.draws = [0.1, 0.9, 0.4, 0.7];
    exchange.outcome = () => outcome;
    channel.start();
    await time.advance(20 * HOUR_MS);
    assert.equal(exchange.compared.length, 21, outcome);
    assert.deepEqual(new Set(exchange.peers), new Set(['a', 'b', 'c']));
  }
});

test('directory: an authority that fails is followed by another, each once', async () => {
  for (const failure of ['no-answer', 'fruitless', 'busy'] as const) {
    const { channel, exchange, time } = channelOf(['a', 'b', 'c']);
    exchange.outcome = () => (exchange.compared.length < 3 ? failure : 'took');
    channel.start();
    await time.advance(START_JITTER_MS);
    assert.deepEqual(exchange.peers.toSorted(), ['a', 'b', 'c'], failure);
  }
});

test('directory: when all fail, rounds follow at doubling distances, until the next one is out', async () => {
  const { channel, exchange, time, fetchedAtMs } = channelOf(['a', 'b']);
  exchange.outcome = () => 'no-answer';
  channel.start();
  await time.advance(50 * MINUTE_MS - 1);
  const rounds = fetchedAtMs.filter((_atMs, index) => index % 2 === 0);
  const first = 10 * MINUTE_MS + START_JITTER_MS / 2;
  assert.deepEqual(
    rounds.map((atMs) => (atMs - first) / MINUTE_MS),
    [0, 1, 3, 7, 15, 31],
  );
  assert.equal(fetchedAtMs.length, 2 * rounds.length, 'each authority once a round');
  exchange.outcome = () => 'equal';
  fetchedAtMs.length = 0;
  await time.advance(HOUR_MS);
  assert.deepEqual(fetchedAtMs, [HOUR_MS + 0.25 * HOUR_MS], 'the next consensus at its own time');
});

test('directory: distances begin anew after a success', async () => {
  const { channel, exchange, time, fetchedAtMs } = channelOf();
  exchange.outcome = () => (time.timeMs < START_MS + 15 * MINUTE_MS ? 'no-answer' : 'equal');
  channel.start();
  await time.advance(50 * MINUTE_MS);
  exchange.outcome = () => 'no-answer';
  fetchedAtMs.length = 0;
  await time.advance(20 * MINUTE_MS);
  assert.deepEqual(
    fetchedAtMs.map((atMs) => (atMs - HOUR_MS) / MINUTE_MS - 15),
    [0, 1, 3].slice(0, fetchedAtMs.length),
  );
  assert(fetchedAtMs.length > 1);
});

test('directory: a relay that has slept over many intervals fetches once', async () => {
  const { channel, environment, time, fetchedAtMs } = channelOf();
  environment.draws = [0];
  channel.start();
  await time.advance(MINUTE_MS);
  time.timeMs += 100 * HOUR_MS; // timers stood still meanwhile, as in a sleeping laptop
  fetchedAtMs.length = 0;
  await time.advance(MINUTE_MS);
  assert.equal(fetchedAtMs.length, 2, 'the one it was waiting for, and the latest');
  await time.advance(HOUR_MS);
  assert.equal(fetchedAtMs.length, 3);
});

test('directory: a stopped channel plans nothing more', async () => {
  const { channel, time, fetchedAtMs } = channelOf();
  channel.start();
  channel.stop();
  await time.advance(3 * HOUR_MS);
  assert.deepEqual(fetchedAtMs, []);
  assert.deepEqual(time.waitsMs, []);
});

test('directory: without an authority there is no directory', () => {
  assert.throws(() => channelOf([]), RangeError);
});
