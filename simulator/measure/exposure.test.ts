import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vulnerableRelayHours, vulnerableWeightHours } from './exposure.ts';

test('exposure: each relay counts from the release to its activation', () => {
  assert.equal(
    vulnerableRelayHours({ activatedSeconds: Float64Array.of(3600, 7200), horizonSeconds: 36000 }),
    3,
  );
});

test('exposure: a relay never reached, or reached too late, counts to the horizon', () => {
  const activatedSeconds = Float64Array.of(Number.NaN, 72000, 3600);
  assert.equal(vulnerableRelayHours({ activatedSeconds, horizonSeconds: 36000 }), 10 + 10 + 1);
});

test('exposure: by weight each relay counts for its share, on whatever scale weights are', () => {
  // 0.5 x 1 h + 0.3 x 2 h + 0.2 x 10 h.
  const vulnerability = { activatedSeconds: Float64Array.of(3600, 7200, Number.NaN), horizonSeconds: 36000 };
  for (const scale of [1, 1000]) {
    const weight = Float64Array.of(0.5 * scale, 0.3 * scale, 0.2 * scale);
    assert.ok(Math.abs(vulnerableWeightHours(vulnerability, weight) - 3.1) < 1e-12);
  }
  assert.equal(vulnerableWeightHours(vulnerability, new Float64Array(3)), 0);
});

test('exposure: a relay that was rejected before is not vulnerable any more, by neither count', () => {
  const vulnerability = {
    activatedSeconds: Float64Array.of(Number.NaN, 36000),
    horizonSeconds: 36000,
    rejectedSeconds: Float64Array.of(7200, Number.NaN),
  };
  assert.equal(vulnerableRelayHours(vulnerability), 2 + 10);
  assert.equal(vulnerableWeightHours(vulnerability, Float64Array.of(0.25, 0.75)), 0.5 + 7.5);
});
