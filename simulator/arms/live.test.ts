import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPopulation } from '../population/draw.ts';
import { buildTopology } from '../population/topology.ts';
import type { LiveArm, Scenario } from '../scenario/scenario.ts';
import { TEST_TRUST, testLiveArm, testScenario, testUpdate } from '../testing/test-scenario.ts';
import { type LiveRun, runLiveArm } from './live.ts';
import { prepareHostileModules, prepareReleases } from './release.ts';

async function live(scenario: Scenario, signal?: AbortSignal): Promise<LiveRun> {
  const population = drawPopulation(scenario.network, scenario.traffic, scenario.seed);
  const topology = buildTopology(population, scenario.network, scenario.seed);
  const releases = await prepareReleases(scenario);
  const hostileModules = await prepareHostileModules(scenario);
  const arm = scenario.arms[0] as LiveArm;
  return runLiveArm({ scenario, arm, population, topology, releases, hostileModules }, { signal });
}

/** Several messages on slow uplinks: queues, broken IWANT promises, prunes and penalties all take place. */
const busy = testScenario({
  durationSeconds: 120,
  updates: [10, 10.1, 10.2, 10.3, 10.4, 10.5, 11, 11.1, 11.2, 85, 85.1, 85.2, 86].map((atSeconds, index) =>
    testUpdate({ atSeconds, sizeBytes: 20_000 + index }),
  ),
  network: { ...testScenario().network, uplink: { law: 'constant', bitsPerSecond: 1e5 } },
});

test('live arm: full and fast fidelity leave the same trace, on one thread and on two', async () => {
  const reference = await live({ ...busy, fidelity: 'full', threads: 1 });
  const { traceHash, cost } = reference.outcome;
  assert.deepEqual(reference.outcome.violations, []);
  assert((cost?.duplicates ?? 0) > 1000, 'the scenario should be busy');
  assert((cost?.penalties ?? 0) > 1000, 'routers should penalise each other');
  const { bytesByKind, relays } = cost?.load ?? assert.fail();
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
  assert.equal(sum(Object.values(bytesByKind)), cost?.bytes, 'every byte was for something');
  assert.equal(sum(relays.sentBytes), cost?.bytes, 'and was sent by some relay');
  assert.equal(sum(relays.messageBytes), bytesByKind.messages);
  assert.equal(sum(relays.duplicates), cost?.duplicates);
  for (const kind of ['subscriptions', 'ihave', 'iwant', 'graft', 'idontwant', 'links'] as const) {
    assert(bytesByKind[kind] > 0, `${kind}: ${JSON.stringify(bytesByKind)}`);
  }
  const gossiped = (cost?.bytes ?? 0) - bytesByKind.links - bytesByKind.requests;
  assert(sum(relays.receivedGossipBytes) <= gossiped, 'nothing arrives that was not sent');
  assert(
    sum(relays.receivedGossipBytes) > 0.85 * gossiped,
    'and most does: uplinks are behind when the run ends',
  );
  for (const variant of [
    { fidelity: 'fast', threads: 1 },
    { fidelity: 'fast', threads: 2 },
    { fidelity: 'full', threads: 2 },
  ] as const) {
    const run = await live({ ...busy, ...variant });
    assert.equal(run.threads, variant.threads);
    assert.equal(run.outcome.traceHash, traceHash, JSON.stringify(variant));
    assert.deepEqual(run.outcome.cost, cost);
    assert.deepEqual(run.outcome.updates, reference.outcome.updates);
  }
});

test('live arm: another seed leaves another trace', async () => {
  const [one, two] = await Promise.all([live(testScenario()), live(testScenario({ seed: 2 }))]);
  assert.notEqual(one.outcome.traceHash, two.outcome.traceHash);
});

