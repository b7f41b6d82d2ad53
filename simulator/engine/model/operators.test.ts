/** Operators of live arms on the model beside the real routers: the same relays wait, switch and take out at the same time. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArmOutcome } from '../../measure/outcome.ts';
import type { OperatorClass, OperatorsPlan } from '../../scenario/operators-plan.ts';
import type { LagLaw, LiveArm, LiveChannel, Scenario, UpdatePlan } from '../../scenario/scenario.ts';
import { runArmOnBoth } from '../../testing/both-engines.ts';
import { testClass, testOperators } from '../../testing/test-operators.ts';
import { testLiveArm, testScenario, testUpdate, torNetwork } from '../../testing/test-scenario.ts';

const RELAYS = 80;
const STAGES = ['heard', 'verified', 'staged', 'activated'] as const;
/** Within a minute of the release. */
const SOON: LagLaw = { law: 'empirical', days: [1e-6, 7e-4], fractions: [0, 1] };
const DAYS: LagLaw = { law: 'weibull', scaleDays: 2, shape: 1, never: 0.1 };

const OF_EVERY_POLICY: readonly OperatorClass[] = [
  testClass('auto', 0.3),
  testClass('approve', 0.2, { policy: 'approve', lag: SOON }),
  testClass('office', 0.2, {
    policy: 'approve',
    lag: DAYS,
    hours: { fromHour: 9, toHour: 17, weekend: false },
  }),
  testClass('delayed', 0.2, { policy: 'delayed', delay: SOON }),
  testClass('pinned', 0.1, { policy: 'pinned' }),
];

function armOf(changes: Partial<OperatorsPlan>, channels: readonly LiveChannel[] = ['gossip']): LiveArm {
  return { ...testLiveArm('live', channels), operators: testOperators(changes), untilDays: 20 };
}

function scenarioOf(seed: number, changes: Partial<Scenario> = {}): Scenario {
  return testScenario({
    seed,
    updates: [testUpdate({ atSeconds: 15, sizeBytes: 20_480 })],
    ...changes,
    network: {
      ...torNetwork(RELAYS),
      ...changes.network,
    },
  });
}

/** As the network of many relays is. */
const RECKONED = { followedRelays: 0 };

/**
 * Runs the arm on both engines, which must not differ but in who tells whom of a message by IHAVE, and gives the
 * model's outcome.
 */
async function runAlike(scenario: Scenario, arm: LiveArm): Promise<ArmOutcome> {
  const [one, other] = await runArmOnBoth(scenario, arm, RECKONED);
  const [real, own] = [one.arms[0]!, other.arms[0]!];
  const told = `seed ${scenario.seed}`;
  assert.deepEqual([real.engine, own.engine], ['gossipsub', 'model'], told);
  for (const [index, update] of real.updates.entries()) {
    const mine = own.updates[index]!;
    for (const stage of STAGES)
      assert.deepEqual(mine.stages[stage], update.stages[stage], `${told}: update ${index}: ${stage}`);
    assert.deepEqual(mine.removed, update.removed, `${told}: update ${index}: removed`);
    assert.deepEqual(mine.verdicts, update.verdicts, `${told}: update ${index}`);
  }
  assert.equal(own.rolledBack, real.rolledBack, told);
  assert.deepEqual(own.trust, real.trust, told);
  assert.deepEqual(own.operators, real.operators, told);
  const [mine, theirs] = [own.cost!, real.cost!];
  for (const name of ['deliveries', 'duplicates', 'frames', 'bytes'] as const)
    assert.equal(mine[name], theirs[name], `${told}: ${name}`);
  assert.deepEqual(mine.load.bytesByKind, theirs.load.bytesByKind, told);
  return own;
}

function count(column: Float64Array): number {
  return column.filter((seconds) => !Number.isNaN(seconds)).length;
}

