/** Live arms whose operators decide: what is simulated, what is drawn beyond the end, and who does not take part. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArmOutcome } from '../measure/outcome.ts';
import { drawPopulation } from '../population/draw.ts';
import type { OperatorClass, OperatorsPlan } from '../scenario/operators-plan.ts';
import type { LagLaw, LiveArm, Scenario } from '../scenario/scenario.ts';
import { testFault, testTargets } from '../testing/fault-runs.ts';
import { testClass, testOperators } from '../testing/test-operators.ts';
import { TEST_TRUST, testLiveArm, testScenario, testUpdate } from '../testing/test-scenario.ts';
import { OperatorActs } from './operator-acts.ts';
import { runScenario } from './run.ts';

const DAY = 86_400;
const RELAYS = 300;
/** Everybody two days after the release, to a second. */
const TWO_DAYS: LagLaw = { law: 'empirical', days: [2 - 1 / DAY, 2], fractions: [0, 1] };

function liveArm(name: string, changes: Partial<OperatorsPlan>, untilDays = 30): LiveArm {
  return { ...testLiveArm(name), operators: testOperators(changes), untilDays };
}

async function runArms(arms: readonly LiveArm[], changes: Partial<Scenario> = {}): Promise<ArmOutcome[]> {
  const { outcome } = await runScenario(testScenario({ arms, ...changes }));
  for (const arm of outcome.arms) assert.deepEqual(arm.violations, []);
  return [...outcome.arms];
}

function actsOf(arm: LiveArm, changes: Partial<Scenario> = {}): OperatorActs {
  const { network, traffic, seed } = testScenario(changes);
  return new OperatorActs(drawPopulation(network, traffic, seed), arm.operators!, seed);
}

function stagesOf(arm: ArmOutcome, update = 0) {
  return arm.updates[update]!.stages;
}

test('policies: operators who let everything run at once change nothing', async () => {
  const [plain, auto] = await runArms([testLiveArm('plain'), liveArm('auto', {})]);
  assert.equal(auto!.traceHash, plain!.traceHash);
  assert.deepEqual(auto!.cost, plain!.cost);
  assert.deepEqual(stagesOf(auto!), stagesOf(plain!));
});

test('policies: a relay that waits verifies, stages and passes on at once, and switches when it may', async () => {
  const office = { fromHour: 9, toHour: 17, weekend: false };
  const lag: LagLaw = { law: 'weibull', scaleDays: 2, shape: 1, never: 0 };
  const classes: OperatorClass[] = [
    testClass('auto', 0.5),
    testClass('approve', 0.3, { policy: 'approve', lag, hours: office }),
    testClass('delayed', 0.1, {
      policy: 'delayed',
      delay: { law: 'weibull', scaleDays: 1e-4, shape: 4, never: 0 },
    }),
    testClass('pinned', 0.1, { policy: 'pinned' }),
  ];
  const arm = liveArm('decided', { classes }, 60);
  const [plain, decided] = await runArms([testLiveArm('plain'), arm]);
  for (const stage of ['heard', 'verified', 'staged'] as const) {
    assert.deepEqual(stagesOf(decided!)[stage], stagesOf(plain!)[stage], stage);
  }
  assert.deepEqual(decided!.cost, plain!.cost);
  const drawn = actsOf(arm);
  const classOf = drawn.classOfRelays();
  assert.deepEqual(decided!.operators?.classOf, classOf);
  const mayRun = drawn.mayRunSeconds({ number: 0, atSeconds: 10 });
  const { activated, staged } = stagesOf(decided!);
  let later = 0;
  for (const [relay, seconds] of activated.entries()) {
    const since = Math.max(mayRun[relay]! - 10, staged[relay]!);
    if (classOf[relay] === 0) assert.equal(seconds, stagesOf(plain!).activated[relay]);
    else if (since > 60 * DAY) assert.ok(Number.isNaN(seconds) && staged[relay]! > 0, `relay ${relay}`);
    // The next cell comes within milliseconds: 1 MB/s of them at a relay.
    else
      assert.ok(seconds >= since && seconds < since + 0.5, `relay ${relay}: ${seconds}, allowed at ${since}`);
    if (seconds > 30) later++;
  }
  assert.equal(
    activated.filter((seconds, relay) => classOf[relay] === 3 && !Number.isNaN(seconds)).length,
    0,
  );
  assert.ok(later > 60, `${later} switched after the 40 simulated seconds`);
  assert.equal(decided!.horizonSeconds, 60 * DAY);
});

test('policies: by hand, one class that approves after two days is at half after two days', async () => {
  const classes = [testClass('auto', 0.4), testClass('approve', 0.6, { policy: 'approve', lag: TWO_DAYS })];
  const [arm, cut] = await runArms([liveArm('arm', { classes }), liveArm('cut', { classes }, 1)]);
  const sorted = stagesOf(arm!).activated.slice().sort();
  assert.ok(sorted[119]! < 10 && sorted[120]! > 2 * DAY - 1.1 && sorted[299]! < 2 * DAY + 1);
  assert.equal(stagesOf(cut!).activated.filter(Number.isNaN).length, 180);
  assert.equal(cut!.horizonSeconds, DAY);
});

