/** The one-way latency of the links that the run used: a histogram with its quantiles. */

import { sortedWords } from '../measure/digit-sort.ts';
import { keptWith } from '../measure/kept-with.ts';
import type { ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { BLUE, GRID, INK, TYPE_PX } from './chart-style.ts';
import type { DrawingBoard, Margins, Panel } from './drawing-board.ts';
import { countOf, humanPercent, significant } from './human-units.ts';
import { placeLabels } from './label-placement.ts';
import { noData, unitAxis } from './panel-parts.ts';
import { element, join, type Markup } from './svg-markup.ts';
import { textAt, textWidthPx } from './text-layout.ts';

const WIDTH = 880;
const PANEL_TOP = 74;
const PANEL_HEIGHT = 370;
const MARGINS: Margins = { top: 62, right: 28, bottom: 46, left: 62 };
const MARKED = [0.1, 0.5, 0.9, 0.99] as const;
/** The axis ends here; the links beyond are told in words. */
const SHOWN = 0.998;
const BINS = 60;
/** Rows of text above the plot, one below the other where they would touch. */
const MARK_ROW_PX = 15;
const MARKS_ABOVE_PX = 46;
const MARK_GAP_PX = 5;

interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly share: number;
}

interface Histogram {
  readonly bars: readonly Bar[];
  readonly endMs: number;
  readonly links: number;
  readonly beyond: number;
  readonly maxMs: number;
  readonly quantilesMs: readonly number[];
}

/** The lower inverse: the smallest latency that at least `fraction` of the links do not exceed. */
function quantileMs(sortedUs: Uint32Array, fraction: number): number {
  return (sortedUs[Math.max(0, Math.ceil(fraction * sortedUs.length) - 1)] as number) / 1000;
}

/** A bin width of 1, 2 or 5 times a power of ten that gives at most `BINS` bins. */
function binWidthMs(endMs: number): number {
  for (let power = 0.001; ; power *= 10) {
    for (const factor of [1, 2, 5]) {
      if (endMs / (factor * power) <= BINS) return factor * power;
    }
  }
}

/** Counts the latencies of one link or more. */
export const latencyHistogram = keptWith((latencyUs: Uint32Array): Histogram => {
  const sorted = sortedWords(latencyUs);
  const widthMs = binWidthMs(quantileMs(sorted, SHOWN));
  const count = Math.floor(quantileMs(sorted, SHOWN) / widthMs) + 1;
  const inBin = new Array<number>(count).fill(0);
  let beyond = 0;
  for (const us of sorted) {
    const bin = Math.floor(us / 1000 / widthMs);
    if (bin < count) inBin[bin] = (inBin[bin] as number) + 1;
    else beyond++;
  }
  return {
    bars: inBin.map((links, bin) => ({
      fromMs: bin * widthMs,
      toMs: (bin + 1) * widthMs,
      share: links / sorted.length,
    })),
    endMs: count * widthMs,
    links: sorted.length,
    beyond,
    maxMs: (sorted.at(-1) as number) / 1000,
    quantilesMs: MARKED.map((fraction) => quantileMs(sorted, fraction)),
  };
});

interface Mark {
  readonly ms: number;
  readonly text: string;
  readonly isMedian: boolean;
}

/** One mark a quantile; quantiles that are equal share one. */
function marksOf(quantilesMs: readonly number[]): Mark[] {
  const byMs = new Map<number, number[]>();
  quantilesMs.forEach((ms, index) => {
    byMs.set(ms, [...(byMs.get(ms) ?? []), (MARKED[index] as number) * 100]);
  });
  return [...byMs].map(([ms, percents]) => ({
    ms,
    text: `${percents.join(', ')} % within ${significant(ms)} ms`,
    isMedian: percents.includes(50),
  }));
}

