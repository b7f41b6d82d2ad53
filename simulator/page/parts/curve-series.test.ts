import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignedColumns, type CurveSeries, commonMoments, countUpTo, valueAt } from './curve-series.ts';

const STEP: CurveSeries = {
  name: 'step',
  colour: '#000000',
  seconds: [1, 2, 4],
  values: [0.2, 0.5, 0.9],
  shape: 'step',
  startsAtZero: true,
  untilSeconds: 10,
};
const LINE: CurveSeries = {
  name: 'line',
  colour: '#000000',
  seconds: [2, 6],
  values: [10, 30],
  shape: 'linear',
};

test('curve series: a step line holds its value until the next row, and jumps at it', () => {
  assert.equal(valueAt(STEP, 0.5), 0);
  assert.equal(valueAt(STEP, 1), 0.2);
  assert.equal(valueAt(STEP, 1.999), 0.2);
  assert.equal(valueAt(STEP, 2), 0.5);
  assert.equal(valueAt(STEP, 10), 0.9);
});

test('curve series: nothing is read past the end of a line, nor before a measurement began', () => {
  assert.equal(valueAt(STEP, 10.1), null);
  assert.equal(valueAt({ ...STEP, untilSeconds: 3 }, 4), 0.9, 'a row is never hidden');
  assert.equal(valueAt(LINE, 1.9), null);
  assert.equal(valueAt(LINE, 6.1), null);
  assert.equal(valueAt({ ...LINE, seconds: [], values: [] }, 1), null);
});

test('curve series: an arm that reached nobody is at 0 for as long as it is known', () => {
  const nobody = { ...STEP, seconds: [], values: [] };
  assert.equal(valueAt(nobody, 5), 0);
  assert.equal(valueAt(nobody, 11), null);
  assert.deepEqual(alignedColumns([nobody], 0, 20).slice(1), [[0, 0, null]]);
});

test('curve series: a linear line is read between its rows', () => {
  assert.equal(valueAt(LINE, 2), 10);
  assert.equal(valueAt(LINE, 3), 15);
  assert.equal(valueAt(LINE, 6), 30);
});

test('curve series: common columns have each moment once, in order, within the span', () => {
  assert.deepEqual([...commonMoments([STEP, LINE], 1.5, 8)], [1.5, 2, 4, 6, 8]);
  const [moments, step, line] = alignedColumns([STEP, LINE], 1.5, 8);
  assert.deepEqual([...moments], [1.5, 2, 4, 6, 8]);
  assert.deepEqual(step, [0.2, 0.5, 0.9, 0.9, 0.9]);
  assert.deepEqual(line, [null, 10, 20, 30, null]);
});

test('curve series: bounds of a band are columns of their own', () => {
  const banded = { ...STEP, band: { low: [0.1, 0.4, 0.8], high: [0.3, 0.6, 1] } };
  const [, ...columns] = alignedColumns([banded], 0, 4);
  assert.deepEqual(columns, [
    [0, 0.2, 0.5, 0.9],
    [0, 0.1, 0.4, 0.8],
    [0, 0.3, 0.6, 1],
  ]);
});

test('curve series: counting up to a limit includes it', () => {
  assert.deepEqual(
    [0, 1, 1.5, 4, 9].map((limit) => countUpTo([1, 2, 4], limit)),
    [0, 1, 1, 3, 3],
  );
});