test('policies: relays without the runtime are no part of gossip, and are upgraded by hand', async () => {
  const lag: LagLaw = { law: 'weibull', scaleDays: 5, shape: 2, never: 0 };
  const arm = liveArm('some', { classes: [testClass('all', 1, { lag })], embedsShare: 0.4 });
  const [plain, some] = await runArms([testLiveArm('plain'), arm]);
  const drawn = actsOf(arm);
  const embeds = drawn.embedsOfRelays();
  assert.deepEqual(some!.operators?.embeds, embeds);
  assert.equal(
    embeds.reduce((sum, one) => sum + one, 0),
    120,
  );
  const installed = drawn.installSeconds({ number: 0, atSeconds: 10 });
  const { heard, staged, activated } = stagesOf(some!);
  for (let relay = 0; relay < RELAYS; relay++) {
    if (embeds[relay] === 1) {
      assert.ok(heard[relay]! < 5 && activated[relay]! < 5, `relay ${relay} takes part`);
    } else {
      assert.ok(Number.isNaN(heard[relay]!) && Number.isNaN(staged[relay]!), `relay ${relay} hears nothing`);
      assert.equal(activated[relay], installed[relay]! + 30 + 60 - 10);
    }
  }
  assert.equal(some!.cost!.deliveries, 119);
  const ratio = some!.cost!.frames / plain!.cost!.frames;
  assert.ok(ratio > 0.3 && ratio < 0.5, `${ratio} of the frames of all`);
});

test('policies: relays without the runtime stay out of presence, adversaries and rollouts as well', async () => {
  const arm = liveArm('some', { embedsShare: 0.5 });
  const [some] = await runArms([{ ...arm, channels: ['gossip', 'catch-up'] }], {
    durationSeconds: 120,
    presence: {
      late: { share: 0.2, fromSeconds: 15, toSeconds: 30 },
      away: { share: 0.2, fromSeconds: 5, toSeconds: 9, forSeconds: 20 },
    },
    adversary: {
      share: 0.1,
      attacks: [{ attack: 'replay', fromSeconds: 20, toSeconds: 60, everySeconds: 5, keys: 0, module: '' }],
    },
  });
  const { embeds } = some!.operators!;
  const { heard, activated } = stagesOf(some!);
  heard.forEach((seconds, relay) => {
    if (embeds![relay] === 0) assert.ok(Number.isNaN(seconds));
  });
  // 150 by hand at once; of the other 150 all but the adversary's 30.
  assert.equal(activated.filter((seconds) => !Number.isNaN(seconds)).length, 270);
});

test('policies: the same on one thread and on two, in fast and in full fidelity', async () => {
  const lag: LagLaw = { law: 'weibull', scaleDays: 2, shape: 1, never: 0 };
  const classes = [testClass('auto', 0.6), testClass('approve', 0.4, { policy: 'approve', lag })];
  const arms = [liveArm('arm', { classes, embedsShare: 0.8 })];
  const [reference] = await runArms(arms);
  for (const variant of [{ threads: 2 }, { fidelity: 'full' as const }]) {
    const [other] = await runArms(arms, variant);
    assert.equal(other!.traceHash, reference!.traceHash);
    assert.deepEqual(stagesOf(other!), stagesOf(reference!));
  }
});

test('policies: what a relay was to run later and is revoked never runs, nor is it installed by hand', async () => {
  const classes = [
    testClass('soon', 0.5, {
      policy: 'approve',
      lag: { law: 'empirical', days: [1e-5, 1e-4], fractions: [0, 1] },
    }),
    testClass('late', 0.5, { policy: 'approve', lag: TWO_DAYS }),
  ];
  const [arm] = await runArms([liveArm('arm', { classes, embedsShare: 0.5 })], {
    updates: [testUpdate({ revokeAtSeconds: 30 })],
  });
  const { classOf, embeds } = arm!.operators!;
  const [{ activated }, { removed }] = [stagesOf(arm!), arm!.updates[0]!];
  for (let relay = 0; relay < RELAYS; relay++) {
    if (classOf[relay] === 1) assert.ok(Number.isNaN(activated[relay]!), `relay ${relay} is late`);
    else if (embeds![relay] === 1) {
      assert.ok(activated[relay]! < 10 && removed[relay]! >= 20 && removed[relay]! < 25);
    } else assert.ok(Number.isNaN(activated[relay]!), 'drained and restarted after the revocation');
  }
});

test('policies: by hand, what ran before its revocation is taken out after another lag', async () => {
  const [arm] = await runArms(
    [liveArm('arm', { classes: [testClass('all', 1, { lag: { law: 'at-once' } })], embedsShare: 0.5 })],
    { durationSeconds: 200, updates: [testUpdate({ revokeAtSeconds: 150 })] },
  );
  const { embeds } = arm!.operators!;
  arm!.updates[0]!.removed.forEach((seconds, relay) => {
    if (embeds![relay] === 0) assert.equal(seconds, 140 + 90);
    else assert.ok(seconds >= 140 && seconds < 145);
  });
});

