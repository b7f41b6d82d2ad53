/** Channels beside gossip on the model and on the real routers: the same questions and answers, relay by relay. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveArm, LiveChannel, Scenario } from '../../../scenario/scenario.ts';
import { equalShares, type RanOnBoth, runOnBoth } from '../../../testing/both-engines.ts';
import { RESTLESS_CHURN } from '../../../testing/made-churn.ts';
import { TEST_TRUST, testScenario, testUpdate, torNetwork } from '../../../testing/test-scenario.ts';
import type { EngineResult } from '../../gossipsub/engine.ts';
import { stageColumn } from '../../gossipsub/job.ts';

/** Two releases among relays of Tor, the second of them large. */
function calm(seed: number, changes: Partial<Scenario> = {}): Scenario {
  return testScenario({
    seed,
    durationSeconds: 1500,
    updates: [
      testUpdate({ atSeconds: 60, sizeBytes: 20_480 }),
      testUpdate({ atSeconds: 700, module: 'padding-machine', sizeBytes: 120_000 }),
    ],
    network: torNetwork(100),
    ...changes,
  });
}

/** A release, and another that is revoked, among relays that stay for a minute or two. */
function restless(seed: number): Scenario {
  return calm(seed, {
    durationSeconds: 400,
    updates: [
      testUpdate({ atSeconds: 20, sizeBytes: 20_000 }),
      testUpdate({ atSeconds: 110, module: 'padding-machine', revokeAtSeconds: 220 }),
    ],
    churn: RESTLESS_CHURN,
  });
}

/** Large modules on slow uplinks, one soon after the other: for a hook again, for another one, and one that is revoked. */
function hurried(seed: number): Scenario {
  const module = 'guard-maturity';
  return calm(seed, {
    durationSeconds: 240,
    updates: [
      testUpdate({ atSeconds: 40, module, sizeBytes: 100_000 }),
      testUpdate({ atSeconds: 50, module, sizeBytes: 90_000 }),
      testUpdate({ atSeconds: 60, module: 'padding-machine', sizeBytes: 100_000, revokeAtSeconds: 75 }),
      testUpdate({ atSeconds: 90, module, sizeBytes: 20_000, priority: 1 }),
    ],
    network: { ...torNetwork(80), uplink: { law: 'constant', bitsPerSecond: 1e6 } },
  });
}

function directory(changes: Partial<LiveArm['directory']> = {}): Pick<LiveArm, 'directory'> {
  const terms = { authorities: 3, uplinkBitsPerSecond: 100e6, intervalSeconds: 300, jitterShare: 0.5 };
  return { directory: { ...terms, ...changes } };
}

/**
 * Every time of every relay, and every count but those of events, of attempts, and of links in the end; on slow uplinks but
 * penalties too, since the model counts none for a promise of gossip that is broken there.
 */
function assertEqual(
  { real, own }: RanOnBoth,
  what: string,
  { slowUplinks = false, isRestless = false } = {},
): void {
  const [theirs, mine] = [real, own].map(({ total }) => {
    const { eventsFired, attempts, onlineInTheEnd, linkEndsInTheEnd, penalties, ...counts } = total;
    const { framesDelivered, framesDropped, copies, ...sent } = counts;
    return slowUplinks ? counts : isRestless ? sent : { ...counts, penalties };
  });
  assert.deepEqual([real.total.violations, real.total.warnings], [[], []], what);
  assert.deepEqual(own.shared.stageTimesUs, real.shared.stageTimesUs, what);
  assert.deepEqual(mine, theirs, what);
}

function reached({ shared }: EngineResult, relays: number, release: number): number {
  return stageColumn(shared, relays, release, 'activated').filter((timeUs) => !Number.isNaN(timeUs)).length;
}

const EXACT: readonly (readonly LiveChannel[])[] = [
  ['directory'],
  ['gossip', 'directory'],
  ['gossip', 'directory', 'catch-up'],
  ['circuit'],
  ['gossip', 'circuit'],
  ['circuit', 'directory'],
  ['gossip', 'directory', 'circuit', 'catch-up'],
];

