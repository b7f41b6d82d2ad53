import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  countOf,
  groupThousands,
  humanBytes,
  humanDuration,
  humanPercent,
  humanRatio,
  humanWall,
  significant,
} from './human-units.ts';

test('digits: what was rounded keeps its zeros, what is exact has none', () => {
  const rounded = [0.20004, 9.9999, 99.96, 100.4, -0.30004, 1234.5, 0.0000123];
  assert.deepEqual(
    rounded.map((value) => significant(value)),
    ['0.200', '10.0', '100', '100', '-0.300', '1,230', '0.0000123'],
  );
  // As hours are counted from seconds, a value may be off by the last bit.
  assert.deepEqual(
    [0.2, 0.1 + 0.2, 10, 0].map((value) => significant(value)),
    ['0.2', '0.3', '10', '0'],
  );
  assert.deepEqual([humanDuration(599.7), humanDuration(600)], ['10.0 min', '10 min']);
});

test('durations: each in the unit that suits it', () => {
  const day = 86_400;
  assert.deepEqual(
    [0, 0.00005, 0.0123, 0.6234, 61.2, 250, 7200, 1.5 * day, 131.3 * day, 900 * day].map(humanDuration),
    ['0 s', '50 µs', '12.3 ms', '0.623 s', '61.2 s', '4.17 min', '2 h', '36 h', '131 days', '2.46 years'],
  );
});

test('percent: only what is whole reads 100 %, only nothing reads 0 %', () => {
  assert.deepEqual([0, 0.00001, 0.6226, 0.99, 0.99996, 1].map(humanPercent), [
    '0 %',
    'under 0.1 %',
    '62.3 %',
    '99 %',
    'over 99.9 %',
    '100 %',
  ]);
});

test('ratios: two digits, grouped', () => {
  assert.deepEqual([5_912_345, 2.345, 1].map(humanRatio), ['5,900,000', '2.3', '1']);
});

test('counts: grouped by thousands, the noun follows', () => {
  assert.equal(groupThousands(1234567.891), '1,234,567.891');
  assert.deepEqual([countOf(1, 'relay'), countOf(7500, 'relay')], ['1 relay', '7,500 relays']);
});

test('bytes and wall time: in units that keep three digits', () => {
  assert.deepEqual([999, 20_480, 681_574_400].map(humanBytes), ['999 B', '20 KiB', '650 MiB']);
  assert.deepEqual([49.6, 999, 12_345].map(humanWall), ['50 ms', '999 ms', '12.3 s']);
});
