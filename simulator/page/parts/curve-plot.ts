/**
 * A plot of lines over time on a canvas, drawn by uPlot: made once, then renewed, switched and pointed at.
 *
 * It knows nothing of the page around it; curve-chart.tsx has the legend, the keys and the words. Dragging along the
 * axis zooms in, a double click zooms out.
 */

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { FONT_FAMILY } from '../../report/chart-style.ts';
import { alignedColumns, type CurveSeries } from './curve-series.ts';
import type { PlotContent } from './plot-content.ts';
import { drawSpans, drawWords } from './plot-words.ts';
import { colourOn, type Theme, withOpacity } from './theme.ts';
import { momentAt, shareOfAxis, startOf, timeTicks } from './time-scale.ts';
import { tickOf } from './value-format.ts';

export interface CurvePlotOptions extends PlotContent {
  readonly heightPx: number;
  readonly theme: Theme;
}

const HEADROOM = 1.08;
const SHARE_TICKS = [0, 0.25, 0.5, 0.75, 1];
const BAND_OPACITY = 0.16;
const FONT_PX = 12;
const NARROW_PX = 520;

function dashOf(dash: string | undefined): number[] {
  return dash === undefined ? [] : dash.split(' ').map(Number);
}

/** Whether a line is switched off, by itself or with the one that it follows. */
export function isHidden(
  { name, follows }: Pick<CurveSeries, 'name' | 'follows'>,
  hidden: ReadonlySet<string>,
): boolean {
  return hidden.has(name) || (follows !== undefined && hidden.has(follows));
}

export class CurvePlot {
  private readonly host: HTMLElement;
  private readonly options: CurvePlotOptions;
  private readonly plot: uPlot;
  private readonly marker: HTMLElement;
  private markedSeconds: number | null = null;

  /** `onCursor` hears the moment that is pointed at, null when none is. */
  constructor(host: HTMLElement, options: CurvePlotOptions, onCursor: (seconds: number | null) => void) {
    this.host = host;
    this.options = options;
    this.plot = new uPlot(this.uplotOptions(onCursor), this.columnsOf(options.series), host);
    this.marker = document.createElement('div');
    this.marker.className = 'curve-marker';
    this.marker.hidden = true;
    this.plot.over.append(this.marker);
    this.listenToTouch(onCursor);
  }

  /** Takes new data for the same lines: same names, colours and dashes. */
  renew(series: readonly CurveSeries[]): void {
    this.plot.setData(this.columnsOf(series));
    this.setMarker(this.markedSeconds);
  }

  /** Shows all lines but those named, and those that follow them. */
  setHidden(names: ReadonlySet<string>): void {
    this.plot.batch(() => {
      let index = 1;
      for (const { name, follows, band } of this.options.series) {
        for (let column = 0; column < (band ? 3 : 1); column++) {
          this.plot.setSeries(index++, { show: !isHidden({ name, follows }, names) });
        }
      }
    });
  }

  /** Moves the cursor to a moment, as pointing at it would; null takes it away. */
  setCursor(seconds: number | null): void {
    const left = seconds === null ? -10 : this.plot.valToPos(seconds, 'x');
    this.plot.setCursor({ left, top: seconds === null ? -10 : 1 });
  }

  /** Puts an upright line at a moment, as of a replay; cheap enough for every frame. */
  setMarker(seconds: number | null): void {
    this.markedSeconds = seconds;
    const { min, max } = this.plot.scales.x!;
    const isThere = seconds !== null && min != null && max != null && seconds >= min && seconds <= max;
    this.marker.hidden = !isThere;
    if (!isThere) return;
    const share = shareOfAxis(this.options.scale, min, max, seconds);
    this.marker.style.transform = `translateX(${(share * this.plot.over.clientWidth).toFixed(1)}px)`;
  }

  /** The moment a share of the axis away from another, to move the cursor by keys. */
  besides(seconds: number | null, shareOfWidth: number): number {
    const { min, max } = this.plot.scales.x!;
    const [from, to] = [min as number, max as number];
    const { scale } = this.options;
    if (seconds === null) return momentAt(scale, from, to, shareOfWidth > 0 ? 0 : 1);
    const share = shareOfAxis(scale, from, to, seconds) + shareOfWidth;
    return momentAt(scale, from, to, Math.min(1, Math.max(0, share)));
  }

  /** Fits the width of its host. */
  resize(): void {
    const width = this.host.clientWidth;
    if (width > 0 && width !== this.plot.width) {
      this.plot.setSize({ width, height: this.options.heightPx });
      this.setMarker(this.markedSeconds);
    }
  }

  destroy(): void {
    this.plot.destroy();
  }

