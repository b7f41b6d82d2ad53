/**
 * What gossip costs a relay: bytes and duplicates of every relay, from the least loaded to the most.
 *
 * Relays are sorted anew for each line, so the axis of x is a percentile and not a relay. Below it stands what the bytes of
 * each arm were for.
 */

import type { CostSummary, LoadQuantiles } from '../measure/cost-summary.ts';
import { loadsInOrder } from '../measure/cost-summary.ts';
import { keptWith } from '../measure/kept-with.ts';
import { CONTROL_KINDS, type RelayLoads } from '../measure/load-result.ts';
import type { ArmCurves, ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { armLooks, FAINT_INK, GREEN, GRID, INK, type LineLook, PURPLE, TYPE_PX } from './chart-style.ts';
import type { Box, DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { groupThousands, humanBytes, significant } from './human-units.ts';
import { drawLineLabels, type LineLabel, textRoomPx } from './line-label.ts';
import { curveLine, noData, panelHeading } from './panel-parts.ts';
import type { Point } from './step-points.ts';
import { element, join, type Markup } from './svg-markup.ts';
import { textAt } from './text-layout.ts';

const WIDTH = 1240;
const PANEL_TOP = 118;
const PANEL_HEIGHT = 330;
const PANEL_WIDTH = 612;
const MARGINS: Margins = { top: 14, right: 176, bottom: 46, left: 74 };
const LABEL_GAP_PX = 12;
/** Points of a line, evenly spread over the relays; the most loaded ones have a point each. */
const POINTS = 300;
const TAIL_POINTS = 20;
const HEADROOM = 1.06;
const ROW_PX = 26;

/** An arm that sends anything. */
interface LoadedArm {
  readonly arm: ArmCurves;
  readonly cost: CostSummary;
  /** In ascending order. */
  readonly loads: RelayLoads;
  readonly look: LineLook;
}

interface LoadLine {
  readonly name: string;
  readonly notes: readonly string[];
  readonly look: LineLook;
  readonly points: readonly Point[];
}

const loadedArms = keptWith((data: ChartData): readonly LoadedArm[] => {
  const looks = armLooks(data.scenario.arms);
  return data.arms.flatMap((arm) => {
    const load = arm.outcome.cost?.load;
    const cost = data.summary.arms[arm.name]?.cost ?? null;
    if (load === undefined || cost === null) return [];
    const loads = loadsInOrder(load);
    return loads.sentBytes.length === 0 ? [] : [{ arm, cost, loads, look: looks.get(arm.name) as LineLook }];
  });
});

/** Whether any arm sends anything. */
export function hasLoad(data: ChartData): boolean {
  return loadedArms(data).length > 0;
}

/** Percent of the relays that have at most so much. */
function percentilePoints(sorted: Float64Array): Point[] {
  const step = Math.max(1, Math.floor(sorted.length / POINTS));
  const points: Point[] = [];
  for (let rank = 0; rank < sorted.length; rank++) {
    if (rank % step !== 0 && rank < sorted.length - TAIL_POINTS) continue;
    points.push([(100 * (rank + 1)) / sorted.length, sorted[rank]!]);
  }
  return points;
}

function notesOf({ p50, p99, max }: LoadQuantiles, words: (value: number) => string): string[] {
  return [`50 %: ${words(p50)}`, `99 %: ${words(p99)}`, `most: ${words(max)}`];
}

/** One arm shows what its relays send, receive and spend on control; several show what they send. */
function byteLines(arms: readonly LoadedArm[]): LoadLine[] {
  const [only] = arms;
  if (arms.length === 1 && only !== undefined) {
    const { cost, loads, look } = only;
    const { bytesSent, gossipBytesReceived, controlBytesSent } = cost.perRelay;
    return [
      {
        name: 'sent',
        notes: notesOf(bytesSent, humanBytes),
        look,
        points: percentilePoints(loads.sentBytes),
      },
      {
        name: 'received by gossip',
        notes: notesOf(gossipBytesReceived, humanBytes),
        look: { colour: GREEN, dash: '7 4', widthPx: 2.2 },
        points: percentilePoints(loads.receivedGossipBytes),
      },
      {
        name: 'control sent',
        notes: notesOf(controlBytesSent, humanBytes),
        look: { colour: PURPLE, dash: '2 3', widthPx: 2.2 },
        points: percentilePoints(loads.controlBytes),
      },
    ];
  }
  return arms.map(({ arm, cost, loads, look }) => ({
    name: arm.name,
    notes: notesOf(cost.perRelay.bytesSent, humanBytes),
    look,
    points: percentilePoints(loads.sentBytes),
  }));
}

function duplicateLines(arms: readonly LoadedArm[]): LoadLine[] {
  return arms.map(({ arm, cost, loads, look }) => ({
    name: arms.length === 1 ? 'duplicates' : arm.name,
    notes: notesOf(cost.perRelay.duplicates, groupThousands),
    look,
    points: percentilePoints(loads.duplicates),
  }));
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** The unit in which the axis has round ticks and the labels are written. */
function byteUnit(most: number): AxisUnit {
  const power = Math.max(
    0,
    BYTE_UNITS.findIndex((_unit, index) => most < 1000 * 1024 ** index),
  );
  return { size: 1024 ** power, words: (value) => `${significant(value)} ${BYTE_UNITS[power]}` };
}

function labels(lines: readonly LoadLine[], panel: Panel): LineLabel[] {
  return lines.map(({ name, notes, look, points }) => {
    const [x, y] = points.at(-1) as Point;
    const boxLeft = panel.frame.right + LABEL_GAP_PX;
    return {
      anchorX: panel.pixelX(x),
      anchorY: panel.pixelY(y),
      boxLeft,
      name,
      notes,
      roomPx: textRoomPx(boxLeft, panel.frame.right + MARGINS.right - 4),
      look,
    };
  });
}

interface AxisUnit {
  readonly size: number;
  /** A tick, counted in the unit. */
  readonly words: (value: number) => string;
}

interface PanelPlan {
  readonly title: string;
  readonly subtitle: string;
  readonly yLabel: string;
  readonly unitFor: (most: number) => AxisUnit;
  readonly lines: readonly LoadLine[];
}

function percentilePanel(board: DrawingBoard, box: Box, plan: PanelPlan): Markup {
  const { plot } = board;
  const most = plan.lines.reduce((top, { points }) => Math.max(top, points.at(-1)?.[1] ?? 0), 0);
  const unit = plan.unitFor(most);
  const lines = plan.lines.map((line) => ({
    ...line,
    points: line.points.map(([x, y]): Point => [x, y / unit.size]),
  }));
  const panel = board.panel(box, MARGINS, {
    x: { domain: [0, 100] },
    y: { domain: [0, most > 0 ? (most / unit.size) * HEADROOM : 1] },
    marks: [
      plot.gridY({ stroke: GRID, strokeOpacity: 1, ticks: 4 }),
      plot.axisY({
        ticks: 4,
        tickFormat: unit.words,
        label: plan.yLabel,
        labelAnchor: 'center',
        labelArrow: 'none',
        tickSize: 0,
      }),
      plot.axisX([0, 25, 50, 75, 100], {
        tickFormat: (percent: number) => `${percent} %`,
        label: 'share of relays that have at most so much',
        labelAnchor: 'center',
        labelArrow: 'none',
        labelOffset: 40,
      }),
      plot.ruleY([0]),
      ...lines.map(({ name, points, look }) => curveLine(board, name, points, look, 'linear')),
    ],
  });
  return join(
    panelHeading(box, MARGINS, plan.title, plan.subtitle),
    panel.markup,
    lines.length > 0
      ? drawLineLabels(labels(lines, panel), panel.frame)
      : noData(panel, 'no arm sends anything'),
  );
}

const COLUMNS: readonly { readonly title: string; readonly cell: (cost: CostSummary) => string }[] = [
  { title: 'all bytes', cell: ({ bytes }) => humanBytes(bytes) },
  { title: 'messages', cell: ({ bytesByKind }) => humanBytes(bytesByKind.messages) },
  ...CONTROL_KINDS.map((kind) => ({
    title: kind === 'subscriptions' ? 'topics' : kind,
    cell: ({ bytesByKind }: CostSummary) => humanBytes(bytesByKind[kind]),
  })),
  { title: 'links', cell: ({ bytesByKind }) => humanBytes(bytesByKind.links) },
  { title: 'requests', cell: ({ bytesByKind }) => humanBytes(bytesByKind.requests) },
  {
    title: 'overhead',
    cell: ({ controlOverhead }) =>
      controlOverhead === null ? '–' : `${significant(controlOverhead * 100)} %`,
  },
];
const FIRST_COLUMN_RIGHT = 256;
const COLUMN_PX = 88;

function kindsTable(arms: readonly LoadedArm[], top: number): Markup {
  const right = (column: number) => FIRST_COLUMN_RIGHT + column * COLUMN_PX;
  const cell = (column: number, y: number, text: string, bold = false) =>
    textAt(right(column), y, text, { sizePx: TYPE_PX.tick, bold, anchor: 'end' });
  const rule = (y: number, stroke: string) =>
    element('line', { x1: 28, x2: right(COLUMNS.length - 1), y1: y, y2: y, stroke });
  return join(
    textAt(28, top - 22, 'What the bytes of each arm were for', { sizePx: TYPE_PX.panelTitle, bold: true }),
    ...COLUMNS.map(({ title }, column) => cell(column, top, title, true)),
    rule(top + 7, INK),
    ...arms.map(({ arm, cost }, row) => {
      const y = top + 25 + row * ROW_PX;
      return join(
        textAt(28, y, arm.name, { sizePx: TYPE_PX.label, bold: true }),
        ...COLUMNS.map((column, index) => cell(index, y, column.cell(cost))),
        rule(y + 8, GRID),
      );
    }),
  );
}

/** Draws what gossip costs relays, as an SVG file. */
export function drawLoad(board: DrawingBoard, data: ChartData): string {
  const arms = loadedArms(data);
  const box = (x: number): Box => ({ x, y: PANEL_TOP, width: PANEL_WIDTH, height: PANEL_HEIGHT });
  const bytes = percentilePanel(board, box(8), {
    title: 'Bytes of a relay',
    subtitle: arms.length === 1 ? 'on its links, set-up included' : 'sent on its uplink, set-up included',
    yLabel: 'bytes over the run',
    unitFor: byteUnit,
    lines: byteLines(arms),
  });
  const duplicates = percentilePanel(board, box(622), {
    title: 'Duplicates of a relay',
    subtitle: 'copies of messages that it already had',
    yLabel: 'copies over the run',
    unitFor: () => ({ size: 1, words: (value) => groupThousands(Number(value.toPrecision(6))) }),
    lines: duplicateLines(arms),
  });
  const tableTop = PANEL_TOP + PANEL_HEIGHT + 54;
  const bottom = tableTop + 25 + arms.length * ROW_PX;
  const caption =
    `${data.sourceOfAll} Relays that sent anything, sorted anew for each line. Bytes of authorities and sybils are in the ` +
    'table only. Topics to framing are control; overhead: control over messages; links: made, closed, negotiated; ' +
    'requests: questions and answers beside gossip.';
  return chartSvg(
    {
      width: WIDTH,
      height: bottom + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: 'What gossip costs a relay',
      subtitle: 'from the least loaded relay to the most',
      description: 'Bytes and duplicates of relays by percentile, and what the bytes of each arm were for.',
      caption,
    },
    bytes,
    duplicates,
    arms.length > 0
      ? kindsTable(arms, tableTop)
      : textAt(28, tableTop, 'no data', { sizePx: TYPE_PX.label, colour: FAINT_INK }),
  );
}
