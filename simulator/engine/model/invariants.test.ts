import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareReleases } from '../../arms/release.ts';
import { drawPopulation } from '../../population/draw.ts';
import type { Population, Topology } from '../../population/population.ts';
import { buildTopology } from '../../population/topology.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { testLiveArm, testScenario, testUpdate } from '../../testing/test-scenario.ts';
import type { EngineResult } from '../gossipsub/engine.ts';
import { stageColumn } from '../gossipsub/job.ts';
import { unbalanced } from '../invariants/frame-ledger.ts';
import { runModel } from './engine.ts';

const base = testScenario({
  engine: 'model',
  updates: [testUpdate({ atSeconds: 12, sizeBytes: 20_480 }), testUpdate({ atSeconds: 25, sizeBytes: 9000 })],
  network: {
    ...testScenario().network,
    relays: 200,
    population: 'tor-2025-11',
    latency: { law: 'population' },
  },
});

interface Ran {
  readonly scenario: Scenario;
  readonly population: Population;
  readonly topology: Topology;
  readonly publishers: readonly number[];
  readonly result: EngineResult;
}

async function run(seed: number, changes: Partial<Scenario> = {}): Promise<Ran> {
  const scenario = { ...base, seed, ...changes };
  const population = drawPopulation(scenario.network, scenario.traffic, seed);
  const topology = buildTopology(population, scenario.network, seed);
  const releases = await prepareReleases(scenario);
  const arm = testLiveArm('live');
  const input = { scenario, arm, population, topology, releases };
  const result = await runModel(input, {}, { followedRelays: 0 });
  return { scenario, population, topology, publishers: releases.map(({ publisher }) => publisher), result };
}

/** Latency of the shortest path from a relay to each other one. */
function shortestUs(
  { links, dialer, listener, latencyUs }: Topology,
  relays: number,
  from: number,
): Float64Array {
  const us = new Float64Array(relays).fill(Number.POSITIVE_INFINITY);
  us[from] = 0;
  for (let isBetter = true; isBetter; ) {
    isBetter = false;
    for (let link = 0; link < links; link++) {
      for (const [a, b] of [
        [dialer[link]!, listener[link]!],
        [listener[link]!, dialer[link]!],
      ] as const) {
        if (us[a]! + latencyUs[link]! >= us[b]!) continue;
        us[b] = us[a]! + latencyUs[link]!;
        isBetter = true;
      }
    }
  }
  return us;
}

for (const seed of [1, 2, 3]) {
  test(`model: seed ${seed}: no relay hears before the release, or faster than its links can carry it`, async () => {
    const { scenario, population, topology, publishers, result } = await run(seed);
    for (const [release, publisher] of publishers.entries()) {
      const columns = (['heard', 'verified', 'staged', 'activated'] as const).map((stage) =>
        stageColumn(result.shared, population.relays, release, stage),
      );
      const leastUs = shortestUs(topology, population.relays, publisher);
      const releasedUs = scenario.updates[release]!.atSeconds * 1e6;
      for (let relay = 0; relay < population.relays; relay++) {
        const heardUs = columns[0]![relay]!;
        assert(heardUs >= releasedUs + leastUs[relay]!, `seed ${seed}: relay ${relay}, release ${release}`);
        for (const [stage, column] of columns.entries()) {
          if (stage === 0 || Number.isNaN(column[relay])) continue;
          assert(
            column[relay]! >= columns[stage - 1]![relay]!,
            `relay ${relay}: stage ${stage} of ${release}`,
          );
        }
      }
    }
  });

  test(`model: seed ${seed}: frames are conserved, and every relay hears each message once`, async () => {
    const { population, result } = await run(seed);
    assert.equal(unbalanced(result.total, 40e6), null);
    assert(result.total.framesSent > 0);
    assert.equal(result.total.firsts, 2 * (population.relays - 1));
    assert(result.total.copies >= result.total.firsts);
  });
}

test('model: a run that ends amid the gossip keeps its books, and what came later did not happen', async () => {
  const durationSeconds = 12.3;
  const { scenario, population, result } = await run(1, { durationSeconds, updates: [base.updates[0]!] });
  assert.equal(unbalanced(result.total, durationSeconds * 1e6), null);
  assert(result.total.framesInFlight > 0);
  for (const stage of ['heard', 'verified', 'staged', 'activated'] as const) {
    const column = stageColumn(result.shared, population.relays, 0, stage);
    assert(
      column.every((atUs) => !(atUs >= scenario.durationSeconds * 1e6)),
      stage,
    );
  }
});

test('model: the same seed gives the same run, whatever is said of threads; another seed another', async () => {
  const [one, again, threaded, other] = [
    await run(1),
    await run(1),
    await run(1, { threads: 2 }),
    await run(2),
  ];
  assert.equal(again.result.traceHash, one.result.traceHash);
  assert.equal(threaded.result.traceHash, one.result.traceHash);
  assert.deepEqual(threaded.result.total, one.result.total);
  assert.deepEqual(threaded.result.shared.stageTimesUs, one.result.shared.stageTimesUs);
  assert.notEqual(other.result.traceHash, one.result.traceHash);
});

test('model: a run can be stopped, and rejects with the reason', async () => {
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  const { scenario, population, topology } = await run(1);
  const releases = await prepareReleases(scenario);
  await assert.rejects(
    runModel({ scenario, arm: testLiveArm('live'), population, topology, releases }, { signal }),
    reason,
  );
});

test('model: a module that fails its trial is refused, since the model follows no trials', async () => {
  const updates = [testUpdate({ module: 'bad-trap', atSeconds: 12 })];
  await assert.rejects(run(1, { updates }), /module bad-trap fails on trial.*gossipsub/);
});
