import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Churn } from '../population/churn.ts';
import { catchUpTimes } from './catch-up-times.ts';
import { churnSummary } from './churn-summary.ts';
import { cohortAt } from './cohort.ts';
import { adoptionCurve } from './curve.ts';
import { firstReached, meanShare, membershipCurve, shareAt, vulnerableOnlineHours } from './membership.ts';
import type { UpdateOutcome } from './outcome.ts';
import { lowerQuantile } from './quantiles.ts';

const NEVER = Number.POSITIVE_INFINITY;
const NO = Number.NaN;

interface LifeRow {
  readonly born?: number;
  readonly joins?: number;
  readonly gone?: number;
  readonly absences?: readonly (readonly [leaves: number, returns: number])[];
}

/** Lives in seconds. */
function churnOf(lives: readonly LifeRow[]): Churn {
  const rows = lives.flatMap(({ absences = [] }, relay) =>
    absences.map(([leaves, returns]) => ({ relay, leaves, returns })),
  );
  const firstAbsence = new Uint32Array(lives.length + 1);
  lives.forEach(({ absences = [] }, relay) => {
    firstAbsence[relay + 1] = firstAbsence[relay]! + absences.length;
  });
  const us = (values: readonly number[]) => Float64Array.from(values, (value) => value * 1e6);
  return {
    joinsUs: us(lives.map(({ joins = 0 }) => joins)),
    absences: rows.length,
    absentRelay: Uint32Array.from(rows, ({ relay }) => relay),
    leavesUs: us(rows.map(({ leaves }) => leaves)),
    returnsUs: us(rows.map(({ returns }) => returns)),
    isRestart: new Uint8Array(rows.length),
    firstAbsence,
    bornUs: us(lives.map(({ born = 0 }) => born)),
    goneUs: us(lives.map(({ gone = NEVER }) => gone)),
    classOf: new Uint8Array(lives.length),
  };
}

/** Released at 100 s and watched for 100 s more. */
const churn = churnOf([
  {},
  { absences: [[90, 130]] },
  { gone: 150, absences: [[150, NEVER]] },
  { born: 160, joins: 160 },
  { gone: 80, absences: [[80, NEVER]] },
  { joins: 110, absences: [[120, 170]] },
]);
/** Since the release. */
const activated = Float64Array.from([1, 35, 2, 65, NO, 80]);
const removed = new Float64Array(6).fill(NO);

test('membership: members, those that are up, and those that run it are counted at every moment', () => {
  const curve = membershipCurve(churn, { activated, removed }, 100, 100);
  const rows = [...curve.seconds].map((at, row) => [
    at,
    curve.members[row],
    curve.online[row],
    curve.running[row],
    curve.holding[row],
  ]);
  assert.deepEqual(rows, [
    [0, 4, 2, 0, 0],
    [1, 4, 2, 1, 1],
    [2, 4, 2, 2, 2],
    [10, 4, 3, 2, 2],
    [20, 4, 2, 2, 2],
    [30, 4, 3, 2, 2],
    [35, 4, 3, 3, 3],
    [50, 3, 2, 2, 2],
    [60, 4, 3, 2, 2],
    [65, 4, 3, 3, 3],
    [70, 4, 4, 3, 3],
    [80, 4, 4, 4, 4],
  ]);
  assert.equal(firstReached(curve, 'runningOfOnline', 0.9), 2);
  assert.equal(firstReached(curve, 'holdingOfMembers', 0.9), 80);
  assert.equal(shareAt(curve, 6, 'onlineOfMembers'), 0.75);
  // 2 up for 1 s and 1 for 1 s, then one of three for 10 s, 5 s, 5 s, and one of four for 10 s.
  assert(Math.abs(vulnerableOnlineHours(curve, 100) * 3600 - (2 + 1 + 10 + 5 + 5 + 10)) < 1e-9);
  assert(
    Math.abs(
      meanShare(curve, 'onlineOfMembers', 100) -
        (10 * 0.5 + 10 * 0.75 + 10 * 0.5 + 20 * 0.75 + 10 * (2 / 3) + 10 * 0.75 + 30) / 100,
    ) < 1e-9,
  );
});

