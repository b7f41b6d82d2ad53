import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testFault } from '../testing/fault-runs.ts';
import type { UpdateOutcome } from './outcome.ts';
import { faultSummary, newestBy } from './recovery.ts';

const NEVER = Number.NaN;

/** Ten relays, released at 10 s; the first four were hit. */
function outcome(gained: number[], removed: number[] = []): UpdateOutcome {
  const column = Float64Array.from(gained);
  const none = new Float64Array(10).fill(NEVER);
  for (const [relay, seconds] of removed.entries()) if (seconds !== undefined) none[relay] = seconds;
  return {
    module: 'fix',
    moduleBytes: 1,
    moduleSha256: '',
    stages: { heard: column, verified: column, staged: column, activated: column },
    removed: none,
    gained: column,
    haltedSeconds: null,
  };
}

const hits = Uint8Array.from([1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
const cut = { plan: testFault({ kind: 'partition', fromSeconds: 5, forSeconds: 25 }), effects: 3, hits };
const plans = [{ atSeconds: 10, module: 'fix' }];
const sum = (update: UpdateOutcome, fault = cut) => faultSummary(fault, [update], plans, 600);

describe('recovery', () => {
  it('counts from the end of the fault until the hit are where the others are', () => {
    // The cut ends at 30 s of the run, 20 s after the release.
    const { recoverySeconds, hitFraction, othersFraction, endSeconds, relays } = sum(
      outcome([21, 22, 23, 24.5, 1, 1, 1, 1, 1, 1]),
    );
    assert.deepEqual(
      { recoverySeconds, hitFraction, othersFraction, endSeconds, relays },
      { recoverySeconds: 4.5, hitFraction: 0, othersFraction: 1, endSeconds: 30, relays: 4 },
    );
  });

  it('of a cut, it may be the others that are behind', () => {
    const late = outcome([1, 1, 1, 1, 21, 22, 23, 24, 25, 26]);
    assert.equal(sum(late).recoverySeconds, 6);
    const crash = { ...cut, plan: testFault({ kind: 'crash', fromSeconds: 5, forSeconds: 25 }) };
    assert.equal(sum(late, crash).recoverySeconds, 0, 'who was hit by a crash is not behind');
  });

  it('those that were never behind have recovered at once', () => {
    assert.equal(sum(outcome([1, 1, 1, 1, 1, 1, 1, 1, 1, 1])).recoverySeconds, 0);
  });

  it('others that are late themselves set the goal', () => {
    assert.equal(sum(outcome([21, 22, NEVER, NEVER, 1, 1, 1, NEVER, NEVER, NEVER])).recoverySeconds, 2);
  });

  it('is never where somebody stays behind, or has lost it again', () => {
    assert.equal(sum(outcome([21, 22, 23, NEVER, 1, 1, 1, 1, 1, 1])).recoverySeconds, null);
    assert.equal(sum(outcome([21, 22, 23, 24, 1, 1, 1, 1, 1, 1], [400])).recoverySeconds, null);
  });

  it('a fault that does not end, or ends for each relay by itself, has no recovery', () => {
    const all = outcome([1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    const forever = { ...cut, plan: testFault({ kind: 'partition', forSeconds: Number.POSITIVE_INFINITY }) };
    assert.deepEqual(sum(all, forever), { ...sum(all, forever), endSeconds: null, recoverySeconds: null });
    const stepwise = { ...cut, plan: testFault({ kind: 'crash', step: 'staged' }) };
    assert.equal(sum(all, stepwise).endSeconds, null);
  });

  it('a lost publisher hits everybody', () => {
    const lost = { ...cut, plan: testFault({ kind: 'publisher-lost', fromSeconds: 5, forSeconds: 25 }) };
    const { relays, recoverySeconds, othersFraction } = sum(
      outcome([26, 26, 26, 26, 26, 26, 26, 26, 26, 27]),
      lost,
    );
    assert.deepEqual(
      { relays, recoverySeconds, othersFraction },
      { relays: 10, recoverySeconds: 7, othersFraction: null },
    );
  });

  it('the newest update is the last one due', () => {
    assert.equal(newestBy([{ atSeconds: 50 }, { atSeconds: 10 }, { atSeconds: 70 }], 60), 0);
    assert.equal(newestBy([{ atSeconds: 50 }], 40), -1);
  });
});
