import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartSvg } from './chart-frame.ts';
import { FAINT_INK, INK } from './chart-style.ts';
import { themed } from './chart-theme.ts';
import { element } from './svg-markup.ts';

const CHART = chartSvg(
  {
    width: 400,
    height: 300,
    title: 'Title',
    subtitle: 'Subtitle',
    description: 'It rises.',
    caption: 'Scenario x.',
  },
  element('path', { d: 'M0,70', stroke: INK }),
);

test('theme: a chart for a screen is left as it is', () => {
  assert.equal(themed(CHART, 'screen'), CHART);
});

test('theme: in print the head is out of view, the ink is black, and the small print stays', () => {
  const print = themed(CHART, 'print');
  assert.match(print, /^<svg [^>]*width="400" height="234" viewBox="0 66 400 234"/);
  assert(!print.includes(INK) && !print.includes(FAINT_INK), 'screen ink is left');
  assert(print.includes('stroke="#000000"') && print.includes('Scenario x.'));
  assert(print.includes('aria-label="Title. It rises."'), 'who cannot see it is told all the same');
});

test('theme: what has no head of a chart is refused', () => {
  assert.throws(() => themed('<svg></svg>', 'print'), RangeError);
});
