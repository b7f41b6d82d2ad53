import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareReleases } from '../../arms/release.ts';
import { drawPopulation } from '../../population/draw.ts';
import { drawPresence, type Presence } from '../../population/presence.ts';
import { buildTopology } from '../../population/topology.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { testLiveArm, testScenario, testUpdate } from '../../testing/test-scenario.ts';
import { type EngineResult, runGossipsub } from './engine.ts';
import { stageColumn } from './job.ts';

const RELAYS = 300;

/** Messages while relays come and go, on uplinks slow enough to queue. */
const restless = testScenario({
  durationSeconds: 150,
  updates: [10, 30, 30.1, 45, 60, 60.2, 75, 100, 140].map((atSeconds, index) => ({
    ...testUpdate(),
    atSeconds,
    sizeBytes: 20_000 + index,
  })),
  network: { ...testScenario().network, uplink: { law: 'constant', bitsPerSecond: 5e5 } },
});

async function run(scenario: Scenario, presence: Presence | null): Promise<EngineResult> {
  const population = drawPopulation(scenario.network, scenario.traffic, scenario.seed);
  const topology = buildTopology(population, scenario.network, scenario.seed);
  const releases = await prepareReleases(scenario);
  return runGossipsub({ scenario, arm: testLiveArm('live'), population, topology, releases, presence }, {});
}

/** A fifth joins late; a third goes away, half of them again and again, some for less than a round trip. */
async function manyAbsences(scenario: Scenario): Promise<Presence> {
  const publishers = new Set((await prepareReleases(scenario)).map(({ publisher }) => publisher));
  const plan = {
    late: { share: 0.2, fromSeconds: 2, toSeconds: 70 },
    away: { share: 0.33, fromSeconds: 5, toSeconds: 100, forSeconds: 20 },
  };
  const once = drawPresence(RELAYS, plan, publishers, scenario.seed, 5);
  const rows = Array.from({ length: once.absences }, (_unused, row) => ({
    relay: once.absentRelay[row],
    leavesUs: once.leavesUs[row],
    returnsUs: once.returnsUs[row],
  }));
  for (const { relay, returnsUs } of rows.slice(0, rows.length / 2)) {
    rows.push({ relay, leavesUs: returnsUs + 1_500_000, returnsUs: returnsUs + 1_520_000 + relay });
    rows.push({ relay, leavesUs: returnsUs + 9_000_000, returnsUs: returnsUs + 15_000_000 });
  }
  return {
    joinsUs: once.joinsUs,
    absences: rows.length,
    absentRelay: Uint32Array.from(rows, ({ relay }) => relay),
    leavesUs: Float64Array.from(rows, ({ leavesUs }) => leavesUs),
    returnsUs: Float64Array.from(rows, ({ returnsUs }) => returnsUs),
  };
}

function assertSound({ total }: EngineResult): void {
  assert.deepEqual(total.violations, []);
  assert.equal(total.framesSent, total.framesDelivered + total.framesDropped + total.framesInFlight);
}

test('presence: full on one thread and fast on one and on two leave the same trace while relays come and go', async () => {
  const presence = await manyAbsences(restless);
  const reference = await run({ ...restless, fidelity: 'full' }, presence);
  assertSound(reference);
  assert(reference.total.framesDropped > 200, `${reference.total.framesDropped} frames dropped`);
  for (const variant of [
    { fidelity: 'fast', threads: 1 },
    { fidelity: 'fast', threads: 2 },
  ] as const) {
    const other = await run({ ...restless, ...variant }, presence);
    assertSound(other);
    assert.equal(other.traceHash, reference.traceHash, JSON.stringify(variant));
    assert.equal(other.total.framesDropped, reference.total.framesDropped);
  }
});

test('presence: a relay that is away hears nothing, and takes part again when it is back', async () => {
  const scenario = testScenario({
    durationSeconds: 100,
    updates: [20, 60].map((atSeconds, index) => ({
      ...testUpdate(),
      atSeconds,
      sizeBytes: 20_000 + index,
    })),
  });
  const releases = await prepareReleases(scenario);
  const publishers = new Set(releases.map(({ publisher }) => publisher));
  const plan = {
    late: { share: 0.1, fromSeconds: 30, toSeconds: 50 },
    away: { share: 0.2, fromSeconds: 10, toSeconds: 15, forSeconds: 35 },
  };
  const presence = drawPresence(RELAYS, plan, publishers, scenario.seed, 5);
  const result = await run(scenario, presence);
  assertSound(result);
  const heard = [0, 1].map((release) => stageColumn(result.shared, RELAYS, release, 'heard'));
  const missing = new Set(presence.absentRelay);
  presence.joinsUs.forEach((joinsUs, relay) => {
    if (joinsUs > 0) missing.add(relay);
  });
  assert.equal(missing.size, 90);
  for (let relay = 0; relay < RELAYS; relay++) {
    assert.equal(Number.isNaN(heard[0][relay]), missing.has(relay), `relay ${relay} and the first update`);
    assert(!Number.isNaN(heard[1][relay]), `relay ${relay} hears the second`);
  }
});

test('presence: nobody away changes nothing', async () => {
  const scenario = testScenario();
  const nobody = drawPresence(RELAYS, { late: null, away: null }, new Set(), scenario.seed, 5);
  const [without, withNobody] = [await run(scenario, null), await run(scenario, nobody)];
  assert.equal(withNobody.traceHash, without.traceHash);
  assert.equal(withNobody.total.framesDropped, 0);
});
