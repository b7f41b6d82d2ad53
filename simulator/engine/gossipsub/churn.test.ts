import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawRelayLives, foundersOf } from '../../arms/relay-lives.ts';
import { prepareReleases } from '../../arms/release.ts';
import type { Churn } from '../../population/churn.ts';
import { isUpAt, sessionsOf } from '../../population/running-relays.ts';
import { buildTopology } from '../../population/topology.ts';
import type { SpellLaw } from '../../scenario/churn-plan.ts';
import type { LiveChannel, Scenario } from '../../scenario/scenario.ts';
import { RESTLESS_CHURN } from '../../testing/made-churn.ts';
import { testLiveArm, testScenario, testUpdate } from '../../testing/test-scenario.ts';
import { type EngineResult, runGossipsub } from './engine.ts';
import { removedColumn, stageColumn } from './job.ts';

function restless(changes: Partial<Scenario> = {}): Scenario {
  return testScenario({
    durationSeconds: 150,
    updates: [10, 30, 60, 60.2, 120].map((atSeconds, index) => ({
      ...testUpdate(),
      atSeconds,
      sizeBytes: 20_000 + index,
    })),
    network: { ...testScenario().network, relays: 100, uplink: { law: 'constant', bitsPerSecond: 2e6 } },
    churn: RESTLESS_CHURN,
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
  assertNothingReachesTheAbsent(reference, 5);
  assert(reference.churn.absences > 120, `${reference.churn.absences} absences`);
  assert(reference.result.total.framesDropped > 100, `${reference.result.total.framesDropped} dropped`);
  for (const variant of [
    { fidelity: 'fast', threads: 1 },
    { fidelity: 'fast', threads: 2 },
  ] as const) {
    const other = await run(restless(variant));
    assertSound(other.result);
    assert.equal(other.result.threads, variant.threads ?? 1);
    assert.equal(other.result.traceHash, reference.result.traceHash, JSON.stringify(variant));
    assert.deepEqual(other.result.shared.stageTimesUs, reference.result.shared.stageTimesUs);
  }
});

/** One release early on, in a network most of which is up only now and then. */
function calm(changes: Partial<Scenario> = {}): Scenario {
  return testScenario({
    durationSeconds: 3 * 3600,
    updates: [{ ...testUpdate(), atSeconds: 60 }],
    network: { ...testScenario().network, relays: 200 },
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
      restarts: null,
    },
    ...changes,
  });
}

test('churn: relays that lose links dial others, so that the mean degree stays', async () => {
  const { result, churn } = await run(calm());
  assertSound(result);
  const { onlineInTheEnd, linkEndsInTheEnd } = result.total;
  const up = [...churn.joinsUs.keys()].filter((relay) => isUpAt(churn, relay, 3 * 3.6e9));
  assert.equal(onlineInTheEnd, up.length);
  const mean = linkEndsInTheEnd / onlineInTheEnd;
  assert(Math.abs(mean - 14) < 0.5, `mean degree ${mean}`);
});

test('churn: a relay that was away when the fix came out has it within seconds of coming back, if it asks', async () => {
  const scenario = calm();
  const reached = async (channels: readonly LiveChannel[]) => {
    const { result, churn, relays } = await run(scenario, channels);
    assertSound(result);
    const activated = stageColumn(result.shared, relays, 0, 'activated');
    let late = 0;
    let caughtUp = 0;
    activated.forEach((timeUs, relay) => {
      if (isUpAt(churn, relay, 60e6)) return;
      // Those that were up for half a minute at least.
      const session = [...sessionsOf(churn, relay)].find(
        ({ fromUs, toUs }) => fromUs > 60e6 && Math.min(toUs, 3 * 3.6e9) - fromUs > 30e6,
      );
      if (session === undefined) return;
      late++;
      if (timeUs < session.fromUs + 30e6) caughtUp++;
    });
    return { late, caughtUp };
  };
  const asking = await reached(['gossip', 'catch-up']);
  assert(asking.late > 40, `${asking.late} were away`);
  assert.equal(asking.caughtUp, asking.late);
  const waiting = await reached(['gossip']);
  assert.equal(waiting.late, asking.late);
  // An IHAVE reaches those that come up in the first seconds.
  assert(waiting.caughtUp <= 2, `${waiting.caughtUp} heard of it without asking`);
});