for (const channels of EXACT) {
  for (const authorities of channels.includes('directory') ? [1, 9] : [0]) {
    const by = `${channels.join('+')}${authorities > 0 ? `, authorities: ${authorities}` : ''}`;
    test(`model with channels: ${by}: every time and every count is that of the real relays`, async () => {
      for (const seed of [1, 2]) {
        const both = await runOnBoth(calm(seed), channels, directory({ authorities }));
        assertEqual(both, `seed ${seed}`);
        assert(reached(both.own, both.relays, 0) >= 99, `seed ${seed}`);
      }
    });
  }
}

const HURRIED: readonly (readonly LiveChannel[])[] = [
  ['circuit'],
  ['circuit', 'catch-up'],
  ['circuit', 'directory'],
  ['gossip', 'circuit'],
  ['gossip', 'directory', 'catch-up'],
];

for (const channels of HURRIED) {
  test(`model with channels: ${channels.join('+')}: news that come while modules of the last are on their way change what is fetched`, async () => {
    const both = await runOnBoth(hurried(1), channels, directory({ intervalSeconds: 30 }));
    assertEqual(both, 'seed 1', { slowUplinks: true });
    const { own, relays } = both;
    assert.equal(reached(own, relays, 3), relays, 'all run the last one');
    if (!channels.includes('gossip'))
      assert(reached(own, relays, 0) < relays, 'some were at the first when it was replaced');
  });
}

test('model with channels: relays that all ask one slow authority at once wait for it as the real ones do', async () => {
  const terms = directory({ authorities: 1, uplinkBitsPerSecond: 2e6, jitterShare: 0.01 });
  const both = await runOnBoth(calm(1), ['directory'], terms);
  assertEqual(both, 'seed 1');
  assert(both.own.total.bytesByKind.requests > 12e6, 'all fetch both modules');
});

test('model with channels: timestamps that are signed anew and expire come out as from the real authorities', async () => {
  const trust = { ...TEST_TRUST, timestampEverySeconds: 250, timestampExpiresSeconds: 410 };
  const both = await runOnBoth(calm(2, { trust }), ['directory'], directory());
  assertEqual(both, 'seed 2');
  const expired = { ...TEST_TRUST, timestampExpiresSeconds: 150 };
  const stale = await runOnBoth(calm(1, { trust: expired }), ['directory'], directory());
  assertEqual(stale, 'seed 1');
  assert(stale.own.total.refusals.expired! > 1000, 'nobody takes what has expired');
});

/** As many relays come to run each release, nearly all of them at the same microsecond, by as many bytes of requests. */
function assertNearlyEqual(both: RanOnBoth, seed: number, bytesApart: number): void {
  const { real, own, relays } = both;
  for (const release of [0, 1]) {
    const equal = equalShares(both, release);
    assert(equal.heard > 0.97 && equal.activated > 0.97, `seed ${seed}: ${JSON.stringify(equal)}`);
    assert.equal(
      reached(own, relays, release),
      reached(real, relays, release),
      `seed ${seed}: release ${release}`,
    );
  }
  const [mine, theirs] = [own, real].map(({ total }) => total.bytesByKind.requests);
  const told = `seed ${seed}: ${mine} bytes of requests instead of ${theirs}`;
  assert(Math.abs(mine! / theirs! - 1) < bytesApart, told);
}

const RESTLESS: readonly (readonly LiveChannel[])[] = [
  ['directory'],
  ['gossip', 'directory', 'catch-up'],
  ['directory', 'catch-up'],
  ['circuit'],
  ['gossip', 'circuit'],
  ['circuit', 'catch-up'],
  ['gossip', 'directory', 'circuit', 'catch-up'],
];

for (const channels of RESTLESS) {
  test(`model with channels: ${channels.join('+')} among relays that stay for a minute: they take what they would, when they would`, async () => {
    for (const seed of [1, 2]) {
      const both = await runOnBoth(
        restless(seed),
        channels,
        directory({ authorities: 2, intervalSeconds: 60 }),
      );
      assertEqual(both, `seed ${seed}`, { isRestless: true });
    }
  });
}

test('model with gossip alone among relays that come and go: a timestamp tells newcomers of all that they lack', async () => {
  const trust = { ...TEST_TRUST, timestampEverySeconds: 45 };
  for (const seed of [1, 2]) {
    const both = await runOnBoth({ ...restless(seed), trust }, ['gossip']);
    assert(both.real.total.bytesByKind.requests > 100_000, 'newcomers ask for what they lack');
    assertNearlyEqual(both, seed, 0.001);
  }
});
