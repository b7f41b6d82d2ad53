import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPresence } from './presence.ts';

const PLAN = {
  late: { share: 0.1, fromSeconds: 30, toSeconds: 60 },
  away: { share: 0.25, fromSeconds: 100, toSeconds: 200, forSeconds: 45.5 },
};

test('presence: shares, spans and durations are those of the plan, and nobody is both late and away', () => {
  const { joinsUs, absences, absentRelay, leavesUs, returnsUs } = drawPresence(1000, PLAN, new Set(), 1, 5);
  const late = new Set<number>();
  joinsUs.forEach((timeUs, relay) => {
    if (timeUs === 0) return;
    late.add(relay);
    assert(timeUs >= 30e6 && timeUs <= 60e6);
  });
  assert.equal(late.size, 100);
  assert.equal(absences, 250);
  assert.equal(new Set(absentRelay).size, 250);
  for (let absence = 0; absence < absences; absence++) {
    assert(!late.has(absentRelay[absence]!));
    assert(leavesUs[absence]! >= 100e6 && leavesUs[absence]! <= 200e6);
    assert.equal(returnsUs[absence]! - leavesUs[absence]!, 45.5e6);
  }
  const meanUs = leavesUs.reduce((sum, timeUs) => sum + timeUs, 0) / absences;
  assert(Math.abs(meanUs - 150e6) < 6e6, `they leave around ${meanUs} us`);
});

test('presence: relays that must be there always are, even where all others are not', () => {
  const everybody = { late: { ...PLAN.late, share: 0.5 }, away: { ...PLAN.away, share: 0.5 } };
  const { joinsUs, absences, absentRelay } = drawPresence(10, everybody, new Set([3, 7]), 1, 5);
  for (const relay of [3, 7]) {
    assert.equal(joinsUs[relay], 0);
    assert(!absentRelay.includes(relay));
  }
  assert.equal(absences, 3);
});

test('presence: another seed draws others, and nobody leaves before the links are up', () => {
  const early = { late: null, away: { share: 0.2, fromSeconds: 0, toSeconds: 1, forSeconds: 0 } };
  const one = drawPresence(100, early, new Set(), 1, 5);
  const other = drawPresence(100, early, new Set(), 2, 5);
  assert.notDeepEqual(one.absentRelay, other.absentRelay);
  for (const timeUs of one.leavesUs) assert.equal(timeUs, 5e6);
  one.returnsUs.forEach((timeUs, absence) => {
    assert(timeUs > one.leavesUs[absence]!);
  });
});

test('presence: when relays go away does not follow from when others come late', () => {
  const span = { share: 0.5, fromSeconds: 30, toSeconds: 60 };
  const { joinsUs, leavesUs } = drawPresence(
    40,
    { late: span, away: { ...span, forSeconds: 10 } },
    new Set(),
    1,
    5,
  );
  const joins = new Set(joinsUs.filter((timeUs) => timeUs > 0));
  assert.equal(joins.size, 20);
  for (const timeUs of leavesUs) assert(!joins.has(timeUs), `one comes and one goes at ${timeUs} us`);
});
