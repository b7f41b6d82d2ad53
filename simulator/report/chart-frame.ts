/** The frame that every chart has: paper, title, subtitle and the small print that says where it comes from. */

import { FAINT_INK, FONT_FAMILY, PAPER, TYPE_PX } from './chart-style.ts';
import { type Content, element, join } from './svg-markup.ts';
import { textAt, wrapText } from './text-layout.ts';

export interface ChartFrame {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly subtitle: string;
  /** Read out in place of the picture. */
  readonly description: string;
  /** Small print at the foot. */
  readonly caption: string;
}

export const CHART_PADDING_PX = 20;
const CAPTION_LINE_PX = 15;

/** Height that the caption's lines take at the foot of a chart. */
export function captionHeightPx(caption: string, width: number): number {
  const lines = wrapText(caption, width - 2 * CHART_PADDING_PX, TYPE_PX.caption);
  return lines.length * CAPTION_LINE_PX + CHART_PADDING_PX - 4;
}

/** The whole chart: paper, title, content, caption; a complete SVG file. */
export function chartSvg(frame: ChartFrame, ...content: readonly Content[]): string {
  const { width, height } = frame;
  const lines = wrapText(frame.caption, width - 2 * CHART_PADDING_PX, TYPE_PX.caption);
  const firstY = height - CHART_PADDING_PX + 4 - (lines.length - 1) * CAPTION_LINE_PX;
  const caption = lines.map((line, index) =>
    textAt(CHART_PADDING_PX, firstY + index * CAPTION_LINE_PX, line, {
      sizePx: TYPE_PX.caption,
      colour: FAINT_INK,
    }),
  );
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': `${frame.title}. ${frame.description}`,
      'font-family': FONT_FAMILY,
      'font-size': TYPE_PX.tick,
    },
    element('rect', { width, height, fill: PAPER }),
    textAt(CHART_PADDING_PX, 32, frame.title, { sizePx: TYPE_PX.title, bold: true }),
    textAt(CHART_PADDING_PX, 54, frame.subtitle, { sizePx: TYPE_PX.panelTitle - 1, colour: FAINT_INK }),
    join(...content),
    ...caption,
  );
  return `${svg.markup}\n`;
}
