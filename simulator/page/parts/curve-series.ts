/**
 * One line of a chart over time, what it is worth at any moment, and several of them on common columns.
 *
 * uPlot draws lines that share their moments. Here each line has its own; the columns hold every moment of any line,
 * and what each line is worth there. A reading is taken from the line itself and not from the columns.
 */

export interface CurveSeries {
  /** Told apart by this; a line that keeps its name keeps its switch when data are renewed. */
  readonly name: string;
  /** The light form of a colour of report/chart-style.ts. */
  readonly colour: string;
  /** Lengths in pixels, as SVG's stroke-dasharray; undefined for an unbroken line. */
  readonly dash?: string | undefined;
  /** 2 unless said. */
  readonly widthPx?: number;
  /** 0 to 1, 1 unless said. */
  readonly opacity?: number;
  /** Ascending; virtual seconds. */
  readonly seconds: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** `step`: a value holds until the next, and is 0 before the first if `startsAtZero`. */
  readonly shape: 'step' | 'linear';
  /** Whether the line is at 0 before its first moment: true of adoption curves, not of measurements. */
  readonly startsAtZero?: boolean;
  /** Until when the last value of a step line holds; its last moment unless said. */
  readonly untilSeconds?: number;
  /** Lines that are left out of the legend, such as those of single seeds, cannot be switched by themselves. */
  readonly isInLegend?: boolean;
  /** The name of a line that this one is switched with. */
  readonly follows?: string | undefined;
  /** Bounds of each value. */
  readonly band?: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> } | null;
}

/** How many entries of an ascending list are at most `limit`. */
export function countUpTo(ascending: ArrayLike<number>, limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a line ends; minus infinity for one that has nothing. */
function endOf({ seconds, untilSeconds }: CurveSeries): number {
  const last = seconds.length === 0 ? Number.NEGATIVE_INFINITY : seconds[seconds.length - 1]!;
  return Math.max(untilSeconds ?? Number.NEGATIVE_INFINITY, last);
}

/** A column of the line (its values, or a bound) at a moment; null where the line is not. */
export function columnAt(line: CurveSeries, column: ArrayLike<number>, atSeconds: number): number | null {
  const { seconds, shape, startsAtZero } = line;
  if (atSeconds > endOf(line)) return null;
  const rows = countUpTo(seconds, atSeconds);
  if (rows === 0) return startsAtZero ? 0 : null;
  const value = column[rows - 1]!;
  if (shape === 'step' || rows === seconds.length) return value;
  const [from, to] = [seconds[rows - 1]!, seconds[rows]!];
  return value + ((column[rows]! - value) * (atSeconds - from)) / (to - from);
}

/** What the line is worth at a moment; null before it begins and after it ends. */
export function valueAt(line: CurveSeries, atSeconds: number): number | null {
  return columnAt(line, line.values, atSeconds);
}

/** Columns as uPlot takes them: the moments, then for each line its values and, where it has a band, both bounds. */
export type Columns = [Float64Array, ...(number | null)[][]];

/** All moments of all lines between two moments, both included; ascending, each once. */
export function commonMoments(
  lines: readonly CurveSeries[],
  fromSeconds: number,
  toSeconds: number,
): Float64Array {
  const moments = [fromSeconds, toSeconds];
  for (const line of lines) {
    for (let row = 0; row < line.seconds.length; row++) moments.push(line.seconds[row]!);
    moments.push(endOf(line));
  }
  const shown = Float64Array.from(moments.filter((at) => at >= fromSeconds && at <= toSeconds)).sort();
  return shown.filter((at, row) => row === 0 || at !== shown[row - 1]);
}

/** The lines on common columns over a span of time. */
export function alignedColumns(
  lines: readonly CurveSeries[],
  fromSeconds: number,
  toSeconds: number,
): Columns {
  const moments = commonMoments(lines, fromSeconds, toSeconds);
  const columns: Columns = [moments];
  for (const line of lines) {
    const sources = [line.values, ...(line.band ? [line.band.low, line.band.high] : [])];
    for (const source of sources) columns.push(Array.from(moments, (at) => columnAt(line, source, at)));
  }
  return columns;
}
