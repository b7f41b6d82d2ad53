/**
 * How times depend on what a sweep varies: a panel for each axis, with the time to half and to 99 % of each arm.
 *
 * With one axis, bars are the intervals of the medians. With several, each point of a line is the median over all
 * points that share the value, and no interval is drawn, since what it would enclose is the other axes' doing. Values that
 * were drawn from a range are put into classes (measure/sensitivity.ts).
 */

import type { ComparedName } from '../measure/comparison.ts';
import { mainEffects, pointClasses, type SweepSummary } from '../measure/sweep-summary.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { FAINT_INK, GRID, type LineLook, liveLook, TYPE_PX } from './chart-style.ts';
import type { Box, DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { countOf, humanDuration } from './human-units.ts';
import { drawLineLabels, type LineLabel, textRoomPx } from './line-label.ts';
import { TIME_TICKS } from './log-time.ts';
import { noData, panelHeading } from './panel-parts.ts';
import { join, type Markup } from './svg-markup.ts';
import { textAt } from './text-layout.ts';

const WIDTH = 1240;
const PANEL_TOP = 116;
const PANEL_HEIGHT = 360;
const PANEL_GAP = 64;
const MARGINS: Margins = { top: 10, right: 230, bottom: 46, left: 76 };
const LABEL_GAP_PX = 16;
/** The y axis is logarithmic where the greatest time exceeds the least by more than this. */
const LOG_RATIO = 8;
const TIMES = [
  { figure: 't50Seconds', name: 'half' },
  { figure: 't99Seconds', name: '99 %' },
] as const satisfies readonly { readonly figure: ComparedName; readonly name: string }[];

interface ResponseLine {
  readonly arm: string;
  readonly name: string;
  readonly look: LineLook;
  /** By the place of the value on the axis, from 0; null where it was never reached. */
  readonly seconds: readonly (number | null)[];
  readonly bars: readonly { readonly x: number; readonly low: number; readonly high: number }[];
}

function barsOf(summary: SweepSummary, arm: string, figure: ComparedName): ResponseLine['bars'] {
  if (summary.axes.length !== 1 || summary.runs === 1 || summary.sample !== undefined) return [];
  return summary.points.flatMap(({ arms, intervals }, x) => {
    const median = arms[arm]?.[figure] ?? null;
    const [low, high] = intervals[`arms.${arm}.${figure}`] ?? [median, median];
    return low === null || high === null ? [] : [{ x, low, high }];
  });
}

/** More classes of a sample than these have names that do not fit below an axis. */
const CLASSES_MOST = 8;

function linesOf(summary: SweepSummary, classes: ReturnType<typeof pointClasses>): ResponseLine[] {
  const arms = [...new Set(summary.points.flatMap((point) => Object.keys(point.arms)))];
  return arms.flatMap((arm, index) =>
    TIMES.map(({ figure, name }, time) => ({
      arm,
      name,
      look: liveLook(index, time === 1),
      seconds: mainEffects(summary.points, arm, figure, classes),
      bars: barsOf(summary, arm, figure),
    })),
  );
}

function labelsOf(lines: readonly ResponseLine[], panel: Panel, isLog: boolean): LineLabel[] {
  return lines.flatMap(({ arm, name, look, seconds }) => {
    const x = seconds.findLastIndex((one) => one !== null && (!isLog || one > 0));
    if (x < 0) return [];
    const last = seconds[x] as number;
    const boxLeft = panel.frame.right + LABEL_GAP_PX;
    return [
      {
        anchorX: panel.pixelX(x),
        anchorY: panel.pixelY(last),
        boxLeft,
        name: `${arm}: ${name}`,
        notes: [humanDuration(last)],
        roomPx: textRoomPx(boxLeft, WIDTH),
        look,
      },
    ];
  });
}

function drawAxis(board: DrawingBoard, summary: SweepSummary, axisIndex: number, box: Box): Markup {
  const { plot } = board;
  const axis = summary.axes[axisIndex] as SweepSummary['axes'][number];
  const classes = pointClasses(summary.points, axis, CLASSES_MOST);
  const lines = linesOf(summary, classes);
  const known = lines.flatMap(({ seconds, bars }) => [
    ...seconds.filter((one) => one !== null),
    ...bars.flatMap(({ low, high }) => [low, high]),
  ]);
  const positive = known.filter((one) => one > 0);
  const [least, most] = [Math.min(...positive), Math.max(...positive)];
  const isLog = positive.length > 0 && most / least > LOG_RATIO;
  const shown = (one: number): boolean => !isLog || one > 0;
  const ticks = TIME_TICKS.map(({ value }) => value).filter(
    (value) => value >= least / 1.3 && value <= most * 1.3,
  );
  const last = classes.count - 1;
  const panel = board.panel(box, MARGINS, {
    x: { domain: last === 0 ? [-0.5, 0.5] : [0, last] },
    y: isLog
      ? { type: 'log', domain: [least / 1.3, most * 1.3] }
      : { domain: [0, positive.length > 0 ? most * 1.08 : 1] },
    marks: [
      plot.gridY(isLog ? ticks : undefined, { stroke: GRID, strokeOpacity: 1, ticks: isLog ? 1000 : 5 }),
      plot.axisY(isLog ? ticks : undefined, {
        // A logarithmic scale leaves names out when there are more ticks than this.
        ticks: isLog ? 1000 : 5,
        tickSize: 0,
        tickFormat: (seconds: number) => humanDuration(seconds),
        label: null,
      }),
      plot.axisX(
        classes.names.map((_name, x) => x),
        {
          tickFormat: (x: number) => classes.names[x] ?? '',
          ticks: classes.count,
          label: axis.path,
          labelAnchor: 'center',
          labelArrow: 'none',
          labelOffset: 40,
        },
      ),
      ...lines.flatMap(({ bars, look }) =>
        bars.length === 0
          ? []
          : [
              plot.ruleX(
                bars.filter(({ low }) => shown(low)),
                { x: 'x', y1: 'low', y2: 'high', stroke: look.colour, strokeWidth: 1.4, strokeOpacity: 0.7 },
              ),
            ],
      ),
      // Plot numbers the markers of lines through a whole process; dots of their own leave the file the same.
      ...lines.flatMap(({ seconds, look, arm, name }) => {
        const points = seconds.flatMap((one, x) => (one === null || !shown(one) ? [] : [[x, one] as const]));
        const line = plot.line(points as [number, number][], {
          ariaDescription: `${arm}, ${name}`,
          stroke: look.colour,
          strokeWidth: look.widthPx,
          ...(look.dash === undefined ? {} : { strokeDasharray: look.dash }),
        });
        return [
          line,
          plot.dot(points as [number, number][], { fill: look.colour, r: 3.5, ariaHidden: 'true' }),
        ];
      }),
    ],
  });
  const missing = lines.filter(({ seconds }) => seconds.includes(null));
  const note = missing.length === 0 ? '' : 'points that are missing were never reached';
  return join(
    panelHeading(
      box,
      MARGINS,
      axis.path,
      summary.axes.length > 1 || axis.range !== undefined
        ? 'medians over all points of a class'
        : 'all else equal',
    ),
    panel.markup,
    note === ''
      ? ''
      : textAt(panel.frame.right, panel.frame.top + 12, note, {
          sizePx: TYPE_PX.caption,
          colour: FAINT_INK,
          anchor: 'end',
          halo: true,
        }),
    positive.length > 0
      ? drawLineLabels(labelsOf(lines, panel, isLog), panel.frame)
      : noData(panel, 'no share that is shown was ever reached'),
  );
}

/** Draws the response of a sweep as an SVG file. */
export function drawResponse(board: DrawingBoard, summary: SweepSummary): string {
  const { axes, points, runs } = summary;
  const bars =
    axes.length === 1 && runs > 1 && summary.sample === undefined
      ? ' Bars: 95 % bootstrap intervals of the medians.'
      : '';
  const caption =
    `Scenario ${summary.scenario} · engine ${summary.engine} · ${countOf(points.length, 'point')} · ` +
    `${runs === 1 ? 'one run each: no interval' : `medians of ${runs} runs each`}. Time since the release until half, ` +
    `and until 99 %, of the relays run the fix.${bars}`;
  const bottom = PANEL_TOP + axes.length * PANEL_HEIGHT + (axes.length - 1) * PANEL_GAP;
  return chartSvg(
    {
      width: WIDTH,
      height: bottom + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: `What the time to a fix depends on: ${axes.map(({ path }) => path).join(', ')}`,
      subtitle: `${countOf(points.length, summary.sample === undefined ? 'combination' : 'drawn point')}, ${countOf(points.length * runs, 'run')}`,
      description: 'Time to half and to 99 % of the relays against each key that was varied.',
      caption,
    },
    ...axes.map((_axis, index) => {
      const y = PANEL_TOP + index * (PANEL_HEIGHT + PANEL_GAP);
      return drawAxis(board, summary, index, { x: 8, y, width: WIDTH - 8, height: PANEL_HEIGHT });
    }),
  );
}