test('churn: a restarted relay still runs what is on its disk, and takes out what is revoked', async () => {
  const scenario = testScenario({
    durationSeconds: 300,
    updates: [{ ...testUpdate({ revokeAtSeconds: 200 }), atSeconds: 10 }],
    network: { ...testScenario().network, relays: 100 },
    churn: {
      kind: 'laws',
      classes: [],
      arrivalsPerDay: 0,
      departuresPerDay: 0,
      restarts: { everySeconds: 40, forSeconds: 1 },
    },
  });
  const { result, churn, relays } = await run(scenario);
  assertSound(result);
  const activated = stageColumn(result.shared, relays, 0, 'activated');
  const removed = removedColumn(result.shared, relays, 0);
  let restarted = 0;
  for (let relay = 0; relay < relays; relay++) {
    assert(!Number.isNaN(activated[relay]), `relay ${relay} ran it`);
    assert(removed[relay] >= 200e6, `relay ${relay} took it out at ${removed[relay]} us`);
    for (let row = churn.firstAbsence[relay]; row < churn.firstAbsence[relay + 1]; row++) {
      assert.equal(churn.isRestart[row], 1);
      if (churn.leavesUs[row] > activated[relay] && churn.returnsUs[row] < 200e6) restarted++;
    }
  }
  assert(restarted > 200, `${restarted} restarts while they ran it`);
});

test('churn: any comings and goings keep the invariants, and full and fast fidelity agree', async () => {
  const spells = fc.oneof(
    fc.integer({ min: 1, max: 90 }).map((seconds): SpellLaw => ({ law: 'constant', seconds })),
    fc.integer({ min: 1, max: 90 }).map((meanSeconds): SpellLaw => ({ law: 'exponential', meanSeconds })),
    fc
      .tuple(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0.1, max: 2, noNaN: true }))
      .map(([medianSeconds, sigma]): SpellLaw => ({ law: 'lognormal', medianSeconds, sigma })),
  );
  const plans = fc.record({
    seed: fc.nat(),
    relays: fc.integer({ min: 8, max: 40 }),
    asks: fc.boolean(),
    threads: fc.constantFrom(1, 2),
    share: fc.double({ min: 0.1, max: 1, noNaN: true }),
    session: spells,
    absence: spells,
    arrivalsPerDay: fc.integer({ min: 0, max: 30_000 }),
    departuresPerDay: fc.integer({ min: 0, max: 30_000 }),
    restarts: fc.option(fc.constant({ everySeconds: 60, forSeconds: 2 })),
  });
  await fc.assert(
    fc.asyncProperty(plans, async ({ seed, relays, asks, threads, share, session, absence, ...rest }) => {
      const scenario = testScenario({
        seed,
        durationSeconds: 90,
        updates: [10, 40].map((atSeconds, index) => ({
          ...testUpdate(),
          atSeconds,
          sizeBytes: 20_000 + index,
        })),
        network: { ...testScenario().network, relays, degree: Math.min(14, relays - 1) },
        churn: { kind: 'laws', classes: [{ share, session, absence }], ...rest },
      });
      const channels: LiveChannel[] = asks ? ['gossip', 'catch-up'] : ['gossip'];
      const fast = await run({ ...scenario, threads }, channels);
      assertSound(fast.result);
      assertNothingReachesTheAbsent(fast, 2);
      const full = await run({ ...scenario, fidelity: 'full' }, channels);
      assert.equal(fast.result.traceHash, full.result.traceHash);
    }),
    { seed: 1, numRuns: 5 },
  );
});
