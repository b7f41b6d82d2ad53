/** What stands in the place of a chart that was asked for and has nothing to show: that, and why. */

import type { CurvesData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { FAINT_INK, GRID, TYPE_PX } from './chart-style.ts';
import { element } from './svg-markup.ts';
import { textAt } from './text-layout.ts';

const WIDTH = 1240;
const TOP = 76;
const HEIGHT = 150;

/** Draws the absence of a chart, as an SVG file; `why` is a clause without a full stop. */
export function drawEmpty(
  { sourceOfAll }: Pick<CurvesData, 'sourceOfAll'>,
  name: string,
  why: string,
): string {
  const middle = { anchor: 'middle', colour: FAINT_INK } as const;
  return chartSvg(
    {
      width: WIDTH,
      height: TOP + HEIGHT + captionHeightPx(sourceOfAll, WIDTH) + CHART_PADDING_PX,
      title: `Chart ${name}: no data`,
      subtitle: why,
      description: why,
      caption: sourceOfAll,
    },
    element('rect', {
      x: CHART_PADDING_PX,
      y: TOP,
      width: WIDTH - 2 * CHART_PADDING_PX,
      height: HEIGHT,
      fill: 'none',
      stroke: GRID,
    }),
    textAt(WIDTH / 2, TOP + HEIGHT / 2 - 4, 'no data', { ...middle, sizePx: TYPE_PX.panelTitle, bold: true }),
    textAt(WIDTH / 2, TOP + HEIGHT / 2 + 18, why, { ...middle, sizePx: TYPE_PX.label }),
  );
}
