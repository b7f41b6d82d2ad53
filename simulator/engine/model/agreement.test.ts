/** The model beside the real routers: the same networks, relay by relay. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crosscheckRun, isWithinBounds } from '../../measure/crosscheck.ts';
import type { RunOutcome } from '../../measure/outcome.ts';
import type { LatencyLaw } from '../../scenario/scenario.ts';
import { runArmOnBoth } from '../../testing/both-engines.ts';
import { testLiveArm, testScenario, testUpdate } from '../../testing/test-scenario.ts';

const LAWS: Readonly<Record<string, LatencyLaw>> = {
  'latencies of Tor': { law: 'population' },
  'uniform latencies': { law: 'uniform', minMs: 10, maxMs: 300 },
  'constant latencies': { law: 'constant', latencyMs: 50 },
};

/** Share of relays that hear the first update at the very same microsecond on both engines. */
function equalShare([one, other]: readonly [RunOutcome, RunOutcome]): number {
  const [mine, theirs] = [one, other].map(({ arms }) => arms[0]!.updates[0]!.stages.heard);
  return mine!.filter((seconds, relay) => seconds === theirs![relay]).length / mine!.length;
}

/** As the network of many relays is. */
const RECKONED = { followedRelays: 0 };

for (const [name, latency] of Object.entries(LAWS)) {
  for (const seed of [1, 2, 3]) {
    test(`model: with ${name}, seed ${seed}, it agrees with the real routers within the bounds`, async () => {
      const { network } = testScenario();
      const outcomes = await runArmOnBoth(
        testScenario({
          seed,
          durationSeconds: 30,
          updates: [testUpdate({ atSeconds: 15, sizeBytes: 20_480 })],
          network: {
            ...network,
            relays: 300,
            population: 'tor-2025-11',
            uplink: { law: 'population' },
            latency,
          },
        }),
        testLiveArm('live'),
        RECKONED,
      );
      assert.equal(outcomes[0].arms[0]!.engine, 'gossipsub');
      assert.equal(outcomes[1].arms[0]!.engine, 'model');
      const arms = crosscheckRun(...outcomes);
      assert(isWithinBounds(arms), `seed ${seed}: ${JSON.stringify(arms)}`);
      assert(arms[0]!.heardDistance < 0.01, `curves ${arms[0]!.heardDistance} apart`);
      const equal = equalShare(outcomes);
      assert(equal > 0.9, `${equal} of relays hear at the same microsecond`);
    });
  }
}

test('model: on uplinks so slow that routers forget what was declined, it sends the same again', async () => {
  const { network } = testScenario();
  const outcomes = await runArmOnBoth(
    testScenario({
      durationSeconds: 60,
      updates: [testUpdate({ atSeconds: 15, sizeBytes: 20_480 })],
      network: { ...network, relays: 300, uplink: { law: 'constant', bitsPerSecond: 100_000 } },
    }),
    testLiveArm('live'),
    RECKONED,
  );
  const [arm] = crosscheckRun(...outcomes);
  const { values, difference } = arm!.figures.find(({ figure }) => figure === 'duplicates')!;
  assert(isWithinBounds([arm!]), JSON.stringify(arm));
  assert(values[0]! > 500 && Math.abs(difference!) < 0.02, `${values} duplicates`);
});

test('model: a small network is followed link by link, and every relay hears when the real one does', async () => {
  const { network } = testScenario();
  for (const seed of [1, 2]) {
    const outcomes = await runArmOnBoth(
      testScenario({
        seed,
        durationSeconds: 60,
        updates: [testUpdate({ atSeconds: 12, sizeBytes: 20_480 })],
        network: { ...network, relays: 60, degree: 13, uplink: { law: 'constant', bitsPerSecond: 1e6 } },
      }),
    );
    const [real, own] = outcomes.map(({ arms }) => arms[0]!);
    assert.deepEqual(own!.updates[0]!.stages, real!.updates[0]!.stages, `seed ${seed}`);
  }
});

test('model: several updates, a revocation, rotations and timestamps come out as with the real routers', async () => {
  const { network, trust } = testScenario();
  const [one, other] = await runArmOnBoth(
    testScenario({
      durationSeconds: 150,
      updates: [
        testUpdate({ atSeconds: 15, sizeBytes: 20_480 }),
        testUpdate({ atSeconds: 35, module: 'padding-machine', revokeAtSeconds: 75 }),
        testUpdate({ atSeconds: 55, sizeBytes: 30_720, notBeforeSeconds: 90 }),
      ],
      trust: { ...trust, timestampEverySeconds: 45, rotations: [{ role: 'targets', atSeconds: 110 }] },
      network: { ...network, relays: 60, population: 'tor-2025-11', latency: { law: 'population' } },
    }),
  );
  const [mine, theirs] = [one.arms[0]!, other.arms[0]!];
  assert(mine.rolledBack > 50, 'the revocation takes effect');
  assert.equal(theirs.rolledBack, mine.rolledBack);
  assert.deepEqual(theirs.trust, mine.trust);
  assert.deepEqual(theirs.cost!.load.bytesByKind, mine.cost!.load.bytesByKind);
  for (const [index, update] of mine.updates.entries()) {
    const own = theirs.updates[index]!;
    for (const stage of ['heard', 'verified', 'staged', 'activated'] as const) {
      const same = update.stages[stage].filter((seconds, relay) =>
        Object.is(seconds, own.stages[stage][relay]),
      );
      assert(same.length >= 57, `update ${index}: ${stage} is the same on ${same.length} of 60 relays`);
    }
    assert.deepEqual(own.verdicts, update.verdicts);
    const removed = update.removed.filter((seconds, relay) => Object.is(seconds, own.removed[relay]));
    assert(
      removed.length >= 57,
      `update ${index}: removed at the same time on ${removed.length} of 60 relays`,
    );
  }
});