  private columnsOf(series: readonly CurveSeries[]): uPlot.AlignedData {
    const { span, scale } = this.options;
    return alignedColumns(series, startOf(span, scale), span.toSeconds) as uPlot.AlignedData;
  }

  private uplotOptions(onCursor: (seconds: number | null) => void): uPlot.Options {
    const { options } = this;
    const isNarrow = this.host.clientWidth < NARROW_PX;
    return {
      width: Math.max(200, this.host.clientWidth),
      height: options.heightPx,
      padding: [14, isNarrow ? 12 : 18, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: true, dist: 6 } },
      scales: {
        x: {
          time: false,
          distr: options.scale === 'log' ? 3 : 1,
          range: (_plot, min, max) => [min, max],
        },
        y: {
          range: (_plot, _min, max) => [
            0,
            options.top ?? Math.max(options.leastTop ?? 0, (max ?? 1) * HEADROOM || 1),
          ],
        },
      },
      axes: this.axes(isNarrow),
      ...this.lines(),
      hooks: {
        setCursor: [
          (plot) => {
            const left = plot.cursor.left ?? -1;
            onCursor(left < 0 ? null : plot.posToVal(left, 'x'));
          },
        ],
        setScale: [() => this.marker !== undefined && this.setMarker(this.markedSeconds)],
        drawAxes: [(plot) => drawSpans(plot, options)],
        draw: [(plot) => drawWords(plot, options)],
      },
    };
  }

  private axes(isNarrow: boolean): uPlot.Axis[] {
    const { theme, scale, unit, timeLabel, valueLabel, top } = this.options;
    const look = {
      stroke: theme.ink,
      font: `${FONT_PX}px ${FONT_FAMILY}`,
      labelFont: `${FONT_PX}px ${FONT_FAMILY}`,
      grid: { stroke: theme.grid, width: 1 },
      ticks: { stroke: theme.grid, width: 1, size: 5 },
      filter: (_plot: uPlot, splits: number[]) => splits,
    };
    const ticks = (plot: uPlot, from: number, to: number) =>
      timeTicks(scale, from, to, plot.bbox.width / uPlot.pxRatio);
    return [
      {
        ...look,
        label: scale === 'log' ? `${timeLabel} (logarithmic)` : timeLabel,
        labelSize: 22,
        size: 32,
        splits: (plot, _axis, from, to) => ticks(plot, from, to).map(({ value }) => value),
        values: (plot, splits) => {
          const { min, max } = plot.scales.x!;
          const names = new Map(ticks(plot, min!, max!).map(({ value, name }) => [value, name]));
          return splits.map((value) => names.get(value) ?? '');
        },
      },
      {
        ...look,
        size: isNarrow ? 52 : 62,
        label: valueLabel,
        labelSize: 20,
        ...(unit === 'share' && top !== undefined
          ? { splits: () => SHARE_TICKS.map((share) => share * top) }
          : {}),
        values: (_plot, splits) => splits.map((value) => tickOf(value, unit)),
      },
    ];
  }

  private lines(): Pick<uPlot.Options, 'series' | 'bands'> {
    const { series, theme } = this.options;
    const drawn: uPlot.Series[] = [{}];
    const bands: uPlot.Band[] = [];
    for (const { colour, dash, widthPx, opacity, shape, band, name } of series) {
      const stroke = withOpacity(colourOn(colour, theme.isDark), opacity ?? 1);
      const paths = shape === 'step' ? uPlot.paths.stepped!({ align: 1 }) : uPlot.paths.linear!();
      const common = { paths, points: { show: false }, spanGaps: false, label: name };
      drawn.push({ ...common, stroke, width: widthPx ?? 2, dash: dashOf(dash) });
      if (!band) continue;
      const fill = withOpacity(colourOn(colour, theme.isDark), BAND_OPACITY);
      bands.push({ series: [drawn.length + 1, drawn.length], fill });
      drawn.push({ ...common, width: 0 }, { ...common, width: 0 });
    }
    return { series: drawn, bands };
  }

  /** A finger that moves sideways reads; one that moves up or down scrolls the page (touch-action in the style). */
  private listenToTouch(onCursor: (seconds: number | null) => void): void {
    const { over } = this.plot;
    const read = (event: PointerEvent) => {
      if (event.pointerType === 'mouse') return;
      const left = event.clientX - over.getBoundingClientRect().left;
      this.plot.setCursor({ left: Math.min(over.clientWidth, Math.max(0, left)), top: 1 });
    };
    over.addEventListener('pointerdown', read);
    over.addEventListener('pointermove', read);
    over.addEventListener('pointercancel', () => onCursor(null));
  }
}