test('live arm: every relay passes the stages in order, and the publisher first', async () => {
  const { outcome } = await live(testScenario());
  const [{ stages }] = outcome.updates;
  for (let relay = 0; relay < 300; relay++) {
    assert(stages.heard[relay] >= 0);
    assert(stages.verified[relay] >= stages.heard[relay] + 205e-6);
    assert(stages.staged[relay] >= stages.verified[relay] + 1000e-6);
    assert(stages.activated[relay] > stages.staged[relay]);
  }
  assert.equal(Math.min(...stages.heard), 0);
  assert.equal(outcome.cost?.deliveries, 299);
  assert.equal(outcome.rolledBack, 0);
  assert.deepEqual(outcome.violations, []);
});

test('live arm: a module that is not there for long enough reaches only some relays', async () => {
  const { outcome } = await live(testScenario({ durationSeconds: 10.2 }));
  const reached = outcome.updates[0].stages.heard.filter((time) => !Number.isNaN(time)).length;
  assert(reached > 1 && reached < 300, `${reached} relays`);
  assert.deepEqual(outcome.violations, [], 'frames in flight are counted');
});

test('live arm: an aborted run rejects with the reason and leaves no thread behind', async () => {
  const reason = new Error('enough');
  const controller = new AbortController();
  const run = live(testScenario({ threads: 2, durationSeconds: 1e6, fidelity: 'full' }), controller.signal);
  setTimeout(() => controller.abort(reason), 1500);
  await assert.rejects(run, reason);
});

/** Everything at once: all channels, relays that come and go, a rollout, a revocation, new keys, attackers. */
const crowded = testScenario({
  durationSeconds: 240,
  network: { ...testScenario().network, relays: 60, degree: 8 },
  arms: [testLiveArm('all', ['gossip', 'directory', 'circuit', 'catch-up'])],
  updates: [
    testUpdate({ atSeconds: 20, sizeBytes: 20_000 }),
    testUpdate({
      module: 'bad-trap',
      atSeconds: 60,
      sizeBytes: 200_000,
      rollout: {
        steps: [0.2, 1],
        everySeconds: 60,
        jitterSeconds: 5,
        haltAboveFailedShare: 0.05,
        minReports: 3,
      },
    }),
    testUpdate({ module: 'ewma-scheduling', atSeconds: 80, revokeAtSeconds: 120 }),
  ],
  presence: {
    late: { share: 0.1, fromSeconds: 60, toSeconds: 120 },
    away: { share: 0.2, fromSeconds: 20, toSeconds: 100, forSeconds: 40 },
  },
  trust: {
    ...TEST_TRUST,
    timestampEverySeconds: 30,
    timestampExpiresSeconds: 120,
    rotations: [
      { role: 'timestamp', atSeconds: 180 },
      { role: 'targets', atSeconds: 180 },
    ],
  },
  adversary: {
    share: 0.1,
    attacks: (['tampered', 'replay', 'mixed', 'freeze', 'stolen-keys', 'equivocation'] as const).map(
      (attack) => ({
        attack,
        fromSeconds: attack === 'tampered' ? 30 : 100,
        toSeconds: 170,
        everySeconds: 10,
        keys: attack === 'stolen-keys' ? 2 : 0,
        module: attack === 'stolen-keys' ? 'hostile-backdoor' : '',
      }),
    ),
  },
});

test('live arm: full and fast fidelity leave the same trace over all channels, under attack', async () => {
  const reference = await live({ ...crowded, fidelity: 'full' });
  const fast = await live({ ...crowded, fidelity: 'fast' });
  assert.deepEqual(reference.outcome.violations, []);
  const { trust } = reference.outcome;
  for (const attack of ['tampered', 'replay', 'mixed', 'freeze', 'stolen-keys', 'equivocation'] as const) {
    assert((trust?.attempts[attack] ?? 0) > 0, `${attack} was tried`);
  }
  assert(Object.keys(trust?.refusals ?? {}).length > 3, JSON.stringify(trust?.refusals));
  assert(reference.outcome.rolledBack > 3, 'the bad module and the revoked one were taken out');
  assert.equal(fast.outcome.traceHash, reference.outcome.traceHash);
  assert.deepEqual(fast.outcome.trust, trust);
  assert.deepEqual(fast.outcome.updates, reference.outcome.updates);
});
