import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countryOutline, type Outline } from './country-shapes.ts';
import { insideOf } from './outline-inside.ts';

/** The same question, put to every edge. */
function isInside(outline: Outline, longitude: number, latitude: number): boolean {
  let crossings = 0;
  for (let index = 1; index < outline.length; index++) {
    const [fromX, fromY] = outline[index - 1]!;
    const [toX, toY] = outline[index]!;
    if (fromY > latitude === toY > latitude) continue;
    if (longitude < fromX + ((latitude - fromY) / (toY - fromY)) * (toX - fromX)) crossings++;
  }
  return crossings % 2 === 1;
}

test('outlines: a point is inside a country by the edges of its band as by all of them', () => {
  for (const code of ['us', 'de', 'ru', 'gi']) {
    const outline = countryOutline(code)!;
    const inside = insideOf(outline);
    const xs = outline.map(([x]) => x);
    const ys = outline.map(([, y]) => y);
    const at = (values: readonly number[]) =>
      fc.oneof(
        fc.constantFrom(...values),
        fc.double({ min: Math.min(...values) - 1, max: Math.max(...values) + 1, noNaN: true }),
      );
    let hits = 0;
    fc.assert(
      fc.property(at(xs), at(ys), (x, y) => {
        const found = inside(x, y);
        if (found) hits++;
        assert.equal(found, isInside(outline, x, y));
      }),
      { numRuns: 2000 },
    );
    assert.ok(hits > 50, `${code}: ${hits} of 2,000 points lie inside`);
  }
});