for (const seed of [1, 2, 3]) {
  test(`model with operators: seed ${seed}: each policy lets relays switch when the real routers' do`, async () => {
    const arm = await runAlike(scenarioOf(seed), armOf({ classes: OF_EVERY_POLICY }));
    const { activated, staged } = arm.updates[0]!.stages;
    assert.equal(count(staged), RELAYS);
    assert(count(activated) > 60 && count(activated) < 75, `${count(activated)} run it in the end`);
    assert(activated.filter((seconds) => seconds > 86_400).length > 5, 'some after days');
    assert(arm.updates[0]!.verdicts!.confirmed > 50);
  });

  test(`model with operators: seed ${seed}: half of the relays are no part of the network`, async () => {
    const arm = await runAlike(scenarioOf(seed), armOf({ classes: OF_EVERY_POLICY, embedsShare: 0.5 }));
    assert.equal(count(arm.updates[0]!.stages.heard), RELAYS / 2);
  });

  test(`model with operators: seed ${seed}: later releases take the place of those that wait`, async () => {
    const arm = await runAlike(
      scenarioOf(seed, {
        durationSeconds: 120,
        updates: [
          testUpdate({ atSeconds: 15, sizeBytes: 20_480 }),
          testUpdate({ atSeconds: 27, sizeBytes: 20_482 }),
          testUpdate({ atSeconds: 40, module: 'padding-machine', notBeforeSeconds: 60 }),
          testUpdate({ atSeconds: 55, sizeBytes: 20_484 }),
          testUpdate({ atSeconds: 70, module: 'padding-machine', notBeforeSeconds: 75 }),
        ],
      }),
      armOf({ classes: OF_EVERY_POLICY }),
    );
    const [first, second, , last] = arm.updates.map(({ stages }) => count(stages.activated));
    assert(first! < last! && second! < last!, `${first}, ${second} and ${last} run the three`);
    const { confirmed, kept } = arm.updates[0]!.verdicts!;
    assert(confirmed > kept, `${confirmed} confirmed, ${kept} kept`);
  });

  test(`model with operators: seed ${seed}: what is revoked while it waits never runs`, async () => {
    const arm = await runAlike(
      scenarioOf(seed, {
        durationSeconds: 90,
        updates: [testUpdate({ atSeconds: 15, sizeBytes: 20_480, revokeAtSeconds: 45 })],
      }),
      armOf({ classes: OF_EVERY_POLICY }),
    );
    const { stages, removed } = arm.updates[0]!;
    assert.equal(count(stages.activated), arm.rolledBack);
    assert.equal(count(removed), arm.rolledBack);
    assert(arm.rolledBack > 20 && arm.rolledBack < 60, `${arm.rolledBack} took it out`);
  });

  test(`model with operators: seed ${seed}: third parties are taken by class, or as drawn`, async () => {
    const { trust } = testScenario();
    const arm = await runAlike(
      scenarioOf(seed, {
        durationSeconds: 120,
        trust: {
          ...trust,
          thirdPartyShare: 0.5,
          delegations: [{ name: 'lab', hooks: ['cell-admission'], threshold: { threshold: 1, keys: 1 } }],
        },
        updates: [
          testUpdate({ atSeconds: 15, module: 'hostile-backdoor', publisher: 'lab' }),
          testUpdate({ atSeconds: 30 }),
          testUpdate({ atSeconds: 60, module: 'hostile-backdoor', publisher: 'lab', priority: 5 }),
          testUpdate({ atSeconds: 80, module: 'padding-machine', revokeAtSeconds: 100 }),
        ],
      }),
      armOf({
        classes: [
          testClass('trusting', 0.3, { thirdParties: true }),
          testClass('wary', 0.3, { thirdParties: false, policy: 'approve', lag: SOON }),
          testClass('drawn', 0.4),
        ],
      }),
    );
    const [lab, own] = arm.updates.map(({ stages }) => count(stages.activated));
    assert(lab! > 25 && lab! < 55 && own! > 75, `${lab} and ${own}`);
  });
}

test('model without operators: third parties are taken as drawn', async () => {
  const { trust } = testScenario();
  const delegations = [{ name: 'lab', hooks: ['cell-admission'], threshold: { threshold: 1, keys: 1 } }];
  const run = (...updates: UpdatePlan[]): Promise<ArmOutcome> =>
    runAlike(
      scenarioOf(1, { trust: { ...trust, thirdPartyShare: 0.5, delegations }, updates }),
      testLiveArm('live'),
    );
  const byLab = testUpdate({ atSeconds: 12, module: 'hostile-backdoor', publisher: 'lab', priority: 1 });
  const { updates } = await run(byLab, testUpdate({ atSeconds: 22 }));
  const [taken, own] = updates.map(({ verdicts }) => verdicts!.confirmed);
  assert(taken! > 20 && own! > 20 && taken! + own! > 70, `${taken} run the one and ${own} the other`);
  // Of third parties that have published nothing there are metadata to check, for those who take them.
  const [alone] = (await run(testUpdate())).updates;
  assert.equal(count(alone!.stages.activated), RELAYS);
});

test('model with operators: relays that ask for what they have missed wait like others', async () => {
  const arm = await runAlike(
    scenarioOf(1),
    armOf({ classes: OF_EVERY_POLICY, embedsShare: 0.5 }, ['gossip', 'catch-up']),
  );
  assert(arm.cost!.load.bytesByKind.requests > 0);
});
