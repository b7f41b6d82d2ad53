import assert from 'node:assert/strict';
import { it } from 'node:test';
import { circuitScheduling } from '../../node/hooks/catalogue/circuit-scheduling.ts';
import { slotOf, slotWith } from '../testing/slot-with.ts';

const ewma = await slotWith(circuitScheduling, 'ewma-scheduling');

it('ewma-scheduling: activity halves in 30 seconds, whatever the way there', () => {
  assert.ok(Math.abs(ewma.call(64, 30_000, 0, 0) - 32) < 1e-9);
  assert.ok(Math.abs(ewma.call(64, 60_000, 5, 0) - 21) < 1e-9);
  const twoSteps = ewma.call(ewma.call(100, 700, 0, 0), 1300, 0, 0);
  assert.ok(Math.abs(twoSteps - ewma.call(100, 2000, 0, 0)) < 1e-9);
  assert.equal(ewma.call(1e6, 0xffffffff, 3, 0), 3, 'after 49 days nothing is left');
});

/** Serves two circuits, one with endless cells and one with a cell now and then; how long the latter waits. */
function longestWait(scheduler: typeof ewma): number {
  const bulk = { activity: 0, lastMs: 0 };
  const quiet = { activity: 0, lastMs: 0 };
  let longest = 0;
  let waitingSince = -1;
  for (let nowMs = 1; nowMs < 60_000; nowMs++) {
    if (nowMs % 100 === 0) waitingSince = nowMs;
    const next = waitingSince >= 0 && quiet.activity <= bulk.activity ? quiet : bulk;
    next.activity = scheduler.call(next.activity, nowMs - next.lastMs, 1, 0);
    next.lastMs = nowMs;
    if (next === quiet) {
      longest = Math.max(longest, nowMs - waitingSince);
      waitingSince = -1;
    }
  }
  return longest;
}

it('ewma-scheduling: a quiet circuit does not wait behind a bulk transfer', () => {
  assert.equal(longestWait(ewma), 0);
});

it('circuit-scheduling by default: circuits take turns', () => {
  const turns = slotOf(circuitScheduling);
  const activity = [0, 0, 0];
  const order: number[] = [];
  for (let i = 0; i < 9; i++) {
    const next = activity.indexOf(Math.min(...activity));
    order.push(next);
    activity[next] = turns.call(activity[next], 1, 1, 10);
  }
  assert.deepEqual(order, [0, 1, 2, 0, 1, 2, 0, 1, 2]);
});
