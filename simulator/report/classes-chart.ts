/**
 * The classes of operators: one panel an arm, one line a class, each as a share of its own relays.
 *
 * The axis is logarithmic and the same in all panels: what a relay does by itself takes a second, what it waits for
 * takes days.
 */

import { classCurves, type GroupCurve, groupCurve } from '../measure/class-summary.ts';
import { timeToFraction } from '../measure/quantiles.ts';
import { armLabel } from './channels-chart.ts';
import type { ArmCurves, ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { type LineLook, liveLook } from './chart-style.ts';
import { WITHOUT_RUNTIME } from './classes-table.ts';
import type { DrawingBoard, Margins } from './drawing-board.ts';
import { countOf, groupThousands } from './human-units.ts';
import { drawLineLabels } from './line-label.ts';
import { axisParts, axisPixel, type LiveTimeAxis } from './live-time-axis.ts';
import { curveLine, noData, panelHeading, percentAxis, polylinesOf } from './panel-parts.ts';
import { halfInWords } from './reach-in-words.ts';
import { risingLabels } from './rising-labels.ts';
import { type Point, stepPoints } from './step-points.ts';
import { join, type Markup } from './svg-markup.ts';

const WIDTH = 1240;
const FIRST_PANEL_TOP = 112;
const PANEL_HEIGHT = 300;
/** A panel, and room for the heading of the next. */
const PANEL_STEP = PANEL_HEIGHT + 52;
const MARGINS: Margins = { top: 10, right: 24, bottom: 46, left: 62 };
const PLOT_WIDTH = WIDTH - 8 - MARGINS.left - MARGINS.right;
const LABEL_ROOM_PX = 170;
/** The axis goes on behind the last line, for the labels of lines that rise late. */
const LABEL_ROOM = 4;
const EARLY_SHARE = 0.01;
const SHORTEST_SECONDS = 1e-3;

interface ClassLine extends GroupCurve {
  readonly look: LineLook;
  readonly notes: readonly string[];
  readonly points: readonly Point[];
}

/** The groups of an arm's relays that were reached: one a class, and those without a runtime. */
export function groupsOf({ outcome }: ArmCurves): GroupCurve[] {
  const { operators, updates } = outcome;
  const first = updates[0];
  if (operators === null || first === undefined) return [];
  const { activated } = first.stages;
  const without = groupCurve(WITHOUT_RUNTIME, activated, (relay) => operators.embeds?.[relay] === 0);
  return [...classCurves(operators, activated), without].filter(({ curve }) => curve.seconds.length > 0);
}

/** Whether any arm has operators by classes. */
export function hasClasses(data: ChartData): boolean {
  return data.arms.some(({ outcome }) => outcome.operators !== null);
}

/** One axis for all arms. */
export function commonAxis(groups: readonly GroupCurve[], horizonSeconds: number): LiveTimeAxis {
  const early = groups.map(({ curve }) => timeToFraction(curve, 'fractionOfRelays', EARLY_SHARE));
  const starts = early.filter((seconds) => seconds !== null && seconds > 0) as number[];
  const fromSeconds = Math.max(SHORTEST_SECONDS, Math.min(0.1, ...starts) / 1.5);
  return { isLog: true, fromSeconds, toSeconds: Math.max(horizonSeconds * LABEL_ROOM, fromSeconds * 10) };
}

function classLines(arm: ArmCurves, axis: LiveTimeAxis): ClassLine[] {
  return groupsOf(arm).map((group, index) => ({
    ...group,
    name: `${group.name} (${groupThousands(group.relays)})`,
    look: liveLook(index, false),
    notes: [halfInWords(group.curve, 'fractionOfRelays')],
    points: stepPoints(group.curve, 'fractionOfRelays', {
      ofSeconds: (seconds) => seconds,
      pixel: axisPixel(axis, PLOT_WIDTH),
      fromX: axis.fromSeconds,
      toX: Math.min(axis.toSeconds, arm.horizonSeconds),
    }),
  }));
}

function drawArm(board: DrawingBoard, arm: ArmCurves, axis: LiveTimeAxis, top: number): Markup {
  const lines = classLines(arm, axis);
  const { x, marks } = axisParts(board, axis, PLOT_WIDTH);
  const box = { x: 8, y: top, width: WIDTH - 8, height: PANEL_HEIGHT };
  const panel = board.panel(box, MARGINS, {
    x,
    y: { domain: [0, 1] },
    marks: [
      ...percentAxis(board, 'share of the relays of the class'),
      ...[marks].flat(),
      ...lines.map(({ name, points, look }) => curveLine(board, name, points, look, 'step-after')),
    ],
  });
  const polylines = polylinesOf(lines, panel);
  const known =
    arm.outcome.arm.kind === 'manual' ? 'installed by hand' : 'live; what people do later is drawn';
  return join(
    panelHeading(box, MARGINS, armLabel(arm), known),
    panel.markup,
    lines.length > 0
      ? drawLineLabels(risingLabels(lines, polylines, panel, LABEL_ROOM_PX), panel.frame, polylines)
      : noData(panel, 'no relay was reached'),
  );
}

/** Draws the classes of every arm that has operators, as an SVG file. */
export function drawClasses(board: DrawingBoard, data: ChartData): string {
  const arms = data.arms.filter(({ outcome }) => outcome.operators !== null);
  const last = Math.max(1, ...arms.map(({ horizonSeconds }) => horizonSeconds));
  const axis = commonAxis(arms.flatMap(groupsOf), last);
  const caption = `${data.source} By relay count.`;
  const panels = arms.map((arm, index) => drawArm(board, arm, axis, FIRST_PANEL_TOP + index * PANEL_STEP));
  return chartSvg(
    {
      width: WIDTH,
      height:
        FIRST_PANEL_TOP +
        (arms.length - 1) * PANEL_STEP +
        PANEL_HEIGHT +
        captionHeightPx(caption, WIDTH) +
        CHART_PADDING_PX / 2,
      title: `The fix by class of operators, on ${countOf(data.summary.relays, 'relay')}`,
      subtitle: 'one line a class (and its relays), as a share of its own relays',
      description:
        'Share of the relays of each class of operators that ran the fix over time, one panel an arm.',
      caption,
    },
    ...panels,
  );
}
