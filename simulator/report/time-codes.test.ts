import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeSeconds, NEVER_CODE, timeCode } from './time-codes.ts';

test('time codes: a moment comes back within 0.03 % from two microseconds to thirty years', () => {
  for (let seconds = 2e-6; seconds < 9.9e8; seconds *= 1.37) {
    assert.ok(Math.abs(codeSeconds(timeCode(seconds)) / seconds - 1) < 3e-4, `${seconds} s`);
  }
});

test('time codes: order is kept, and stages half a millisecond apart stay apart', () => {
  assert.ok(timeCode(0.2) < timeCode(0.2004));
  assert.ok(timeCode(1e12) < NEVER_CODE);
});

test('time codes: never is never, and the release is the beginning', () => {
  assert.equal(timeCode(Number.NaN), NEVER_CODE);
  assert.equal(timeCode(Number.POSITIVE_INFINITY), NEVER_CODE);
  assert.equal(codeSeconds(NEVER_CODE), Number.POSITIVE_INFINITY);
  for (const seconds of [-5, 0, 1e-7]) assert.equal(codeSeconds(timeCode(seconds)), 0);
});
