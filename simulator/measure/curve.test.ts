import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adoptionCurve, reachedFraction } from './curve.ts';
import { timeToFraction } from './quantiles.ts';

/** Four relays by hand: relay 2 is never reached, relays 0 and 3 arrive together. */
const arrived = Float64Array.of(3, 1, Number.NaN, 3);
const weight = Float64Array.of(0.1, 0.2, 0.3, 0.4);

test('curve: one row per moment of arrival, shares of all relays', () => {
  const curve = adoptionCurve(arrived, weight);
  assert.deepEqual([...curve.seconds], [1, 3]);
  assert.deepEqual([...curve.fractionOfRelays], [0.25, 0.75]);
  assert.deepEqual(
    [...curve.fractionOfConsensusWeight].map((share) => share.toFixed(12)),
    ['0.200000000000', '0.700000000000'],
  );
});

test('curve: weights of any scale count as shares of their sum', () => {
  const scaled = adoptionCurve(
    arrived,
    weight.map((share) => share * 1000),
  );
  assert.equal(scaled.fractionOfConsensusWeight[1]?.toFixed(12), '0.700000000000');
});

test('curve: all relays are exactly the whole weight, whatever their order', () => {
  const tenths = new Float64Array(10).fill(0.1);
  const curve = adoptionCurve(
    Float64Array.from({ length: 10 }, (_, relay) => 10 - relay),
    tenths,
  );
  assert.equal(reachedFraction(curve, 'fractionOfConsensusWeight'), 1);
});

test('curve: an arm that reached nobody has no rows and reached 0', () => {
  const curve = adoptionCurve(new Float64Array(3).fill(Number.NaN), Float64Array.of(1, 1, 1));
  assert.equal(curve.seconds.length, 0);
  assert.equal(reachedFraction(curve, 'fractionOfRelays'), 0);
  assert.equal(timeToFraction(curve, 'fractionOfRelays', 0.25), null);
});

test('curve: columns of different length are refused', () => {
  assert.throws(() => adoptionCurve(arrived, Float64Array.of(1)), /4 times for 1 weights/);
});

test('quantiles: the first moment at which the share is reached, no interpolation', () => {
  const curve = adoptionCurve(arrived, weight);
  assert.equal(timeToFraction(curve, 'fractionOfRelays', 0.25), 1, 'exactly at the step');
  assert.equal(timeToFraction(curve, 'fractionOfRelays', 0.26), 3, 'the next step, not between');
  assert.equal(timeToFraction(curve, 'fractionOfRelays', 0.75), 3);
  assert.equal(
    timeToFraction(curve, 'fractionOfConsensusWeight', 0.25),
    3,
    'the early relay weighs 0.2 only',
  );
});

test('quantiles: a share that the network never reached is null, not the last arrival', () => {
  const curve = adoptionCurve(arrived, weight);
  assert.equal(timeToFraction(curve, 'fractionOfRelays', 0.76), null);
  assert.equal(timeToFraction(curve, 'fractionOfConsensusWeight', 0.75), null);
});

test('quantiles: nine of ten equal weights are 90 %, although the sum falls a bit short', () => {
  const seconds = Float64Array.from({ length: 10 }, (_, relay) => relay + 1);
  const curve = adoptionCurve(seconds, new Float64Array(10).fill(1 / 3));
  assert.notEqual(curve.fractionOfConsensusWeight[8], 0.9, 'the sum is inexact, else this shows nothing');
  assert.equal(timeToFraction(curve, 'fractionOfConsensusWeight', 0.9), 9);
  assert.equal(timeToFraction(curve, 'fractionOfRelays', 0.9), 9);
});

test('quantiles: a fraction outside (0, 1] is refused', () => {
  const curve = adoptionCurve(arrived, weight);
  assert.throws(() => timeToFraction(curve, 'fractionOfRelays', 0), RangeError);
  assert.throws(() => timeToFraction(curve, 'fractionOfRelays', 1.01), RangeError);
});
