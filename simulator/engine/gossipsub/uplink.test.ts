import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Uplink } from './uplink.ts';

/** One byte in a microsecond. */
const RATE = 8e6;

test('uplink: what is queued leaves one after the other, at the full rate without changes', () => {
  const uplink = new Uplink(RATE);
  assert.equal(uplink.send(100, 50), 150);
  assert.equal(uplink.send(120, 50), 200);
  assert.equal(uplink.send(500, 1), 501);
});

test('uplink: what is queued under a throttle leaves at the full rate once that is over', () => {
  const uplink = new Uplink(RATE, [
    { fromUs: 0, factor: 0.001 },
    { fromUs: 10_000, factor: 1 },
  ]);
  assert.equal(uplink.send(0, 1000), 10_990, '10 bytes under the throttle, 990 after it');
  assert.equal(uplink.send(0, 10), 11_000);
});

test('uplink: a throttle slows down what is queued when it begins', () => {
  const uplink = new Uplink(RATE, [
    { fromUs: 100, factor: 0.5 },
    { fromUs: 200, factor: 0.25 },
    { fromUs: 300, factor: 0.5 },
  ]);
  assert.equal(uplink.send(0, 100), 100);
  assert.equal(uplink.send(0, 50), 200);
  assert.equal(uplink.send(150, 35), 320, '25 until 300, 10 at half the rate after it');
  assert.equal(uplink.send(1000, 1), 1002);
});
