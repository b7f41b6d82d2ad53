/**
 * A panel of something against the time of the run: a line for each arm, named at its end, and marks at moments.
 *
 * Charts of traffic are stacks of such panels over one axis of time, which starts before the release.
 */

import { FAINT_INK, GRID, INK, type LineLook, TYPE_PX } from './chart-style.ts';
import type { Box, DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { groupThousands, significant } from './human-units.ts';
import { drawLineLabels, type LineLabel, textRoomPx } from './line-label.ts';
import { curveLine, noData, panelHeading, unitAxis } from './panel-parts.ts';
import type { Point } from './step-points.ts';
import { element, join, type Markup } from './svg-markup.ts';
import { textAt } from './text-layout.ts';
import { TIME_UNITS, timeUnit } from './time-unit.ts';

export interface TimeLine {
  readonly name: string;
  readonly notes: readonly string[];
  readonly look: LineLook;
  /** Seconds since the release, and a value. */
  readonly points: readonly Point[];
  readonly curve: 'step-after' | 'linear';
}

export interface Moment {
  readonly seconds: number;
  readonly word: string;
}

/** What the values of a panel are; `bytes` and `count` also of a second. */
export type PanelUnit = 'seconds' | 'share' | 'bytes' | 'count';

const TICK_FORMATS: Readonly<Record<PanelUnit, (value: number) => string>> = {
  seconds: (value) => `${significant(value)} s`,
  share: (share) => `${significant(share * 100)} %`,
  // Decimal, as ticks are.
  bytes: (bytes) => (bytes < 1e6 ? `${significant(bytes / 1000)} kB` : `${significant(bytes / 1e6)} MB`),
  count: (value) => groupThousands(Number(value.toPrecision(6))),
};

export interface TimePanel {
  readonly title: string;
  readonly subtitle: string;
  readonly yLabel: string;
  readonly unit: PanelUnit;
  /** What the axis ends at, at least. */
  readonly leastTop: number;
  readonly lines: readonly TimeLine[];
  /** Why there is nothing, if there is nothing. */
  readonly nothing: string;
}

export interface TimeSpan {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly moments: readonly Moment[];
}

export const STACK_WIDTH = 1240;
const MARGINS: Margins = { top: 14, right: 232, bottom: 46, left: 84 };
const PANEL_HEIGHT = 214;
const HEADING_PX = 46;
const LABEL_GAP_PX = 12;
/** Room above the highest value. */
const HEADROOM = 1.08;
/** Cells are simulated for hours, not for days. */
const UNITS = TIME_UNITS.slice(0, 3);
/** An axis longer than this many of a unit takes the next larger one. */
const UNITS_MAX = 180;

/** Height of a stack of panels, from `top` to the end of its last axis. */
export function stackHeightPx(panels: number): number {
  return panels * (PANEL_HEIGHT + HEADING_PX);
}

function topOf({ lines, leastTop }: TimePanel): number {
  let top = leastTop;
  for (const { points } of lines) for (const [, value] of points) top = Math.max(top, value * HEADROOM);
  return top;
}

function momentMarks(panel: Panel, moments: readonly Moment[], unitSeconds: number): Markup {
  return join(
    ...moments.map(({ seconds, word }) => {
      const x = panel.pixelX(seconds / unitSeconds);
      const { top, bottom } = panel.frame;
      return join(
        element('line', { x1: x, x2: x, y1: top - 4, y2: bottom, stroke: INK, 'stroke-dasharray': '5 3' }),
        textAt(x + 4, top + 6, word, { sizePx: TYPE_PX.caption, colour: FAINT_INK, halo: true }),
      );
    }),
  );
}

function labels({ lines }: TimePanel, panel: Panel, unitSeconds: number): LineLabel[] {
  return lines.flatMap(({ name, notes, look, points }) => {
    const end = points.at(-1);
    if (end === undefined) return [];
    const boxLeft = panel.frame.right + LABEL_GAP_PX;
    const [anchorX, anchorY] = [panel.pixelX(end[0] / unitSeconds), panel.pixelY(end[1])];
    return [{ anchorX, anchorY, boxLeft, name, notes, roomPx: textRoomPx(boxLeft, STACK_WIDTH - 8), look }];
  });
}

function drawPanel(board: DrawingBoard, box: Box, plan: TimePanel, span: TimeSpan): Markup {
  const length = span.toSeconds - span.fromSeconds;
  const unit = timeUnit(length, UNITS_MAX, UNITS);
  const panel = board.panel(box, MARGINS, {
    x: { domain: [span.fromSeconds / unit.seconds, span.toSeconds / unit.seconds] },
    y: { domain: [0, topOf(plan)] },
    marks: [
      board.plot.gridY({ stroke: GRID, strokeOpacity: 1, ticks: 4 }),
      board.plot.axisY({
        ticks: 4,
        tickFormat: TICK_FORMATS[plan.unit],
        label: plan.yLabel,
        labelAnchor: 'center',
        labelArrow: 'none',
        tickSize: 0,
      }),
      unitAxis(board, `${unit.word} since the release`, unit.name),
      board.plot.ruleY([0]),
      ...plan.lines.map(({ name, points, look, curve }) =>
        curveLine(
          board,
          name,
          points.map(([at, value]) => [at / unit.seconds, value] as const),
          look,
          curve,
        ),
      ),
    ],
  });
  const isEmpty = plan.lines.every(({ points }) => points.length === 0);
  return join(
    panelHeading(box, MARGINS, plan.title, plan.subtitle),
    panel.markup,
    momentMarks(panel, span.moments, unit.seconds),
    isEmpty ? noData(panel, plan.nothing) : drawLineLabels(labels(plan, panel, unit.seconds), panel.frame),
  );
}

/** Draws panels below each other, from `top` on. */
export function drawStack(
  board: DrawingBoard,
  top: number,
  panels: readonly TimePanel[],
  span: TimeSpan,
): Markup {
  return join(
    ...panels.map((plan, index) => {
      const y = top + HEADING_PX + index * (PANEL_HEIGHT + HEADING_PX);
      return drawPanel(board, { x: 8, y, width: STACK_WIDTH - 8, height: PANEL_HEIGHT }, plan, span);
    }),
  );
}