test('membership: an update that is removed runs no longer', () => {
  const curve = membershipCurve(
    churn,
    { activated, removed: Float64Array.from([40, NO, NO, NO, NO, NO]) },
    100,
    100,
  );
  const at = curve.seconds.indexOf(40);
  assert(at > 0 && curve.running[at]! === curve.running[at - 1]! - 1);
});

test('cohort: the members at the release are counted, up or away, and nobody else', () => {
  const cohort = cohortAt(churn, 100);
  assert.deepEqual([...cohort!], [1, 1, 1, 0, 0, 1]);
  assert.equal(cohortAt(null, 100), null);
  const curve = adoptionCurve(activated, new Float64Array(6).fill(1), cohort);
  assert.deepEqual([...curve.fractionOfRelays], [0.25, 0.5, 0.75, 1]);
  assert.deepEqual([...curve.seconds], [1, 2, 35, 80]);
});

test('catch-up times: a return counts until it runs the update or ends, and those that were up are none', () => {
  const times = catchUpTimes(churn, activated, 100, 100);
  // Relay 1 from 30 to 35; relay 3 from 60 to 65; relay 5 first for 10 s in vain, then from 70 to 80.
  assert.equal(times.returns, 4);
  assert.deepEqual([...times.seconds], [5, 5, 10]);
  assert.equal(lowerQuantile(times.seconds, 0.5), 5);
  assert.equal(lowerQuantile(times.seconds, 0.99), 10);
  assert.equal(lowerQuantile(new Float64Array(0), 0.5), null);
});

test('churn summary: who left, who came, and who of them never ran it', () => {
  const stages = { heard: activated, verified: activated, staged: activated, activated };
  const update: UpdateOutcome = {
    module: 'fix',
    moduleBytes: 1,
    moduleSha256: '',
    stages,
    removed,
    haltedSeconds: null,
    cohort: cohortAt(churn, 100),
  };
  const summary = churnSummary(churn, update, 100, 100);
  assert.equal(summary.cohort, 4);
  assert.equal(summary.departed, 1);
  assert.equal(summary.departedWithout, 0);
  assert.equal(summary.newcomers, 1);
  assert.equal(summary.membersInTheEnd, 4);
  assert.equal(summary.catchUp.caughtUpFraction, 0.75);
  assert.equal(summary.runningOfOnline.endFraction, 1);
});

test('survival: who leaves without the update is lost then, who never gets it at the horizon', () => {
  const times = Float64Array.from([1, NO, NO, 65, NO, 80]);
  const stages = { heard: times, verified: times, staged: times, activated: times };
  const [module, moduleSha256] = ['fix', ''];
  const cohort = cohortAt(churn, 100);
  const update = { module, moduleBytes: 1, moduleSha256, stages, removed, haltedSeconds: null, cohort };
  // Relay 0 at 1 of four; relay 2 leaves at 50; relay 5 at 80 of the two that are left; relay 1 is seen to the end.
  const { survival } = churnSummary(churn, update, 100, 100);
  assert.deepEqual(survival, {
    relays: 4,
    events: 2,
    lostByDeparture: 1,
    lostByHorizon: 1,
    t50Seconds: 80,
    t50LowSeconds: 1,
    t50HighSeconds: null,
    t90Seconds: null,
    t99Seconds: null,
    endSurvival: 0.375,
    // 0.375 x sqrt(1 / (4 x 3) + 1 / (2 x 1)).
    endStandardError: 0.286411,
    endLow: 0.010971,
    endHigh: 0.808001,
  });
  // What comes after the horizon is not known: relay 5 is lost there, as relay 1 is.
  const early = churnSummary(churn, update, 100, 79).survival;
  assert.deepEqual([early.events, early.lostByHorizon, early.endSurvival], [1, 2, 0.75]);
});
