import assert from 'node:assert/strict';
import { test } from 'node:test';
import { highestRunning, removalSeconds, runningCurve, runningFraction } from './running.ts';

const NEVER = Number.NaN;
/** Five relays by hand: 0 keeps it, 1 and 2 take it out, 3 ran it for no time at all, 4 never ran it. */
const activated = Float64Array.of(1, 1, 2, 5, NEVER);
const removed = Float64Array.of(NEVER, 4, 6, 5, NEVER);

test('running: the share rises with each activation and falls with each removal', () => {
  const curve = runningCurve(activated, removed);
  assert.deepEqual([...curve.seconds], [1, 2, 4, 6]);
  assert.deepEqual([...curve.fractionOfRelays], [0.4, 0.6, 0.4, 0.2]);
  assert.equal(highestRunning(curve), 0.6);
  assert.equal(runningFraction(curve), 0.2);
});

test('running: where nothing is removed the end is what was ever reached, where all is removed it is 0', () => {
  const never = new Float64Array(5).fill(NEVER);
  assert.equal(runningFraction(runningCurve(activated, never)), 0.8);
  assert.equal(runningFraction(runningCurve(activated, Float64Array.of(9, 9, 9, 9, NEVER))), 0);
  const nobody = runningCurve(never, never);
  assert.equal(nobody.seconds.length, 0);
  assert.equal(runningFraction(nobody), 0);
  assert.equal(highestRunning(nobody), 0);
});

test('running: a removal without an activation changes nothing', () => {
  const curve = runningCurve(Float64Array.of(NEVER, 1), Float64Array.of(3, NEVER));
  assert.deepEqual([[...curve.seconds], [...curve.fractionOfRelays]], [[1], [0.5]]);
});

test('running: columns of different length are refused', () => {
  assert.throws(() => runningCurve(activated, Float64Array.of(1)), /5 activations for 1 removals/);
});

test('removal: counts from the revocation, over the relays that it concerned', () => {
  // Revoked at 10: relay 0 had rolled back before, 1 and 2 remove it 1 s and 4 s later, 3 takes it at 11 and
  // removes it at 13, 4 never hears of the revocation, 5 never ran the module.
  const ran = Float64Array.of(1, 1, 1, 11, 1, NEVER);
  const out = Float64Array.of(9, 11, 14, 13, NEVER, NEVER);
  assert.equal(removalSeconds(ran, out, 10, 0.25), 1, 'the first of four');
  assert.equal(removalSeconds(ran, out, 10, 0.5), 3, 'the second of four');
  assert.equal(removalSeconds(ran, out, 10, 0.75), 4);
  assert.equal(removalSeconds(ran, out, 10, 0.99), null, 'the fourth still runs it');
});

test('removal: nobody concerned is null, not zero', () => {
  assert.equal(removalSeconds(Float64Array.of(1, NEVER), Float64Array.of(2, NEVER), 10, 0.5), null);
});
