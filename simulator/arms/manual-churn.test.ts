import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUpAt } from '../population/running-relays.ts';
import type { ManualArm, Scenario } from '../scenario/scenario.ts';
import { testScenario, testUpdate } from '../testing/test-scenario.ts';
import { runManualArm } from './manual.ts';
import { withChurn } from './manual-churn.ts';
import { drawRelayLives } from './relay-lives.ts';

const DAY = 86_400;
const arm: ManualArm = {
  kind: 'manual',
  name: 'manual',
  lag: { law: 'lognormal', medianDays: 8, sigma: 1, never: 0.2 },
  untilDays: 365,
  drainSeconds: 0,
  restartSeconds: 60,
};
const scenario: Scenario = testScenario({
  durationSeconds: 30 * DAY,
  updates: [{ ...testUpdate(), atSeconds: DAY }],
  network: { ...testScenario().network, relays: 2000, population: 'tor-2025-11' },
  churn: { kind: 'measured', name: 'tor-2025-11' },
});
const modules = [{ module: 'strict-cells', moduleBytes: 1, moduleSha256: '' }];

test('manual arm: without churn nothing changes', () => {
  const { population } = drawRelayLives({ ...scenario, churn: null }, new Set());
  const outcome = runManualArm(scenario, arm, population, modules);
  assert.equal(withChurn(outcome, scenario, null), outcome);
});

test('manual arm: departed relays never upgrade, absent ones on return, and new identities come with the newest version', () => {
  const { population, churn } = drawRelayLives(scenario, new Set());
  assert(churn !== null);
  const plain = runManualArm(scenario, arm, population, modules);
  const { horizonSeconds, updates } = withChurn(plain, scenario, churn);
  assert.equal(horizonSeconds, 29 * DAY);
  const installed = plain.updates[0]!.stages.activated;
  const counts = { born: 0, departed: 0, delayed: 0, same: 0 };
  updates[0]!.stages.activated.forEach((seconds, relay) => {
    const runsUs = (DAY + seconds) * 1e6;
    const installedUs = (DAY + installed[relay]!) * 1e6;
    if (!Number.isNaN(seconds)) assert(isUpAt(churn, relay, runsUs + 1), `relay ${relay} is up`);
    if (churn.bornUs[relay]! > DAY * 1e6) {
      counts.born++;
      assert(Math.abs(runsUs - churn.bornUs[relay]!) < 2);
    } else if (Number.isNaN(installed[relay]!) || installedUs > 30 * DAY * 1e6) {
      assert(Number.isNaN(seconds));
    } else if (churn.goneUs[relay]! <= installedUs) {
      counts.departed++;
      assert(Number.isNaN(seconds));
    } else if (isUpAt(churn, relay, installedUs)) {
      counts.same++;
      assert(Math.abs(runsUs - installedUs) < 2);
    } else {
      counts.delayed++;
      assert(Number.isNaN(seconds) || runsUs > installedUs);
    }
  });
  assert(
    counts.born > 150 && counts.departed > 10 && counts.delayed > 50 && counts.same > 800,
    JSON.stringify(counts),
  );
});
