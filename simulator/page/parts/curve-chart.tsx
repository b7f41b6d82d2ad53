/**
 * A chart of lines over time that can be read: pointed at, touched or moved along with the arrow keys.
 *
 * The legend switches lines and says what each is worth at the moment that is pointed at. Which time axis and which
 * lines there are is the owner's to decide; the chart follows its props, also many times a second.
 */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { toggled } from './choice.tsx';
import { CurvePlot, type CurvePlotOptions } from './curve-plot.ts';
import { type CurveSeries, valueAt } from './curve-series.ts';
import { LineSwatch } from './line-swatch.tsx';
import { useTheme } from './use-theme.ts';
import { momentInWords, readingOf, type ValueUnit } from './value-format.ts';

/** What the owner of a chart may do to it between drawings, as in an animation. */
export interface CurveChartControls {
  /** Puts an upright line at a moment; null takes it away. */
  setMarker(seconds: number | null): void;
}

export interface CurveChartProps extends Omit<CurvePlotOptions, 'theme'> {
  /** What the chart shows, for those who do not see it. */
  readonly label: string;
  /** Called once the chart stands, and again whenever it was made anew. */
  readonly onReady?: (controls: CurveChartControls) => void;
  /** Hears a click or tap on the plot: the moment there. */
  readonly onPick?: (seconds: number) => void;
}

const KEY_STEP = 0.005;
const KEY_LEAP = 0.05;

/** What makes a plot another plot, not the same one with newer data. */
function kindOf({ series, span, ...options }: CurvePlotOptions): string {
  const lines = series.map(({ name, colour, dash, widthPx, opacity, shape, band }) => [
    name,
    colour,
    dash,
    widthPx,
    opacity,
    shape,
    Boolean(band),
  ]);
  return JSON.stringify([lines, span, options]);
}

function spoken(seconds: number | null, series: readonly CurveSeries[], unit: ValueUnit): string {
  if (seconds === null) return 'no moment chosen';
  const values = series.map((line) => `${line.name} ${readingOf(valueAt(line, seconds), unit)}`);
  return `${momentInWords(seconds)}: ${values.join(', ')}`;
}

export function CurveChart(props: CurveChartProps) {
  const { label, series, onReady, onPick, ...rest } = props;
  const theme = useTheme();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<CurvePlot | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [seconds, setSeconds] = useState<number | null>(null);
  const options: CurvePlotOptions = { ...rest, series, theme };
  const kind = useMemo(() => kindOf(options), [props, theme]);
  const isEmpty = series.every((line) => line.seconds.length === 0);
  const listed = series.filter(({ isInLegend }) => isInLegend !== false);

  useEffect(() => {
    const made = new CurvePlot(host.current!, options, setSeconds);
    plot.current = made;
    made.setHidden(hidden);
    const resizes = new ResizeObserver(() => made.resize());
    resizes.observe(host.current!);
    onReady?.({ setMarker: (at) => made.setMarker(at) });
    return () => {
      resizes.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [kind]);
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) isFirst.current = false;
    else plot.current?.renew(series);
  }, [series]);
  useEffect(() => plot.current?.setHidden(hidden), [hidden]);

  const onKeyDown = (event: KeyboardEvent) => {
    const made = plot.current;
    if (made === null) return;
    const by = event.shiftKey ? KEY_LEAP : KEY_STEP;
    const next: Readonly<Record<string, () => number | null>> = {
      ArrowLeft: () => made.besides(seconds, -by),
      ArrowRight: () => made.besides(seconds, by),
      PageDown: () => made.besides(seconds, -KEY_LEAP),
      PageUp: () => made.besides(seconds, KEY_LEAP),
      Home: () => made.besides(null, 1),
      End: () => made.besides(null, -1),
      Escape: () => null,
    };
    const move = next[event.key];
    if (move === undefined) return;
    event.preventDefault();
    made.setCursor(move());
  };
  return (
    <div class="curve-chart">
      <div
        class="curve-plot"
        ref={host}
        tabIndex={0}
        role="slider"
        aria-label={`${label}; arrow keys read its values`}
        aria-valuenow={seconds ?? 0}
        aria-valuetext={spoken(
          seconds,
          listed.filter(({ name }) => !hidden.has(name)),
          rest.unit,
        )}
        onKeyDown={onKeyDown}
        onClick={() => seconds !== null && onPick?.(seconds)}
        onBlur={() => plot.current?.setCursor(null)}
      />
      {isEmpty ? <p class="curve-nothing">no data</p> : null}
      <div class="curve-legend">
        <output class="curve-moment">
          {seconds === null ? 'point at a moment, drag to zoom' : `at ${momentInWords(seconds)}`}
        </output>
        {listed.map((line) => (
          <button
            type="button"
            key={line.name}
            aria-pressed={!hidden.has(line.name)}
            onClick={() => setHidden(toggled(hidden, line.name, true))}
          >
            <LineSwatch line={line} isDark={theme.isDark} />
            <span class="curve-name">{line.name}</span>
            <span class="curve-value">
              {seconds === null ? '' : readingOf(valueAt(line, seconds), rest.unit)}
            </span>
          </button>
        ))}
      </div>
    </div>
  );
}
