import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComparedFigure } from '../measure/comparison.ts';
import { comparedRows } from './comparison-table.ts';

const HOURS: ComparedFigure = {
  arm: 'live',
  figure: 'vulnerableRelayHours',
  a: 0.0012345,
  b: 717_974.621,
  difference: { median: -0.0004, low: -0.0011, high: 0.0002 },
  ratio: null,
  verdict: 'open',
};

test('comparison: hours are told apart whether they are thousandths or thousands', () => {
  const [row] = comparedRows({ seeds: [1, 2], hasEnoughRuns: false, figures: [HOURS] });
  assert.deepEqual([row?.a, row?.b, row?.between], ['0.0012', '717,974.62', '-0.0004 (-0.0011 to +0.0002)']);
});
