/**
 * Two keys of a sweep at once: for each arm the time to half of the relays, over the two keys that matter most to it.
 *
 * A cell is the median over all points in it. Values that were drawn from a range are put into classes first
 * (measure/sensitivity.ts). Darker is later; shades are of the logarithm, so that equal steps are equal ratios.
 */

import ln from '@stdlib/math-base-special-ln';
import { medianOf } from '../measure/bootstrap.ts';
import { pointClasses, type SweepSummary } from '../measure/sweep-summary.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { BLUE, INK, TYPE_PX } from './chart-style.ts';
import type { Box, DrawingBoard, Margins } from './drawing-board.ts';
import { countOf, humanDuration } from './human-units.ts';
import { panelHeading } from './panel-parts.ts';
import { join, type Markup } from './svg-markup.ts';

const WIDTH = 1240;
const PANEL_TOP = 116;
const ROW_PX = 46;
const PANEL_GAP = 76;
const MARGINS: Margins = { top: 10, right: 40, bottom: 46, left: 190 };
const CLASSES_MOST = 7;
const ARMS_MOST = 4;
/** Text of ink stays readable on the darkest. */
const [FAINTEST, DARKEST] = [0.06, 0.6];

interface Cell {
  readonly x: number;
  readonly y: number;
  /** Null where half was never reached. */
  readonly seconds: number | null;
}

interface ArmMap {
  readonly arm: string;
  readonly across: SweepSummary['axes'][number];
  readonly up: SweepSummary['axes'][number];
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly cells: readonly Cell[];
}

/** Whether there are two keys to set against each other. */
export function hasHeatMap({ axes, points }: SweepSummary): boolean {
  return (
    axes.filter(({ values, range }) => range !== undefined || values.length > 1).length > 1 &&
    points.length > 3
  );
}

function mapOf(summary: SweepSummary, arm: string): ArmMap | null {
  const ranked = summary.ranking.find((one) => one.arm === arm && one.figure === 't50Seconds');
  const varied = summary.axes.filter(({ values, range }) => range !== undefined || values.length > 1);
  const place = (path: string): number => ranked?.axes.findIndex((one) => one.path === path) ?? 0;
  const [across, up] = varied.toSorted((a, b) => place(a.path) - place(b.path));
  if (across === undefined || up === undefined) return null;
  const [columns, rows] = [across, up].map((axis) => pointClasses(summary.points, axis, CLASSES_MOST)) as [
    ReturnType<typeof pointClasses>,
    ReturnType<typeof pointClasses>,
  ];
  const inCell = new Map<string, (number | null)[]>();
  for (const [index, { arms }] of summary.points.entries()) {
    const key = `${columns.of[index]} ${rows.of[index]}`;
    const figures = inCell.get(key) ?? [];
    inCell.set(key, figures);
    figures.push(arms[arm]?.t50Seconds ?? null);
  }
  const cells = [...inCell].map(([key, figures]) => {
    const [x = 0, y = 0] = key.split(' ').map(Number);
    return { x, y, seconds: medianOf(figures) };
  });
  return { arm, across, up, columns: columns.names, rows: rows.names, cells };
}

function shadeOf(seconds: number | null, least: number, most: number): number {
  if (seconds === null || seconds <= 0 || !(most > least)) return FAINTEST;
  const part = ln(seconds / least) / ln(most / least);
  return Math.round((FAINTEST + part * (DARKEST - FAINTEST)) * 100) / 100;
}

function drawMap(board: DrawingBoard, { arm, across, up, columns, rows, cells }: ArmMap, box: Box): Markup {
  const { plot } = board;
  const known = cells.flatMap(({ seconds }) => (seconds !== null && seconds > 0 ? [seconds] : []));
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const axis = (names: readonly string[], label: string) => ({
    tickFormat: (place: number) => names[place] ?? '',
    ticks: names.length,
    tickSize: 0,
    label,
    labelAnchor: 'center' as const,
    labelArrow: 'none' as const,
  });
  const panel = board.panel(box, MARGINS, {
    x: { domain: [-0.5, columns.length - 0.5] },
    y: { domain: [-0.5, rows.length - 0.5] },
    marks: [
      plot.axisX(
        columns.map((_name, place) => place),
        { ...axis(columns, across.path), labelOffset: 40 },
      ),
      plot.axisY(
        rows.map((_name, place) => place),
        { ...axis(rows, up.path), labelOffset: 170 },
      ),
      plot.rect(cells as Cell[], {
        x1: ({ x }: Cell) => x - 0.5,
        x2: ({ x }: Cell) => x + 0.5,
        y1: ({ y }: Cell) => y - 0.5,
        y2: ({ y }: Cell) => y + 0.5,
        inset: 1,
        fill: BLUE,
        fillOpacity: ({ seconds }: Cell) => shadeOf(seconds, least, most),
        ariaDescription: `${arm}: time to half`,
      }),
      plot.text(cells as Cell[], {
        x: 'x',
        y: 'y',
        text: ({ seconds }: Cell) => (seconds === null ? 'never' : humanDuration(seconds)),
        fill: INK,
        fontSize: TYPE_PX.label,
      }),
    ],
    opacity: { type: 'identity' },
  });
  return join(
    panelHeading(box, MARGINS, arm, 'time until half of the relays run it; darker is later'),
    panel.markup,
  );
}

/** Draws the maps of up to four arms as an SVG file. */
export function drawHeatMap(board: DrawingBoard, summary: SweepSummary): string {
  const arms = [...new Set(summary.points.flatMap((point) => Object.keys(point.arms)))];
  const maps = arms.flatMap((arm) => mapOf(summary, arm) ?? []).slice(0, ARMS_MOST);
  const others = summary.axes.length > 2 ? ', over all values of the other keys' : '';
  const caption =
    `Scenario ${summary.scenario} · engine ${summary.engine} · ${countOf(summary.points.length, 'point')} · a cell is the ` +
    `median of the points in it${others}. Of more than two keys, the two that matter most to the arm.`;
  let y = PANEL_TOP;
  const panels = maps.map((map) => {
    const height = MARGINS.top + MARGINS.bottom + map.rows.length * ROW_PX;
    const drawn = drawMap(board, map, { x: 8, y, width: WIDTH - 8, height });
    y += height + PANEL_GAP;
    return drawn;
  });
  return chartSvg(
    {
      width: WIDTH,
      height: y - PANEL_GAP + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: 'Two keys at once: the time to half of the relays',
      subtitle: maps.map(({ across, up }) => `${up.path} against ${across.path}`)[0] ?? '',
      description:
        'Median time to half of the relays for each pair of values of the two keys that matter most.',
      caption,
    },
    ...panels,
  );
}