function quantileMarks(panel: Panel, quantilesMs: readonly number[]): Markup {
  const marks = marksOf(quantilesMs).map((mark) => {
    const x = panel.pixelX(mark.ms);
    const widthPx = textWidthPx(mark.text, TYPE_PX.label, mark.isMedian);
    const isLeft = x + MARK_GAP_PX + widthPx > panel.frame.right;
    const left = isLeft ? x - MARK_GAP_PX - widthPx : x + MARK_GAP_PX;
    return { ...mark, x, left, right: left + widthPx, isLeft };
  });
  const rows = placeLabels(
    marks.map(({ left, right }) => ({
      left,
      right,
      wantedY: panel.frame.top - MARKS_ABOVE_PX,
      height: MARK_ROW_PX,
    })),
    panel.frame.top - MARKS_ABOVE_PX - MARK_ROW_PX / 2,
    panel.frame.top,
  );
  return join(
    ...marks.map(({ x, text, isMedian, isLeft }, index) => {
      const y = rows[index] as number;
      const line = { x1: x, x2: x, y1: y - 6, y2: panel.frame.bottom };
      return join(
        element('line', {
          ...line,
          stroke: INK,
          'stroke-width': 1.3,
          'stroke-dasharray': isMedian ? undefined : '4 3',
        }),
        textAt(isLeft ? x - MARK_GAP_PX : x + MARK_GAP_PX, y + 4, text, {
          sizePx: TYPE_PX.label,
          bold: isMedian,
          anchor: isLeft ? 'end' : 'start',
          halo: true,
        }),
      );
    }),
  );
}

function beyondInWords(found: Histogram | null): string {
  if (found === null || found.beyond === 0) return '';
  return `; ${humanPercent(found.beyond / found.links)} lie beyond the axis, up to ${significant(found.maxMs)} ms`;
}

/** Draws the latency distribution as an SVG file. */
export function drawLatency(board: DrawingBoard, data: ChartData): string {
  const { links, latencyUs } = data.outcome.topology;
  const found = links > 0 ? latencyHistogram(latencyUs) : null;
  const bars = found?.bars ?? [];
  const highest = Math.max(0, ...bars.map((bar) => bar.share));
  const widthMs = bars[0]?.toMs ?? 0;
  const { latency, population } = data.outcome.scenario.network;
  const places = typeof population === 'string' ? population : `places of a ${population.source}`;
  const law = latency.law === 'population' ? places : latency.law;
  const caption = `${data.source} Latency law: ${law}.`;
  const panel = board.panel({ x: 8, y: PANEL_TOP, width: WIDTH - 8, height: PANEL_HEIGHT }, MARGINS, {
    x: { domain: [0, found?.endMs ?? 100] },
    y: { domain: [0, highest > 0 ? highest * 1.04 : 1] },
    marks: [
      board.plot.gridY({ stroke: GRID, strokeOpacity: 1, ticks: 5 }),
      board.plot.axisY({
        ticks: 5,
        tickFormat: (share: number) => `${significant(share * 100)} %`,
        label: `share of links in ${significant(widthMs)} ms`,
        labelAnchor: 'center',
        labelArrow: 'none',
        tickSize: 0,
      }),
      unitAxis(board, 'one-way latency, MILLISECONDS', 'ms'),
      board.plot.rectY(bars, {
        x1: (bar: Bar) => bar.fromMs,
        x2: (bar: Bar) => bar.toMs,
        y: (bar: Bar) => bar.share,
        fill: BLUE,
        fillOpacity: 0.75,
        insetLeft: 0.5,
        insetRight: 0.5,
      }),
      board.plot.ruleY([0]),
    ],
  });
  return chartSvg(
    {
      width: WIDTH,
      height: PANEL_TOP + PANEL_HEIGHT + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: `How far apart the relays are: ${countOf(links, 'link')}`,
      subtitle: `one-way latency of a link, the same in both directions${beyondInWords(found)}`,
      description: 'Histogram of the one-way link latency with its quantiles.',
      caption,
    },
    panel.markup,
    found === null ? noData(panel, 'the run had no links') : quantileMarks(panel, found.quantilesMs),
  );
}
