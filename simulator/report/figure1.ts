/**
 * Figure 1: how a fix spreads when it is gossiped (left, seconds) and when operators install it (right, days).
 *
 * The two panels have axes of the same height and wholly different time units, which is the point of the
 * figure and the easiest thing to misread: every tick carries its unit, the titles say it again, and the
 * left panel is drawn to scale in the right one, as the upright line that it is there.
 */

import { answerSentence } from './answer.ts';
import { type CurvesData, dateOfData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import type { DrawingBoard } from './drawing-board.ts';
import { drawDaysPanel } from './figure1-days.ts';
import { drawSecondsPanel } from './figure1-seconds.ts';
import { countOf } from './human-units.ts';

const WIDTH = 1240;
const PANEL_TOP = 116;
const PANEL_HEIGHT = 430;
const LEFT_WIDTH = 552;

/** Draws figure 1 as an SVG file. */
export function drawFigure1(board: DrawingBoard, data: CurvesData): string {
  const caption = [data.source, ...data.historical.map(dateOfData)].join(' ');
  const left = { x: 8, y: PANEL_TOP, width: LEFT_WIDTH, height: PANEL_HEIGHT };
  const right = { x: LEFT_WIDTH + 16, y: PANEL_TOP, width: WIDTH - LEFT_WIDTH - 16, height: PANEL_HEIGHT };
  return chartSvg(
    {
      width: WIDTH,
      height: PANEL_TOP + PANEL_HEIGHT + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: `How long until ${countOf(data.summary.relays, 'relay')} run a fix`,
      subtitle: answerSentence(data.summary),
      description: 'Left: by gossip, in seconds. Right: installed by hand, in days.',
      caption,
    },
    drawSecondsPanel(board, data, left),
    drawDaysPanel(board, data, right),
  );
}
