import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vulnerableRelayHours } from './exposure.ts';

test('exposure: each relay counts from the release to its activation', () => {
  assert.equal(vulnerableRelayHours(Float64Array.of(3600, 7200), 36000), 3);
});

test('exposure: a relay never reached, or reached too late, counts to the horizon', () => {
  assert.equal(vulnerableRelayHours(Float64Array.of(Number.NaN, 72000, 3600), 36000), 10 + 10 + 1);
});
