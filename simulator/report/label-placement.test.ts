import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LabelBox, placeAmongLines, placeAt, placeLabels } from './label-placement.ts';

function box(wantedY: number, left = 0, height = 20): LabelBox {
  return { left, right: left + 100, wantedY, height };
}

test('labels: those that are clear of each other stay where they want to be', () => {
  assert.deepEqual(placeLabels([box(50), box(100)], 0, 500), [50, 100]);
});

test('labels: two that want one place are moved apart by the same amount', () => {
  assert.deepEqual(placeLabels([box(100), box(100)], 0, 500), [90, 110]);
});

test('labels: a third that touches the pair joins it, and the order of the lines is kept', () => {
  const middles = placeLabels([box(112), box(100), box(100)], 0, 500);
  assert.deepEqual(middles, [124, 84, 104]);
});

test('labels: those beside each other do not push each other', () => {
  assert.deepEqual(placeLabels([box(100), box(100, 100)], 0, 500), [100, 100]);
});

test('labels: all stay inside the panel while there is room', () => {
  assert.deepEqual(placeLabels([box(2), box(4)], 0, 500), [10, 30]);
  assert.deepEqual(placeLabels([box(499), box(498)], 0, 500), [490, 470]);
});

test('labels: no two of many cover each other', () => {
  const boxes = Array.from({ length: 12 }, (_, index) => box(240 + 7 * ((index * 5) % 12), 60 * (index % 3)));
  const middles = placeLabels(boxes, 0, 500);
  boxes.forEach((a, i) => {
    boxes.forEach((b, j) => {
      if (i >= j || a.left >= b.right || b.left >= a.right) return;
      assert.ok(Math.abs((middles[i] as number) - (middles[j] as number)) > 20 - 1e-9, `${i} over ${j}`);
    });
  });
});

test('labels among lines: a label moves off the line it would cover, up where both ways are as far', () => {
  const flat = [
    [0, 100],
    [300, 100],
  ] as const;
  const [middle] = placeAmongLines([box(100)], [flat], 0, 500);
  assert.ok(middle !== undefined && middle + 10 <= 100, `middle at ${middle}`);
});

test('labels among lines: a line that passes beside the label does not move it', () => {
  const beside = [
    [150, 0],
    [300, 500],
  ] as const;
  assert.deepEqual(placeAmongLines([box(105)], [beside], 0, 500), [105]);
});

test('labels among lines: an upright line within the label counts', () => {
  const upright = [
    [50, 90],
    [50, 200],
  ] as const;
  const [middle] = placeAmongLines([box(105)], [upright], 0, 500);
  assert.ok(middle !== undefined && middle + 10 <= 90);
});

test('labels among lines: two labels never share a place', () => {
  const [first, second] = placeAmongLines([box(105), box(105)], [], 0, 500);
  assert.ok(Math.abs((first ?? 0) - (second ?? 0)) >= 20);
});

test('labels among lines: without a free place a label stays where it wanted to be', () => {
  const comb = Array.from(
    { length: 50 },
    (_, index) =>
      [
        [0, index * 10],
        [300, index * 10],
      ] as const,
  );
  assert.deepEqual(placeAmongLines([box(105)], comb, 0, 500), [105]);
});

test('labels: one among the lines keeps clear of those that stand beside the panel', () => {
  const beside: LabelBox = { left: 110, right: 200, wantedY: 50, height: 40 };
  const inside: LabelBox = { left: 90, right: 180, wantedY: 55, height: 40 };
  const [middle] = placeAmongLines([inside], [], 0, 200, [placeAt(beside, 50)]);
  assert(Math.abs((middle as number) - 50) >= 40, `middle at ${middle}`);
});