test('policies: a faulty module that is let in days later fails its trial then, and is rolled back', async () => {
  const classes = [testClass('auto', 0.5), testClass('approve', 0.5, { policy: 'approve', lag: TWO_DAYS })];
  const [arm] = await runArms([liveArm('arm', { classes })], {
    updates: [testUpdate({ module: 'bad-trap' })],
  });
  assert.equal(arm!.rolledBack, RELAYS);
  const { classOf } = arm!.operators!;
  const { activated } = stagesOf(arm!);
  arm!.updates[0]!.removed.forEach((removed, relay) => {
    assert.ok(removed >= activated[relay]! && removed < activated[relay]! + 60);
    assert.equal(activated[relay]! > DAY, classOf[relay] === 1);
  });
});

test('policies: a module that another has taken the place of meanwhile never runs', async () => {
  const classes = [testClass('auto', 0.5), testClass('approve', 0.5, { policy: 'approve', lag: TWO_DAYS })];
  const [arm] = await runArms([liveArm('arm', { classes })], {
    updates: [testUpdate(), testUpdate({ atSeconds: 20 })],
  });
  const { classOf } = arm!.operators!;
  const [first, second] = [stagesOf(arm!, 0), stagesOf(arm!, 1)];
  for (let relay = 0; relay < RELAYS; relay++) {
    const isLate = classOf[relay] === 1;
    assert.ok(first.staged[relay]! < 10 && second.staged[relay]! < 10);
    assert.equal(Number.isNaN(first.activated[relay]!), isLate);
    assert.ok(isLate ? second.activated[relay]! > DAY : second.activated[relay]! < 10);
  }
});

test("policies: a class decides about third parties' updates, the others as the scenario draws", async () => {
  const classes = [
    testClass('trusting', 0.3, { thirdParties: true }),
    testClass('wary', 0.3, { thirdParties: false }),
    testClass('drawn', 0.4),
  ];
  const trust = {
    ...TEST_TRUST,
    delegations: [{ name: 'lab', hooks: ['cell-admission'], threshold: { threshold: 1, keys: 1 } }],
  };
  for (const thirdPartyShare of [0, 1]) {
    const [arm] = await runArms([liveArm('arm', { classes })], {
      trust: { ...trust, thirdPartyShare },
      updates: [testUpdate({ publisher: 'lab' })],
    });
    const runs = [0, 0, 0];
    stagesOf(arm!).activated.forEach((seconds, relay) => {
      if (!Number.isNaN(seconds)) runs[arm!.operators!.classOf[relay]!]!++;
    });
    assert.equal(runs[1], 0);
    assert.equal(runs[2], thirdPartyShare * 120);
    if (thirdPartyShare === 1) assert.equal(runs[0], 90);
  }
});

test('policies: stolen keys run a hostile module at once where relays decide, never where they are pinned', async () => {
  const classes = [testClass('auto', 0.5), testClass('pinned', 0.5, { policy: 'pinned' })];
  const { outcome } = await runScenario(
    testScenario({
      durationSeconds: 60,
      arms: [liveArm('arm', { classes })],
      adversary: {
        share: 0.05,
        attacks: [
          {
            attack: 'stolen-keys',
            fromSeconds: 20,
            toSeconds: 40,
            everySeconds: 10,
            keys: 2,
            module: 'hostile-backdoor',
          },
        ],
      },
    }),
  );
  const { trust } = outcome.arms[0]!;
  assert.ok(trust!.wrongActivations > 120 && trust!.wrongActivations <= 150, `${trust!.wrongActivations}`);
});

test('policies: what waits for its operator waits through a crash, and runs when it may; who stays down never does', async () => {
  const classes = [testClass('auto', 0.2), testClass('approve', 0.8, { policy: 'approve', lag: TWO_DAYS })];
  const crash = { kind: 'crash', fromSeconds: 15 } as const;
  const [arm] = await runArms([liveArm('arm', { classes })], {
    faults: [
      testFault({ ...crash, forSeconds: 10, targets: testTargets({ share: 0.3 }) }),
      testFault({ ...crash, fromSeconds: 30, forSeconds: 100, targets: testTargets({ share: 0.1 }) }),
    ],
  });
  const { classOf } = arm!.operators!;
  const { activated, staged } = stagesOf(arm!);
  const [back, down] = arm!.faults!.map(({ hits }) => hits);
  let restarted = 0;
  for (let relay = 0; relay < RELAYS; relay++) {
    if (classOf[relay] !== 1 || !(staged[relay]! < 5)) continue;
    if (down![relay] === 1) assert.ok(Number.isNaN(activated[relay]!), `relay ${relay} is down at the end`);
    else assert.ok(activated[relay]! > 2 * DAY - 2 && activated[relay]! < 2 * DAY + 2, `relay ${relay}`);
    if (back![relay] === 1 && down![relay] !== 1) restarted++;
  }
  assert.ok(restarted > 40, `${restarted} waited through a restart`);
});
