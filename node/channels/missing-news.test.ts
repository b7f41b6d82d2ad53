import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASKED_INSTEAD } from './limits.ts';
import { MissingNews } from './missing-news.ts';
import type { Exchanged } from './state-exchange.ts';
import { ManualEnvironment, settled } from './testing/manual-environment.ts';

/** A relay with seven peers; what comes of asking each is said by `outcomes`. */
function missingOf(outcomes: Readonly<Record<string, Exchanged>>) {
  const environment = new ManualEnvironment();
  for (let peer = 0; peer < 7; peer++) environment.peers.connect(`peer ${peer}`);
  const asked: string[] = [];
  const paused = new Set<string>();
  const come = (way: string) => async (peer: string) => {
    asked.push(`${way} ${peer}`);
    await settled();
    return outcomes[peer] ?? 'equal';
  };
  const missing = new MissingNews({
    environment,
    exchange: {
      isPaused: (peer) => paused.has(peer),
      take: come('take'),
      compare: come('compare'),
    },
  });
  return { missing, asked, paused };
}

test('missing news: they are taken from whoever sent them, and nobody else is asked', async () => {
  for (const outcome of ['took', 'equal', 'busy'] as const) {
    const { missing, asked } = missingOf({ 'peer 0': outcome });
    await missing.takeFrom('peer 0');
    assert.deepEqual(asked, ['take peer 0'], outcome);
  }
});

test('missing news: when their sender does not hand them over, others are asked until one does', async () => {
  const { missing, asked } = missingOf({ 'peer 0': 'fruitless', 'peer 1': 'took', 'peer 4': 'took' });
  await missing.takeFrom('peer 0');
  assert.equal(asked[0], 'take peer 0');
  const instead = asked.slice(1);
  assert(instead.length > 0 && instead.length <= ASKED_INSTEAD);
  assert(!instead.includes('compare peer 0'));
  const helped = instead.findIndex((one) => one === 'compare peer 1' || one === 'compare peer 4');
  assert(helped === -1 || helped === instead.length - 1, 'nobody after the one that helped');
});

test('missing news: ASKED_INSTEAD bounds a round, and one round is under way at a time', async () => {
  const fruitless = Object.fromEntries(
    Array.from({ length: 7 }, (_, peer) => [`peer ${peer}`, 'fruitless'] as const),
  );
  const { missing, asked } = missingOf(fruitless);
  await Promise.all([missing.takeFrom('peer 0'), missing.takeFrom('peer 1'), missing.takeFrom('peer 2')]);
  assert.equal(asked.filter((one) => one.startsWith('compare')).length, ASKED_INSTEAD);
  await missing.takeFrom('peer 3');
  assert.equal(asked.filter((one) => one.startsWith('compare')).length, 2 * ASKED_INSTEAD, 'the next one');
});

test('missing news: a sender that has brought nothing lately makes the relay ask nobody', async () => {
  const { missing, asked, paused } = missingOf({ 'peer 0': 'fruitless' });
  paused.add('peer 0');
  await missing.takeFrom('peer 0');
  assert.deepEqual(asked, []);
});
