import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adoptionCurve } from '../measure/curve.ts';
import { MADE_LIVE_ARM, madeRun } from '../testing/made-run.ts';
import { peaksOfColumns, stepPoints } from './step-points.ts';

const ONE_PIXEL_A_SECOND = { ofSeconds: (seconds: number) => seconds, pixel: (x: number) => x };

test('step points: a line starts at 0 and ends where the axis does', () => {
  const curve = adoptionCurve(Float64Array.of(2, 4), Float64Array.of(1, 1));
  const points = stepPoints(curve, 'fractionOfRelays', { ...ONE_PIXEL_A_SECOND, fromX: 0, toX: 10 });
  assert.deepEqual(points, [
    [0, 0],
    [2, 0.5],
    [4, 1],
    [10, 1],
  ]);
});

test('step points: of the steps in one pixel column the last is kept', () => {
  const curve = adoptionCurve(Float64Array.of(2.1, 2.5, 2.9, 3.1), new Float64Array(4).fill(1));
  const points = stepPoints(curve, 'fractionOfRelays', { ...ONE_PIXEL_A_SECOND, fromX: 0, toX: 3.1 });
  assert.deepEqual(points, [
    [0, 0],
    [2.9, 0.75],
    [3.1, 1],
  ]);
});

test('step points: nothing is drawn past the end of the axis', () => {
  const curve = adoptionCurve(Float64Array.of(2, 8), Float64Array.of(1, 1));
  const points = stepPoints(curve, 'fractionOfRelays', { ...ONE_PIXEL_A_SECOND, fromX: 0, toX: 5 });
  assert.deepEqual(points.at(-1), [5, 0.5]);
});

test('step points: 7,500 relays on 480 pixels give at most 482 points, each within a pixel of the curve', () => {
  const run = madeRun({ arms: [MADE_LIVE_ARM] });
  const seconds = run.arms[0]?.updates[0]?.stages.activated ?? assert.fail();
  const curve = adoptionCurve(seconds, run.population.consensusWeight);
  const pixelsPerSecond = 240;
  const points = stepPoints(curve, 'fractionOfRelays', {
    ofSeconds: (at) => at,
    pixel: (x) => x * pixelsPerSecond,
    fromX: 0,
    toX: 2,
  });
  assert.ok(curve.seconds.length > 7000 && points.length <= 482, `${points.length} points`);
  curve.seconds.forEach((at, row) => {
    const drawn = points.findLast(([x]) => x <= at + 1 / pixelsPerSecond);
    assert.ok((drawn?.[1] ?? 0) >= (curve.fractionOfRelays[row] as number) - 1e-12, `step at ${at} s`);
  });
});

test('step points: a line that falls keeps the highest and the last of a pixel column', () => {
  const [seconds, values] = [Float64Array.of(2.1, 2.5, 2.9, 4.2, 9), Float64Array.of(0.1, 0.7, 0.3, 0.4, 1)];
  const points = peaksOfColumns(seconds, values, { ...ONE_PIXEL_A_SECOND, toX: 5 }, [0, 0]);
  assert.deepEqual(points, [
    [2.5, 0.7],
    [2.9, 0.3],
    [4.2, 0.4],
    [5, 0.4],
  ]);
});
