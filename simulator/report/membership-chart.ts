/**
 * Relays that come and go: which share of them is up at each moment, and which share of those runs the fix.
 *
 * Both are shares of what is there at that moment, so they fall and rise. The axis is one of ordinary time, since
 * what happens in the first second is on other charts.
 */

import { keptWith } from '../measure/kept-with.ts';
import {
  type MembershipCurve,
  membershipCurve,
  type ShareOf,
  shareAt,
  sharesOf,
} from '../measure/membership.ts';
import { armLabel } from './channels-chart.ts';
import type { ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { armLooks, FAINT_INK, type LineLook } from './chart-style.ts';
import type { DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { countOf, humanPercent } from './human-units.ts';
import { drawLineLabels, type LineLabel, textRoomPx } from './line-label.ts';
import { curveLine, percentAxis, unitAxis } from './panel-parts.ts';
import type { Point } from './step-points.ts';
import { timeUnit } from './time-unit.ts';

const WIDTH = 1240;
const PANEL_TOP = 86;
const PANEL_HEIGHT = 430;
const MARGINS: Margins = { top: 16, right: 270, bottom: 46, left: 62 };
const PLOT_WIDTH = WIDTH - 8 - MARGINS.left - MARGINS.right;
const LABEL_GAP_PX = 14;
/** An axis longer than this many of a unit takes the next larger one. */
const UNITS_MAX = 100;
const ONLINE_LOOK: LineLook = { colour: FAINT_INK, dash: '2 2', widthPx: 1.8 };

export interface ShareLine {
  readonly name: string;
  readonly notes: readonly string[];
  readonly look: LineLook;
  readonly curve: MembershipCurve;
  readonly of: ShareOf;
  readonly horizonSeconds: number;
}

/** Whether relays come and go at all. */
export function hasChurn({ outcome }: ChartData): boolean {
  return outcome.churn !== null;
}

export const shareLines = keptWith(({ outcome, arms, summary }: ChartData): readonly ShareLine[] => {
  const { churn, scenario } = outcome;
  if (churn === null) return [];
  const looks = armLooks(scenario.arms);
  const atSeconds = scenario.updates[0]?.atSeconds ?? 0;
  const lines = arms.map((arm): ShareLine => {
    const { stages, removed } = arm.outcome.updates[0]!;
    const { horizonSeconds } = arm.outcome;
    const figures = summary.arms[arm.name]?.updates[0]?.churn?.runningOfOnline;
    return {
      name: armLabel(arm),
      notes: [
        'of those up run the fix:',
        `${humanPercent(figures?.meanFraction ?? 0)} on average`,
        `${humanPercent(figures?.endFraction ?? 0)} in the end`,
      ],
      look: looks.get(arm.name) as LineLook,
      curve: membershipCurve(churn, { activated: stages.activated, removed }, atSeconds, horizonSeconds),
      of: 'runningOfOnline',
      horizonSeconds,
    };
  });
  const first = lines[0]!;
  const online = summary.arms[arms[0]!.name]?.updates[0]?.churn?.onlineOfMembers;
  const share = `${humanPercent(online?.meanFraction ?? 0)} of all on average`;
  return [
    { ...first, name: 'relays that are up', notes: [share], look: ONLINE_LOOK, of: 'onlineOfMembers' },
    ...lines,
  ];
});

/** The last value of each column of pixels. */
function pointsOf({ curve, of, horizonSeconds }: ShareLine, unitSeconds: number, end: number): Point[] {
  const { seconds } = curve;
  const shares = sharesOf(curve, of);
  const pixelOf = (row: number): number => Math.floor((seconds[row]! / unitSeconds / end) * PLOT_WIDTH);
  const points: Point[] = [];
  for (let row = 0, pixel = pixelOf(0); row < seconds.length; row++) {
    const next = pixelOf(row + 1);
    if (next !== pixel) points.push([seconds[row]! / unitSeconds, shares[row]!]);
    pixel = next;
  }
  const last = points.at(-1);
  if (last !== undefined) points.push([horizonSeconds / unitSeconds, last[1]]);
  return points;
}

function labels(lines: readonly ShareLine[], panel: Panel, unitSeconds: number): LineLabel[] {
  return lines.map(({ name, notes, look, curve, of, horizonSeconds }) => {
    const anchorX = panel.pixelX(horizonSeconds / unitSeconds);
    const anchorY = panel.pixelY(shareAt(curve, curve.seconds.length - 1, of));
    const boxLeft = panel.frame.right + LABEL_GAP_PX;
    return { anchorX, anchorY, boxLeft, name, notes, roomPx: textRoomPx(boxLeft, WIDTH - 8), look };
  });
}

/** Draws who is up, and who of those runs the fix, as an SVG file. */
export function drawMembership(board: DrawingBoard, data: ChartData): string {
  const lines = shareLines(data);
  const endSeconds = Math.max(1, ...lines.map(({ horizonSeconds }) => horizonSeconds));
  const unit = timeUnit(endSeconds, UNITS_MAX);
  const end = endSeconds / unit.seconds;
  const panel = board.panel({ x: 8, y: PANEL_TOP, width: WIDTH - 8, height: PANEL_HEIGHT }, MARGINS, {
    x: { domain: [0, end] },
    y: { domain: [0, 1] },
    marks: [
      ...percentAxis(board, 'share of relays'),
      unitAxis(board, `${unit.word} since the release of the fix`, unit.name),
      ...lines.map((line) =>
        curveLine(board, line.name, pointsOf(line, unit.seconds, end), line.look, 'step-after'),
      ),
    ],
  });
  const caption =
    `${data.source} Up: share of the relays that are members at that moment, newcomers among them. Running: share of ` +
    'those that are up. By relay count.';
  return chartSvg(
    {
      width: WIDTH,
      height: PANEL_TOP + PANEL_HEIGHT + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: `Who runs the fix while relays come and go: ${countOf(data.summary.relays, 'relay')} at the start`,
      subtitle:
        'of the relays that are up at a moment, those that run the fix; dotted: those that are up, of all',
      description: 'Share of members that are up, and of those the share that runs the fix, over time.',
      caption,
    },
    panel.markup,
    drawLineLabels(labels(lines, panel, unit.seconds), panel.frame),
  );
}
