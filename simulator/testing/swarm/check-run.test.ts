import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScenario } from '../../arms/run.ts';
import type { ArmOutcome, RunOutcome, UpdateOutcome } from '../../measure/outcome.ts';
import { testScenario } from '../test-scenario.ts';
import { checkRun } from './check-run.ts';
import { checkConvergence } from './convergence.ts';

const scenario = testScenario({
  durationSeconds: 120,
  network: { ...testScenario().network, relays: 12, degree: 5 },
});
const run = runScenario(scenario).then(({ outcome }) => outcome);

/** The sound run with one thing made wrong in its arm or its update. */
async function spoilt(arm: Partial<ArmOutcome>, update: Partial<UpdateOutcome> = {}): Promise<RunOutcome> {
  const outcome = await run;
  const [first] = outcome.arms as [ArmOutcome];
  return { ...outcome, arms: [{ ...first, updates: [{ ...first.updates[0]!, ...update }], ...arm }] };
}

async function rulesBroken(outcome: Promise<RunOutcome>): Promise<string[]> {
  return [...new Set(checkRun(await outcome).map(({ rule }) => rule))];
}

test('check: a sound run has nothing wrong with it, and has converged on all its relays', async () => {
  assert.deepEqual(checkRun(await run), []);
  assert.deepEqual(await checkConvergence(await run), { findings: [], askedOf: 12 });
});

test('check: a stage before the one before it, or before the release, is found', async () => {
  const { stages } = (await run).arms[0]!.updates[0]!;
  const early = { ...stages, verified: stages.verified.map(() => 1e-6), heard: stages.heard.map(() => 2e-6) };
  assert.deepEqual(await rulesBroken(spoilt({}, { stages: early })), ['stages-ordered']);
  const unborn = { ...stages, heard: stages.heard.map(() => -1) };
  assert((await rulesBroken(spoilt({}, { stages: unborn }))).includes('stages-ordered'));
  assert.deepEqual(await rulesBroken(spoilt({}, { removed: stages.heard.map(() => -1) })), [
    'stages-ordered',
  ]);
});

test('check: violations, deceived relays and verdicts that do not add up are found', async () => {
  assert.deepEqual(await rulesBroken(spoilt({ violations: ['broken'] })), ['no-violation']);
  const trust = { ...(await run).arms[0]!.trust!, wrongActivations: 1 };
  assert.deepEqual(await rulesBroken(spoilt({ trust })), ['nobody-deceived']);
  const verdicts = { ...(await run).arms[0]!.updates[0]!.verdicts!, confirmed: 1, kept: 2 };
  assert((await rulesBroken(spoilt({}, { verdicts }))).includes('verdicts-add-up'));
});

test('check: figures that are no numbers, and shares beyond 1, are found', async () => {
  const cost = { ...(await run).arms[0]!.cost!, bytes: Number.NaN };
  assert.deepEqual(await rulesBroken(spoilt({ cost })), ['figures-sound']);
});

test('convergence: a relay without the update, or with a bad one, is found', async () => {
  const { stages } = (await run).arms[0]!.updates[0]!;
  const without = {
    ...stages,
    activated: stages.activated.map((at, relay) => (relay === 3 ? Number.NaN : at)),
  };
  const { findings } = await checkConvergence(await spoilt({}, { stages: without }));
  assert.match(findings[0]!.what, /relay 3 does not run update 0/);
  const bad = { misbehaves: true, rolledBack: 0, confirmed: 0, kept: 0 };
  const kept = await checkConvergence(await spoilt({}, { verdicts: bad }));
  assert.match(kept.findings[0]!.what, /relay 0 runs update 0 \(strict-cells\), which is gone/);
});
