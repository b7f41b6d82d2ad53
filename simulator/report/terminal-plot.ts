/**
 * A small plot of adoption curves for a terminal: braille dots, or plain characters where those are unknown.
 *
 * Time is logarithmic, since one picture has to hold seconds and months.
 */

import { TIME_TICKS } from './log-time.ts';

export interface TerminalCurve {
  readonly name: string;
  /** Ascending, virtual seconds since the release. */
  readonly seconds: ArrayLike<number>;
  /** Share of relays from that moment on, 0 to 1. */
  readonly fraction: ArrayLike<number>;
  /** The curve is known up to here. */
  readonly untilSeconds: number;
}

export interface TerminalPlotOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly unicode: boolean;
  /** Colours the nth curve's marks; leaves the text as it is where colour is off. */
  readonly paint: (text: string, curve: number) => string;
}

const ROWS = 8;
const LABEL_COLUMNS = 6;
const MAX_COLUMNS = 96;
const MIN_COLUMNS = 20;
/** One mark a curve where braille is not to be had. */
const ASCII_MARKS = ['*', 'o', '+', 'x', '#', '%'] as const;
/** Bits of a braille character by row (4) and column (2) of its dots. */
const BRAILLE_DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

interface Cell {
  dots: number;
  curve: number;
}

function axis(curves: readonly TerminalCurve[]): { fromSeconds: number; toSeconds: number } {
  let fromSeconds = 0.1;
  let toSeconds = 1;
  for (const { seconds, fraction } of curves) {
    for (let row = 0; row < seconds.length; row++) {
      // The first relays of a big network: one publisher must not stretch the axis.
      if ((fraction[row] as number) < 0.005) continue;
      fromSeconds = Math.min(fromSeconds, Math.max(1e-5, seconds[row] as number));
      break;
    }
    toSeconds = Math.max(toSeconds, (seconds[seconds.length - 1] ?? 0) * 1.5);
  }
  return { fromSeconds, toSeconds };
}

/** Share reached at a moment; the curve is a step function. */
function valueAt({ seconds, fraction }: TerminalCurve, at: number): number {
  let low = 0;
  let high = seconds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((seconds[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (fraction[low - 1] as number);
}

/** Names of the time axis, as many as fit without touching. */
function tickLine(columns: number, column: (seconds: number) => number, toSeconds: number): string {
  const line = new Array<string>(columns).fill(' ');
  let free = 0;
  for (const { value, name } of TIME_TICKS) {
    const start = Math.round(column(value));
    const ascii = name.replace('µ', 'u').replace('½ y', '0.5 y');
    if (start < free || start + ascii.length > columns || value > toSeconds) continue;
    for (let index = 0; index < ascii.length; index++) line[start + index] = ascii[index] as string;
    free = start + ascii.length + 2;
  }
  return line.join('').trimEnd();
}

function asciiMark(curve: number): string {
  return ASCII_MARKS[curve % ASCII_MARKS.length] as string;
}

function percentLabel(row: number): string {
  if (row === 0) return '100 %';
  if (row === ROWS - 1) return '  0 %';
  return row === ROWS / 2 ? ' 50 %' : '     ';
}

/** Draws the curves; an empty list or curves without a step give no lines. */
export function terminalPlot(all: readonly TerminalCurve[], options: TerminalPlotOptions): string[] {
  const curves = all.filter(({ seconds }) => seconds.length > 0);
  const longestName = Math.max(0, ...curves.map(({ name }) => name.length));
  const columns = Math.min(MAX_COLUMNS, options.width - LABEL_COLUMNS - longestName - 3);
  if (curves.length === 0 || columns < MIN_COLUMNS) return [];
  const { unicode, paint } = options;
  const [dotsX, dotsY] = unicode ? [2, 4] : [1, 1];
  const { fromSeconds, toSeconds } = axis(curves);
  const decades = Math.log10(toSeconds / fromSeconds);
  const grid: Cell[][] = Array.from({ length: ROWS }, () =>
    Array.from({ length: columns }, () => ({ dots: 0, curve: 0 })),
  );

  const mark = (dotX: number, dotY: number, curve: number) => {
    const cell = grid[Math.floor(dotY / dotsY)]?.[Math.floor(dotX / dotsX)];
    if (cell === undefined) return;
    cell.dots |= (BRAILLE_DOTS[dotY % dotsY] as readonly number[])[dotX % dotsX] as number;
    cell.curve = curve;
  };
  const bottom = ROWS * dotsY - 1;
  curves.forEach((curve, index) => {
    let previousY: number | undefined;
    for (let dotX = 0; dotX < columns * dotsX; dotX++) {
      const at = fromSeconds * 10 ** ((decades * (dotX + 1)) / (columns * dotsX));
      if (at > Math.max(curve.untilSeconds, curve.seconds[0] as number)) break;
      const value = valueAt(curve, at);
      if (value === 0) continue;
      const dotY = bottom - Math.round(value * bottom);
      // A steep curve is drawn through: every dot between its last height and this one.
      for (let y = Math.max(dotY, previousY ?? dotY); y >= dotY; y--) mark(dotX, y, index);
      previousY = dotY;
    }
  });

  const nameRows = new Map<number, string[]>();
  curves.forEach((curve, index) => {
    const value = curve.fraction[curve.fraction.length - 1] as number;
    const row = Math.floor((bottom - Math.round(value * bottom)) / dotsY);
    nameRows.set(row, [...(nameRows.get(row) ?? []), paint(curve.name, index)]);
  });
  const lines = grid.map((cells, row) => {
    const drawn = cells.map(({ dots, curve }) => {
      if (dots === 0) return ' ';
      return paint(unicode ? String.fromCodePoint(0x2800 + dots) : asciiMark(curve), curve);
    });
    const names = nameRows.get(row)?.join(', ');
    const text = drawn.join('').trimEnd() + (names === undefined ? '' : ` ${names}`);
    return `${percentLabel(row)} ${unicode ? '│' : '|'}${text}`;
  });
  const column = (seconds: number) => (Math.log10(seconds / fromSeconds) / decades) * columns;
  lines.push(' '.repeat(LABEL_COLUMNS + 1) + tickLine(columns, column, toSeconds));
  return lines;
}
