/** The model beside the real routers where relays come and go: the same lives, links and meshes, relay by relay. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scenario } from '../../../scenario/scenario.ts';
import { equalShares, runOn, runOnBoth } from '../../../testing/both-engines.ts';
import { RESTLESS_CHURN } from '../../../testing/made-churn.ts';
import { testScenario, testUpdate } from '../../../testing/test-scenario.ts';
import type { EngineResult } from '../../gossipsub/engine.ts';
import { stageColumn } from '../../gossipsub/job.ts';

/** Five publications and a revocation among relays that stay for a minute or two. */
function restless(seed: number): Scenario {
  return testScenario({
    seed,
    durationSeconds: 150,
    updates: [
      testUpdate({ atSeconds: 10, sizeBytes: 20_000 }),
      testUpdate({ atSeconds: 30, module: 'padding-machine', revokeAtSeconds: 100 }),
      testUpdate({ atSeconds: 60, sizeBytes: 20_002 }),
      testUpdate({ atSeconds: 120, sizeBytes: 20_004 }),
    ],
    network: { ...testScenario().network, relays: 100, uplink: { law: 'constant', bitsPerSecond: 2e6 } },
    churn: RESTLESS_CHURN,
  });
}

/** Hours, with sessions of an hour. */
function calm(seed: number, hours = 3): Scenario {
  return testScenario({
    seed,
    durationSeconds: hours * 3600,
    updates: [
      testUpdate({ atSeconds: 3600, sizeBytes: 20_480 }),
      testUpdate({ atSeconds: 7200, sizeBytes: 9000 }),
    ],
    network: {
      ...testScenario().network,
      relays: 200,
      population: 'tor-2025-11',
      latency: { law: 'population' },
    },
    churn: {
      kind: 'laws',
      classes: [
        {
          share: 0.6,
          session: { law: 'exponential', meanSeconds: 3600 },
          absence: { law: 'exponential', meanSeconds: 1800 },
        },
      ],
      arrivalsPerDay: 300,
      departuresPerDay: 300,
      restarts: { everySeconds: 7200, forSeconds: 10 },
    },
  });
}

for (const seed of [1, 2]) {
  test(`model with churn: seed ${seed}: over hours every count is that of the real routers`, async () => {
    const both = await runOnBoth(calm(seed));
    const { real, own } = both;
    const { eventsFired: _theirs, violations, warnings, ...theirs } = real.total;
    const { eventsFired: _mine, violations: ownViolations, warnings: ownWarnings, ...mine } = own.total;
    assert.deepEqual([violations, warnings, ownViolations, ownWarnings], [[], [], [], []]);
    for (const name of ['onlineInTheEnd', 'linkEndsInTheEnd', 'firsts', 'rolledBack', 'refusals'] as const)
      assert.deepEqual(mine[name], theirs[name], `seed ${seed}: ${name}`);
    for (const name of ['copies', 'bytesSent', 'framesSent', 'framesDelivered'] as const) {
      const off = Math.abs(mine[name] / theirs[name] - 1);
      assert(off < 0.002, `seed ${seed}: ${name} ${mine[name]} instead of ${theirs[name]}`);
    }
    for (const kind of ['messages', 'subscriptions', 'ihave', 'graft', 'links'] as const) {
      const off = Math.abs(mine.bytesByKind[kind] / theirs.bytesByKind[kind] - 1);
      assert(
        off < 0.002,
        `seed ${seed}: ${kind} ${mine.bytesByKind[kind]} instead of ${theirs.bytesByKind[kind]}`,
      );
    }
    for (const release of [0, 1]) {
      const equal = equalShares(both, release);
      assert(
        equal.heard > 0.97 && equal.activated > 0.9,
        `seed ${seed}: release ${release}: ${JSON.stringify(equal)}`,
      );
    }
  });
}

test('model with churn: relays that stay for a minute hear what they would hear, when they would', async () => {
  const both = await runOnBoth(restless(1));
  const { real, own } = both;
  assert(own.total.framesDropped > 500, `${own.total.framesDropped} frames dropped`);
  assert(own.total.rolledBack > 80, `${own.total.rolledBack} took the revoked module out`);
  for (const name of ['firsts', 'onlineInTheEnd', 'linkEndsInTheEnd'] as const)
    assert.equal(own.total[name], real.total[name], name);
  for (const kind of ['messages', 'subscriptions', 'graft', 'links'] as const)
    assert.equal(own.total.bytesByKind[kind], real.total.bytesByKind[kind], kind);
  for (let release = 0; release < 4; release++) {
    const equal = equalShares(both, release);
    assert(equal.heard > 0.97 && equal.activated > 0.8, `release ${release}: ${JSON.stringify(equal)}`);
  }
});

test('model with churn: without catch-up who was away hears nothing, as on the real routers', async () => {
  const both = await runOnBoth(calm(1), ['gossip']);
  const { real, own, relays } = both;
  assert.equal(own.total.bytesByKind.requests, real.total.bytesByKind.requests);
  const { heard } = equalShares(both, 0);
  assert(heard > 0.97, `${heard} equal`);
  const asking = await runOn('model', calm(1));
  const heardBy = ({ shared }: EngineResult): number =>
    stageColumn(shared, relays, 0, 'heard').filter((timeUs) => !Number.isNaN(timeUs)).length;
  assert(heardBy(asking.result) > heardBy(own) + 20, 'catch-up reaches more');
});

test('model with churn: quiet times change who is in whose mesh, and not what comes of it', async () => {
  let [followed, quiet] = [0, 0];
  for (const seed of [1, 2, 3]) {
    const one = await runOn('model', calm(seed, 30));
    const other = await runOn('model', calm(seed, 30), undefined, { followedUs: 0 });
    assert(
      other.result.total.eventsFired < 0.6 * one.result.total.eventsFired,
      'fewer events where nobody publishes',
    );
    assert.equal(other.result.total.onlineInTheEnd, one.result.total.onlineInTheEnd);
    followed += one.result.total.copies;
    quiet += other.result.total.copies;
    for (const release of [0, 1]) {
      const times = [one, other].map(({ result, relays }) =>
        stageColumn(result.shared, relays, release, 'heard'),
      );
      const reached = times.map((column) => column.filter((timeUs) => !Number.isNaN(timeUs)).length);
      assert.equal(reached[1], reached[0], `seed ${seed}: release ${release} reaches as many`);
    }
  }
  assert(Math.abs(quiet / followed - 1) < 0.05, `${quiet} copies instead of ${followed}`);
});

test('model with churn: the same seed gives the same run, another seed another', async () => {
  const [one, again, other] = [
    await runOn('model', restless(1)),
    await runOn('model', restless(1)),
    await runOn('model', restless(2)),
  ];
  assert.equal(again.result.traceHash, one.result.traceHash);
  assert.deepEqual(again.result.total, one.result.total);
  assert.notEqual(other.result.traceHash, one.result.traceHash);
});

test('model with catch-up: where nobody goes, relays ask their first peers, and every count is the same', async () => {
  const scenario = { ...calm(1), churn: null, durationSeconds: 60, updates: [testUpdate({ atSeconds: 20 })] };
  const both = await runOnBoth(scenario);
  const { real, own } = both;
  assert(own.total.bytesByKind.requests > 50_000);
  assert.deepEqual(own.total.bytesByKind, real.total.bytesByKind);
  assert.deepEqual(equalShares(both, 0), { heard: 1, activated: 1 });
});
