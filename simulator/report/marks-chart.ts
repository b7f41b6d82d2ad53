/**
 * How long marks on circuits work: live and manual arms on one logarithmic axis of time.
 *
 * The lines follow from which relays (or clients) of each circuit have the update at each moment; small circles
 * are the marks that the simulated guards did read, where the run lasted long enough to see any.
 */

import type { MarkSummary } from '../measure/traffic-summary.ts';
import type { ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { FAINT_INK, type LineLook, PAPER, TYPE_PX } from './chart-style.ts';
import type { DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { groupThousands, humanPercent, significant } from './human-units.ts';
import { drawLineLabels, type LineLabel, textRoomPx } from './line-label.ts';
import { ticksWithin } from './log-time.ts';
import { curveLine, namedAxis, noData, percentAxis, polylinesOf } from './panel-parts.ts';
import { lastOfColumns, type Point } from './step-points.ts';
import { element, join, type Markup } from './svg-markup.ts';
import { textAt } from './text-layout.ts';
import { trafficArms } from './traffic-charts.ts';

const WIDTH = 1240;
const PANEL_TOP = 76;
const PANEL_HEIGHT = 430;
const MARGINS: Margins = { top: 20, right: 236, bottom: 46, left: 62 };
const PLOT_WIDTH = WIDTH - 8 - MARGINS.left - MARGINS.right;
const LABEL_GAP_PX = 14;
const LABEL_ROOM_PX = 250;
const HALF = 0.5;
const SHORTEST_SECONDS = 0.001;
const DOT_PX = 4;

interface MarkLine {
  readonly name: string;
  readonly isLive: boolean;
  readonly notes: readonly string[];
  readonly look: LineLook;
  readonly points: readonly Point[];
  /** What was measured in the run, after the release. */
  readonly dots: readonly Point[];
}

/** Whether a party marks circuits. */
export function hasMarks(data: ChartData): boolean {
  return trafficArms(data).some(({ summary }) => summary.marks !== null);
}

function notesOf(marks: MarkSummary): string[] {
  const { vulnerableCircuitHours, after } = marks;
  const hours =
    vulnerableCircuitHours === null
      ? 'no path is known'
      : `${significant(vulnerableCircuitHours)} vulnerable circuit-hours`;
  return [hours, `${groupThousands(after.read)} of ${groupThousands(after.made)} marks read in the run`];
}

/** On the logarithmic axis that all lines share, whatever is earlier than it at its beginning. */
function drawnPoints(points: readonly Point[], toSeconds: number): Point[] {
  const perE = PLOT_WIDTH / Math.log(toSeconds / SHORTEST_SECONDS);
  return lastOfColumns(
    points.map(([at, share]): Point => [Math.max(SHORTEST_SECONDS, at), share]),
    { pixel: (x) => Math.log(x / SHORTEST_SECONDS) * perE, toX: toSeconds },
  );
}

function markLines(data: ChartData, toSeconds: number): MarkLine[] {
  return trafficArms(data).flatMap(({ arm, summary, series, look }) => {
    const { mark_works_share: works, marks_read_share: read } = series;
    if (summary.marks === null || works === undefined) return [];
    const points = works.seconds.map((at, row): Point => [at, works.value[row] as number]);
    const end = Math.min(toSeconds, arm.horizonSeconds);
    const dots = (read?.seconds ?? []).map((at, row): Point => [at, read?.value[row] as number]);
    return [
      {
        name: `${arm.name} arm`,
        isLive: arm.isLive,
        notes: notesOf(summary.marks),
        look,
        points: drawnPoints(points, end),
        dots: dots.filter(([at]) => at >= SHORTEST_SECONDS),
      },
    ];
  });
}

/** A line that falls to half is named there, another at its end. */
function labels(lines: readonly MarkLine[], panel: Panel): LineLabel[] {
  return lines.flatMap(({ name, notes, look, points, isLive }) => {
    const half = isLive ? points.find(([, share]) => share <= HALF) : undefined;
    const anchor = half ?? points.at(-1);
    if (anchor === undefined) return [];
    const anchorX = panel.pixelX(anchor[0]);
    const boxLeft = half === undefined ? panel.frame.right + LABEL_GAP_PX : anchorX + LABEL_GAP_PX;
    const right = half === undefined ? WIDTH - 8 : boxLeft + LABEL_ROOM_PX;
    const anchorY = panel.pixelY(anchor[1]);
    return [{ anchorX, anchorY, boxLeft, name, notes, roomPx: textRoomPx(boxLeft, right), look }];
  });
}

function measuredDots(lines: readonly MarkLine[], panel: Panel): Markup {
  return join(
    ...lines.flatMap(({ dots, look }) =>
      dots.map(([at, share]) =>
        element('circle', {
          cx: Number(panel.pixelX(at).toFixed(1)),
          cy: Number(panel.pixelY(share).toFixed(1)),
          r: DOT_PX,
          fill: PAPER,
          stroke: look.colour,
          'stroke-width': 1.6,
        }),
      ),
    ),
  );
}

/** Draws for how many circuits a mark works, as an SVG file. */
export function drawMarks(board: DrawingBoard, data: ChartData): string {
  const toSeconds = Math.max(60, ...data.arms.map(({ horizonSeconds }) => horizonSeconds));
  const lines = markLines(data, toSeconds);
  const { marking } = data.outcome.scenario.traffic;
  const share = lines.length === 0 ? null : (trafficArms(data)[0]?.summary.marks?.attackableShare ?? null);
  const who =
    marking === null
      ? ''
      : `${humanPercent(marking.share)} of consensus weight marks circuits (${marking.mark})`;
  const caption =
    `${data.source} Lines: from when each relay or client has the update and paths drawn by weight; circles: marks ` +
    "read in a sixtieth of the run. Circuits whose middle is the party's too are not counted.";
  const panel = board.panel({ x: 8, y: PANEL_TOP, width: WIDTH - 8, height: PANEL_HEIGHT }, MARGINS, {
    x: { type: 'log', domain: [SHORTEST_SECONDS, toSeconds] },
    y: { domain: [0, 1] },
    marks: [
      ...namedAxis(board, 'TIME since the release (logarithmic)', ticksWithin(SHORTEST_SECONDS, toSeconds)),
      ...percentAxis(board, 'share of attackable circuits on which a mark works'),
      ...lines.map(({ name, points, look }) => curveLine(board, name, points, look, 'step-after')),
    ],
  });
  const polylines = polylinesOf(lines, panel);
  return chartSvg(
    {
      width: WIDTH,
      height: PANEL_TOP + PANEL_HEIGHT + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: 'How long a guard and an exit of one party can mark circuits',
      subtitle: share === null ? who : `${who}; ${humanPercent(share)} of all circuits can be attacked`,
      description: 'Share of attackable circuits on which a mark works, over time since the release.',
      caption,
    },
    panel.markup,
    measuredDots(lines, panel),
    lines.length > 0
      ? drawLineLabels(labels(lines, panel), panel.frame, polylines)
      : noData(panel, 'no path is known'),
    lines.length > 0
      ? textAt(panel.frame.left + 8, panel.frame.bottom - 8, 'circles: measured in the run', {
          sizePx: TYPE_PX.caption,
          colour: FAINT_INK,
          halo: true,
        })
      : '',
  );
}
