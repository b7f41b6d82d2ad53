import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MADE_LIVE_ARM, MADE_MANUAL_ARM, madeRun } from '../testing/made-run.ts';
import { withAttacks } from '../testing/made-trust.ts';
import type { RunOutcome } from './outcome.ts';
import { summarize } from './summary.ts';

const NEVER = Number.NaN;

/** Four relays; the update comes out at 60 s and is revoked at 70 s, if it is. */
function run(removed: number[], changes: { revokeAt?: number; halted?: number } = {}): RunOutcome {
  const made = madeRun({ relays: 4, arms: [MADE_LIVE_ARM, MADE_MANUAL_ARM] });
  const updates = made.scenario.updates.map((update) => ({
    ...update,
    revokeAtSeconds: changes.revokeAt ?? null,
  }));
  const arms = made.arms.map((arm) => ({
    ...arm,
    updates: arm.updates.map((update) => ({
      ...update,
      stages: { ...update.stages, activated: Float64Array.of(1, 2, 3, NEVER) },
      removed: Float64Array.from(removed),
      haltedSeconds: changes.halted ?? null,
    })),
  }));
  return { ...made, scenario: { ...made.scenario, updates }, arms };
}

function liveUpdate(outcome: RunOutcome) {
  return summarize(outcome, []).arms.live?.updates[0] ?? assert.fail();
}

test('removal: without one, all that ever ran it run it in the end', () => {
  const update = liveUpdate(run([NEVER, NEVER, NEVER, NEVER]));
  assert.equal(update.everRanFraction, 0.75);
  assert.equal(update.runningFraction, 0.75);
  assert.equal(update.reachedFraction, 0.75, 'ever activated, as before');
  const { haltedSeconds, revokedSeconds, t50RemovedSeconds, t99RemovedSeconds } = update;
  assert.deepEqual(
    [haltedSeconds, revokedSeconds, t50RemovedSeconds, t99RemovedSeconds],
    [null, null, null, null],
  );
});

test('removal: times count from the revocation, which counts from the release', () => {
  const update = liveUpdate(run([12, 11, 13.5, NEVER], { revokeAt: 70 }));
  assert.equal(update.everRanFraction, 0.75);
  assert.equal(update.runningFraction, 0);
  assert.equal(update.revokedSeconds, 10);
  assert.equal(update.t50RemovedSeconds, 2, 'the second of three');
  assert.equal(update.t99RemovedSeconds, 3.5);
});

test('removal: a halt before the planned revocation is the revocation', () => {
  const update = liveUpdate(run([5, 5, 6, NEVER], { revokeAt: 70, halted: 4 }));
  assert.deepEqual([update.haltedSeconds, update.revokedSeconds, update.t50RemovedSeconds], [4, 4, 1]);
});

test('removal: a manual arm hears of no revocation', () => {
  const { manual } = summarize(run([NEVER, NEVER, NEVER, NEVER], { revokeAt: 70 }), []).arms;
  assert.equal(manual?.updates[0]?.revokedSeconds, null);
  assert.equal(manual?.trust, null);
});

test('trust: counts are taken over with their names in order, whatever order they came in', () => {
  const outcome = withAttacks(madeRun({ relays: 4, arms: [MADE_LIVE_ARM] }), {
    hostileRelayHours: 0.123456789,
  });
  const trust = summarize(outcome, []).arms.live?.trust ?? assert.fail();
  const names = Object.keys(trust.refusals);
  assert.deepEqual(names, [...names].sort());
  assert.equal(trust.refusals['below-threshold'], 18_211);
  assert.deepEqual(Object.keys(trust.attempts), ['invalid-modules', 'replay', 'stolen-keys', 'tampered']);
  assert.equal(trust.hostileRelayHours, 0.123457);
  assert.equal(trust.graylistings, 841);
});
