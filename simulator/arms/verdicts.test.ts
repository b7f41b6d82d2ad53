import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarize } from '../measure/summary.ts';
import { testFault, testTargets } from '../testing/fault-runs.ts';
import { testLiveArm, testScenario, testUpdate } from '../testing/test-scenario.ts';
import { runScenario } from './run.ts';

const LIVE = [testLiveArm('live', ['gossip', 'catch-up'])];
const RELAYS = 60;
const NETWORK = { ...testScenario().network, relays: RELAYS };

test('verdicts: bad modules that fail are taken out, one that hides its harm is kept, by everybody', async () => {
  const modules = ['bad-trap', 'bad-call-1000', 'hostile-backdoor', 'strict-cells'];
  const scenario = testScenario({
    network: NETWORK,
    durationSeconds: 900,
    updates: modules.map((module, index) => testUpdate({ module, atSeconds: 10 + 200 * index })),
    arms: LIVE,
  });
  const { outcome } = await runScenario(scenario);
  const verdicts = summarize(outcome, []).arms.live?.updates.map((update) => update.verdicts) ?? [];
  const all = RELAYS;
  assert.deepEqual(verdicts, [
    { misbehaves: true, rolledBack: all, confirmed: 0, kept: 0, falsePositives: null, falseNegatives: 0 },
    { misbehaves: true, rolledBack: all, confirmed: 0, kept: 0, falsePositives: null, falseNegatives: 0 },
    // Confirmed, and gone in the end since a good one took its place: not by anybody's judgement.
    { misbehaves: true, rolledBack: 0, confirmed: all, kept: 0, falsePositives: null, falseNegatives: 0 },
    { misbehaves: false, rolledBack: 0, confirmed: all, kept: all, falsePositives: 0, falseNegatives: null },
  ]);
  const { outcome: deceived } = await runScenario({ ...scenario, updates: scenario.updates.slice(2, 3) });
  assert.equal(deceived.arms[0]?.updates[0]?.verdicts?.kept, all);
});

test('verdicts: a good module is taken out where its process dies under it, and a revocation is no verdict', async () => {
  const share = 0.1;
  // They die twice, which the first update takes up.
  const crash = testFault({
    kind: 'crash',
    step: 'activated',
    times: 2,
    fromSeconds: 5,
    forSeconds: 20,
    targets: testTargets({ share }),
  });
  const scenario = testScenario({
    network: NETWORK,
    durationSeconds: 400,
    updates: [testUpdate(), testUpdate({ atSeconds: 200, sizeBytes: 20_000, revokeAtSeconds: 300 })],
    faults: [crash],
    arms: LIVE,
  });
  const { outcome } = await runScenario(scenario);
  const [first, revoked] = summarize(outcome, []).arms.live?.updates ?? [];
  assert.equal(first?.verdicts?.falsePositives, RELAYS * share);
  assert.equal(first?.verdicts?.confirmed, RELAYS * (1 - share));
  assert.equal(revoked?.runningFraction, 0);
  assert.ok((revoked?.verdicts?.confirmed ?? 0) > 0);
  assert.equal(revoked?.verdicts?.kept, 0);
  assert.equal(revoked?.verdicts?.falsePositives, 0);
});
