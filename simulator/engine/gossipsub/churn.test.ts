import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawRelayLives, foundersOf } from '../../arms/relay-lives.ts';
import { prepareReleases } from '../../arms/release.ts';
import type { Churn } from '../../population/churn.ts';
import { isUpAt, sessionsOf } from '../../population/running-relays.ts';
import { buildTopology } from '../../population/topology.ts';
import type { ChurnPlan } from '../../scenario/churn-plan.ts';
import type { LiveChannel, Scenario } from '../../scenario/scenario.ts';
import { testLiveArm, testScenario, testUpdate } from '../../testing/test-scenario.ts';
import { type EngineResult, runGossipsub } from './engine.ts';
import { stageColumn } from './job.ts';

/** Minutes instead of days: everybody but a fifth comes and goes, restarts, is born or leaves for good. */
const RESTLESS: ChurnPlan = {
  kind: 'laws',
  classes: [
    {
      share: 0.5,
      session: { law: 'exponential', meanSeconds: 120 },
      absence: { law: 'exponential', meanSeconds: 40 },
    },
    {
      share: 0.3,
      session: { law: 'lognormal', medianSeconds: 60, sigma: 1.2 },
      absence: { law: 'uniform', minSeconds: 1, maxSeconds: 20 },
    },
  ],
  arrivalsPerDay: 20_000,
  departuresPerDay: 20_000,
  restarts: { everySeconds: 200, forSeconds: 3 },
};

function restless(changes: Partial<Scenario> = {}): Scenario {
  return testScenario({
    durationSeconds: 240,
    updates: [10, 30, 60, 60.2, 120, 180].map((atSeconds, index) => ({
      ...testUpdate(),
      atSeconds,
      sizeBytes: 20_000 + index,
    })),
    network: { ...testScenario().network, relays: 150, uplink: { law: 'constant', bitsPerSecond: 2e6 } },
    churn: RESTLESS,
    ...changes,
  });
}

interface ChurnRun {
  readonly result: EngineResult;
  readonly churn: Churn;
  readonly relays: number;
}

async function run(
  scenario: Scenario,
  channels: readonly LiveChannel[] = ['gossip', 'catch-up'],
): Promise<ChurnRun> {
  const releases = await prepareReleases(scenario);
  const always = new Set(releases.map(({ publisher }) => publisher));
  const { population, churn } = drawRelayLives(scenario, always);
  assert(churn !== null);
  const topology = buildTopology(
    foundersOf(population, scenario.network.relays),
    scenario.network,
    scenario.seed,
  );
  const arm = testLiveArm('live', channels);
  const result = await runGossipsub({ scenario, arm, population, topology, releases, churn }, {});
  return { result, churn, relays: population.relays };
}

function assertSound({ total }: EngineResult): void {
  assert.deepEqual(total.violations, []);
  assert.equal(total.framesSent, total.framesDelivered + total.framesDropped + total.framesInFlight);
}

/** Everything that a relay does with an update happens while it is up. */
function assertNothingReachesTheAbsent({ result, churn, relays }: ChurnRun, releases: number): void {
  for (let release = 0; release < releases; release++) {
    for (const stage of ['heard', 'activated'] as const) {
      stageColumn(result.shared, relays, release, stage).forEach((timeUs, relay) => {
        if (Number.isNaN(timeUs)) return;
        // What was heard just before a relay went is worked off in the time that its processor takes.
        const isUp =
          isUpAt(churn, relay, timeUs) || (stage === 'activated' && isUpAt(churn, relay, timeUs - 1e5));
        assert(isUp, `relay ${relay} has ${stage} release ${release} at ${timeUs} us, while it was away`);
      });
    }
  }
}

test('churn: full and fast fidelity, one thread and two leave the same trace', async () => {
  const reference = await run(restless({ fidelity: 'full' }));
  assertSound(reference.result);
  assertNothingReachesTheAbsent(reference, 6);
  assert(reference.churn.absences > 300, `${reference.churn.absences} absences`);
  assert(reference.result.total.framesDropped > 200, `${reference.result.total.framesDropped} dropped`);
  for (const variant of [
    { fidelity: 'fast', threads: 1 },
    { fidelity: 'fast', threads: 2 },
    { fidelity: 'full', threads: 2 },
  ] as const) {
    const other = await run(restless(variant));
    assertSound(other.result);
    assert.equal(other.result.threads, variant.threads ?? 1);
    assert.equal(other.result.traceHash, reference.result.traceHash, JSON.stringify(variant));
    assert.deepEqual(other.result.shared.stageTimesUs, reference.result.shared.stageTimesUs);
  }
});
