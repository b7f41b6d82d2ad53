/** Marked moments and shaded spans of a plot, with their words. */

import uPlot from 'uplot';
import { FONT_FAMILY } from '../../report/chart-style.ts';
import type { MarkedMoment, PlotContent } from './plot-content.ts';
import { type Theme, withOpacity } from './theme.ts';

type WordedPlot = Pick<PlotContent, 'moments' | 'spans'> & { readonly theme: Theme };

/** The colour that the static chart of faults shades with. */
const SHADE = '#c0392b';
const WORD_PX = 11;
/** Words beyond so many rows begin at the top again. */
const WORD_ROWS = 8;

/** A moment's place on the canvas, at an edge of the plot where it is outside. */
function canvasX(plot: uPlot, seconds: number): number {
  const { left, width } = plot.bbox;
  return Math.min(left + width, Math.max(left, plot.valToPos(seconds, 'x', true)));
}

/** Shades the spans, to be drawn under the lines. */
export function drawSpans(plot: uPlot, { spans = [] }: WordedPlot): void {
  const { ctx, bbox } = plot;
  ctx.fillStyle = withOpacity(SHADE, Math.max(0.05, 0.14 / Math.min(Math.max(1, spans.length), 3)));
  for (const { fromSeconds, toSeconds } of spans) {
    const [left, right] = [canvasX(plot, fromSeconds), canvasX(plot, toSeconds)];
    ctx.fillRect(left, bbox.top, Math.max(1.5 * uPlot.pxRatio, right - left), bbox.height);
  }
}

/** Draws upright lines and all words, over the lines of the plot; each word in a row of its own. */
export function drawWords(plot: uPlot, { moments = [], spans = [], theme }: WordedPlot): void {
  const { ctx, bbox } = plot;
  const { min, max } = plot.scales.x!;
  const isShown = ({ seconds }: MarkedMoment) => seconds >= min! && seconds <= max!;
  ctx.save();
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = uPlot.pxRatio;
  ctx.setLineDash([5 * uPlot.pxRatio, 3 * uPlot.pxRatio]);
  for (const { seconds } of moments.filter(isShown)) {
    const x = canvasX(plot, seconds);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  const begun = spans.filter(({ fromSeconds, toSeconds }) => toSeconds > min! && fromSeconds < max!);
  const words = [
    ...begun.map(({ fromSeconds, word }) => ({ seconds: Math.max(min!, fromSeconds), word })),
    ...moments.filter(isShown),
  ];
  ctx.setLineDash([]);
  ctx.font = `${WORD_PX * uPlot.pxRatio}px ${FONT_FAMILY}`;
  ctx.textBaseline = 'top';
  ctx.lineJoin = 'round';
  ctx.lineWidth = 3 * uPlot.pxRatio;
  ctx.strokeStyle = theme.paper;
  ctx.fillStyle = theme.ink;
  for (const [row, { seconds, word }] of words.entries()) {
    const x = canvasX(plot, seconds);
    const isLate = x > bbox.left + bbox.width * 0.7;
    const y = bbox.top + (4 + (row % WORD_ROWS) * (WORD_PX + 4)) * uPlot.pxRatio;
    ctx.textAlign = isLate ? 'right' : 'left';
    const textX = x + (isLate ? -5 : 5) * uPlot.pxRatio;
    ctx.strokeText(word, textX, y);
    ctx.fillText(word, textX, y);
  }
  ctx.restore();
}
