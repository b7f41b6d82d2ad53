import assert from 'node:assert/strict';
import { test } from 'node:test';
import { momentAt, shareOfAxis, timeTicks } from './time-scale.ts';

test('time scale: a share of the axis gives a moment and the moment gives the share, on both scales', () => {
  for (const scale of ['log', 'linear'] as const) {
    for (const share of [0, 0.25, 0.5, 1]) {
      const seconds = momentAt(scale, 0.01, 1000, share);
      assert.ok(Math.abs(shareOfAxis(scale, 0.01, 1000, seconds) - share) < 1e-12, `${scale} ${share}`);
    }
  }
  assert.ok(Math.abs(momentAt('log', 0.01, 100, 0.5) - 1) < 1e-12);
  assert.equal(momentAt('linear', 0, 100, 0.5), 50);
});

test('time scale: what is before a logarithmic axis stands at its beginning', () => {
  assert.equal(shareOfAxis('log', 0.01, 100, 0), 0);
  assert.equal(shareOfAxis('log', 0.01, 100, 0.001), 0);
});

test('time scale: linear ticks are round numbers of the unit that people use', () => {
  const names = (to: number) => timeTicks('linear', 0, to, 500).map(({ name }) => name);
  assert.deepEqual(names(0.6), ['0 s', '0.1 s', '0.2 s', '0.3 s', '0.4 s', '0.5 s', '0.6 s']);
  assert.deepEqual(names(510 * 86_400), ['0 d', '100 d', '200 d', '300 d', '400 d', '500 d']);
  assert.deepEqual(
    timeTicks('linear', -120, 300, 500).map(({ value }) => value),
    [-120, 0, 120, 240],
  );
});

test('time scale: logarithmic ticks are named in seconds to years and keep their distance', () => {
  const ticks = timeTicks('log', 0.05, 4e7, 600);
  assert.deepEqual(ticks.map(({ name }) => name).slice(0, 3), ['100 ms', '1 s', '10 s']);
  const px = ticks.map(({ value }) => shareOfAxis('log', 0.05, 4e7, value) * 600);
  for (let tick = 1; tick < px.length; tick++) assert.ok(px[tick]! - px[tick - 1]! >= 52);
});

test('time scale: a short logarithmic span has three ticks at least', () => {
  for (const [from, to] of [
    [0.08, 0.5],
    [0.05, 0.38],
    [1.1, 3.9],
  ] as const) {
    assert.ok(timeTicks('log', from, to, 400).length >= 3, `${from} to ${to}`);
  }
});
