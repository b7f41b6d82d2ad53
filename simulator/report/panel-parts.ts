/**
 * Parts that panels share: the percent axis, lines, headings, and what is said when there is nothing to draw.
 */

import { FAINT_INK, GRID, type LineLook, TYPE_PX } from './chart-style.ts';
import type { Box, DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { groupThousands } from './human-units.ts';
import type { Polyline } from './label-placement.ts';
import type { BandPoint, Point } from './step-points.ts';
import { join, type Markup, withoutControls } from './svg-markup.ts';
import { textAt } from './text-layout.ts';

const PERCENT_TICKS = [0, 0.25, 0.5, 0.75, 1];
/** Room below a panel for its tick labels and the axis label. */
const X_LABEL_OFFSET_PX = 40;

/** Heading of a panel, above its box. */
export function panelHeading(box: Box, margins: Margins, title: string, subtitle: string): Markup {
  const x = box.x + margins.left;
  return join(
    textAt(x, box.y - 20, title, { sizePx: TYPE_PX.panelTitle, bold: true }),
    textAt(x, box.y - 3, subtitle, { sizePx: TYPE_PX.caption, colour: FAINT_INK }),
  );
}

/** Grid lines and labels from 0 to 100 % on y. */
export function percentAxis(board: DrawingBoard, label: string) {
  return shareAxis(board, label, 1);
}

/** Grid lines and labels from 0 to a share below 100 % on y. */
export function shareAxis({ plot }: DrawingBoard, label: string, top: number) {
  const ticks = PERCENT_TICKS.map((tick) => tick * top);
  return [
    plot.gridY(ticks, { stroke: GRID, strokeOpacity: 1 }),
    plot.axisY(ticks, {
      tickFormat: (fraction: number) => `${Number((fraction * 100).toPrecision(4))} %`,
      label,
      labelAnchor: 'center',
      labelArrow: 'none',
      tickSize: 0,
    }),
    plot.ruleY([0]),
  ];
}

/** A linear axis on x whose every tick carries the unit, so that seconds cannot be taken for days. */
export function unitAxis({ plot }: DrawingBoard, label: string, unit: string) {
  return plot.axisX({
    tickFormat: (value: number) => `${groupThousands(Number(value.toPrecision(6)))} ${unit}`,
    ticks: 5,
    label,
    labelAnchor: 'center',
    labelArrow: 'none',
    labelOffset: X_LABEL_OFFSET_PX,
  });
}

/** An axis on x with ticks at given values, named by the caller. */
export function namedAxis(
  { plot }: DrawingBoard,
  label: string,
  ticks: readonly { readonly value: number; readonly name: string }[],
) {
  const names = new Map(ticks.map(({ value, name }) => [value, name]));
  return [
    plot.gridX([...names.keys()], { stroke: GRID, strokeOpacity: 1 }),
    plot.axisX([...names.keys()], {
      tickFormat: (value: number) => names.get(value) ?? '',
      // A logarithmic scale leaves names out when there are more ticks than this.
      ticks: 1000,
      label,
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: X_LABEL_OFFSET_PX,
    }),
  ];
}

/** A curve: `step-after` for what is known at every moment, `linear` between observations. */
export function curveLine(
  { plot }: DrawingBoard,
  name: string,
  points: readonly Point[],
  look: LineLook,
  curve: 'step-after' | 'linear',
  opacity = 1,
) {
  return plot.line(points as Point[], {
    ariaDescription: withoutControls(name),
    curve,
    stroke: look.colour,
    strokeWidth: look.widthPx,
    strokeOpacity: opacity,
    ...(look.dash === undefined ? {} : { strokeDasharray: look.dash, strokeLinecap: 'butt' as const }),
  });
}

/** The band of a curve that is known at every moment, to be drawn under its line; no mark without a band. */
export function bandArea({ plot }: DrawingBoard, points: readonly BandPoint[], look: LineLook) {
  if (points.length === 0) return [];
  const area = plot.areaY(points as BandPoint[], {
    x: ([x]) => x,
    y1: ([, low]) => low,
    y2: ([, , high]) => high,
    curve: 'step-after',
    fill: look.colour,
    fillOpacity: 0.18,
    ariaHidden: 'true',
  });
  return [area];
}

/** The lines of a panel in pixels, for labels to keep clear of. */
export function polylinesOf(
  lines: readonly { readonly points: readonly Point[] }[],
  panel: Panel,
): Polyline[] {
  return lines.map(({ points }) => points.map(([x, y]) => [panel.pixelX(x), panel.pixelY(y)] as const));
}

/** Says in the middle of a panel that it is empty, and why. */
export function noData(panel: Panel, why: string): Markup {
  const { left, right, top, bottom } = panel.frame;
  const middle = { anchor: 'middle', colour: FAINT_INK, halo: true } as const;
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return join(
    textAt(x, y - 8, 'no data', { ...middle, sizePx: TYPE_PX.panelTitle, bold: true }),
    textAt(x, y + 14, why, { ...middle, sizePx: TYPE_PX.label }),
  );
}

/** A remark in the lower right corner of a panel. */
export function cornerNote(panel: Panel, text: string): Markup {
  return textAt(panel.frame.right, panel.frame.bottom - 8, text, {
    sizePx: TYPE_PX.caption,
    colour: FAINT_INK,
    anchor: 'end',
    halo: true,
  });
}
