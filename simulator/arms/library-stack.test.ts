import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPopulation } from '../population/draw.ts';
import { buildTopology } from '../population/topology.ts';
import type { LiveArm, Scenario } from '../scenario/scenario.ts';
import { testLiveArm, testScenario, testUpdate } from '../testing/test-scenario.ts';
import { type LiveRun, runLiveArm } from './live.ts';
import { prepareReleases } from './release.ts';

const RELAYS = 24;

const plain = testScenario();
const small = testScenario({
  stack: 'libp2p',
  durationSeconds: 20,
  updates: [testUpdate({ sizeBytes: 20_000 })],
  network: { ...plain.network, relays: RELAYS, degree: 6 },
});

async function live(scenario: Scenario): Promise<LiveRun> {
  const population = drawPopulation(scenario.network, scenario.traffic, scenario.seed);
  const topology = buildTopology(population, scenario.network, scenario.seed);
  const releases = await prepareReleases(scenario);
  const arm = scenario.arms[0] as LiveArm;
  return runLiveArm({ scenario, arm, population, topology, releases, hostileModules: [] }, {});
}

function reached({ outcome }: LiveRun): number {
  return outcome.updates[0]!.stages.activated.filter((seconds) => Number.isFinite(seconds)).length;
}

test('libp2p stack: every relay is reached, with the same trace on both fidelities and on two threads', async () => {
  const run = await live(small);
  assert.deepEqual(run.outcome.violations, []);
  assert.equal(run.outcome.engine, 'gossipsub, stack libp2p');
  assert.equal(reached(run), RELAYS);
  const { cost } = run.outcome;
  const { bytesByKind, relays } = cost?.load ?? assert.fail();
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
  assert.equal(sum(Object.values(bytesByKind)), cost?.bytes, 'every byte was for something');
  assert.equal(sum(relays.sentBytes), cost?.bytes, 'and was sent by some relay');
  for (const variant of [{ fidelity: 'full' }, { threads: 2 }] as const) {
    const other = await live({ ...small, ...variant });
    assert.equal(other.outcome.traceHash, run.outcome.traceHash, JSON.stringify(variant));
    assert.deepEqual(other.outcome.cost, cost);
    assert.deepEqual(other.outcome.updates, run.outcome.updates);
  }
});

test('libp2p stack: gossip is that of the bare router, and the rest of libp2p costs links', async () => {
  const [whole, bare] = [await live(small), await live({ ...small, stack: 'bare' })];
  assert.equal(bare.outcome.engine, 'gossipsub');
  const [ofWhole, ofBare] = [whole, bare].map(
    ({ outcome }) => outcome.cost?.load?.bytesByKind ?? assert.fail(),
  );
  assert.equal(ofWhole!.subscriptions, ofBare!.subscriptions);
  const [copies, expected] = [whole, bare].map(
    ({ outcome: { cost } }) => cost!.deliveries + cost!.duplicates,
  );
  assert.equal(ofWhole!.messages / copies!, ofBare!.messages / expected!, 'a copy has the same bytes');
  assert(ofWhole!.links > 1.5 * ofBare!.links, 'windows and pings of yamux, on top of identify');
  assert.notEqual(whole.outcome.traceHash, bare.outcome.traceHash);
});

test('libp2p stack: relays that go away close their connections, and catch up over new ones', async () => {
  const scenario: Scenario = {
    ...small,
    durationSeconds: 40,
    arms: [testLiveArm('live', ['gossip', 'catch-up'])],
    presence: { late: null, away: { share: 0.4, fromSeconds: 6, toSeconds: 12, forSeconds: 8 } },
  };
  const run = await live(scenario);
  assert.deepEqual(run.outcome.violations, []);
  assert.equal(reached(run), RELAYS);
  const heardAtOnce = run.outcome.updates[0]!.stages.heard.filter((seconds) => seconds < 3).length;
  assert(heardAtOnce < RELAYS, 'some were away at the release');
  assert.equal((await live({ ...scenario, fidelity: 'full' })).outcome.traceHash, run.outcome.traceHash);
});
