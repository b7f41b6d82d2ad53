/**
 * The same chart for a screen and for print.
 *
 * Charts are drawn for a screen. For print their title and subtitle are cut away, since a paper says them in its own
 * words under the figure; ink is black, the grid dark enough for a copier; lines keep their colours and dashes. The
 * small print with scenario, engine, relays and seeds stays: a figure without it cannot be traced.
 */

import type { ChartTheme } from '../scenario/measure-plan.ts';
import { FAINT_INK, GRID, INK, PAPER } from './chart-style.ts';

/** Height of title and subtitle at the head of every chart (chart-frame.ts). */
const HEAD_PX = 66;

/** What stands in print for a colour of the screen. */
const PRINT_TWINS: Readonly<Record<string, string>> = {
  [INK]: '#000000',
  [FAINT_INK]: '#2b2b2b',
  [GRID]: '#c4c4c4',
  [PAPER]: '#ffffff',
};

function withoutHead(svg: string): string {
  return svg.replace(
    /^<svg ([^>]*?)height="(\d+)" viewBox="0 0 (\d+) \d+"/,
    (_whole, before: string, height: string, width: string) => {
      const left = Number(height) - HEAD_PX;
      return `<svg ${before}height="${left}" viewBox="0 ${HEAD_PX} ${width} ${left}"`;
    },
  );
}

/** The chart in a theme. Throws RangeError for what chart-frame.ts has not framed. */
export function themed(svg: string, theme: ChartTheme): string {
  if (theme === 'screen') return svg;
  const cut = withoutHead(svg);
  if (cut === svg) throw new RangeError('the chart has no head that could be cut away');
  return cut.replace(/(fill|stroke)="(#[0-9a-fA-F]{6})"/g, (whole, attribute: string, colour: string) => {
    const twin = PRINT_TWINS[colour];
    return twin === undefined ? whole : `${attribute}="${twin}"`;
  });
}
