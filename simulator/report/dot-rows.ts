/**
 * Rows of dots on one axis: a figure for each arm, with its name at the left and its value in words beside the dot.
 *
 * For figures that are one number an arm. A logarithmic axis has no origin, so nothing on it is drawn as a bar; the line
 * under a dot is the interval of a median over runs.
 */

import { FAINT_INK, GRID, type LineLook, PAPER, TYPE_PX } from './chart-style.ts';
import { element, join, type Markup } from './svg-markup.ts';
import { textAt, textWidthPx } from './text-layout.ts';

export interface DotRow {
  readonly name: string;
  readonly look: LineLook;
  /** Null where there is no such figure; `words` then say why. */
  readonly value: number | null;
  /** Of a median over runs. */
  readonly bounds: readonly [low: number | null, high: number | null] | null;
  readonly words: string;
}

export interface DotGroup {
  readonly title: string;
  readonly subtitle: string;
  readonly rows: readonly DotRow[];
  /** Logarithmic in decades, or linear from 0. */
  readonly scale: 'log' | 'linear';
  /** A tick in words. */
  readonly tick: (value: number) => string;
}

interface DotAxis {
  readonly pixelX: (value: number) => number;
  readonly ticks: readonly number[];
}

const NAME_RIGHT = 236;
const AXIS_LEFT = 250;
const AXIS_RIGHT = 1000;
const ROW_PX = 26;
const HEAD_PX = 58;
const FOOT_PX = 40;
const DOT_PX = 5.5;
/** More ticks than this run into each other. */
const TICKS_MAX = 8;
/** Tops of linear axes, times a power of ten. */
const TOPS = [1, 2, 4, 5, 10] as const;
const QUARTERS = [0, 0.25, 0.5, 0.75, 1] as const;

export function groupHeightPx({ rows }: DotGroup): number {
  return HEAD_PX + Math.max(1, rows.length) * ROW_PX + FOOT_PX;
}

/** All numbers that have to lie on the axis. */
function valuesOf(rows: readonly DotRow[]): number[] {
  return rows.flatMap(({ value, bounds }) => [value, ...(bounds ?? [])]).filter((one) => one !== null);
}

function logAxis(values: readonly number[]): DotAxis {
  const positive = values.filter((value) => value > 0);
  const [least, most] = positive.length === 0 ? [1, 1] : [Math.min(...positive), Math.max(...positive)];
  const from = Math.floor(Math.log10(least) + 1e-9);
  const to = Math.max(from + 1, Math.ceil(Math.log10(most) - 1e-9));
  const step = Math.ceil((to - from) / TICKS_MAX);
  const decades = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_unused, n) => from + n * step);
  // Powers of ten from their text: Math.pow may differ in its last bit between machines.
  const ticks = decades.map((decade) => Number(`1e${decade}`));
  const pixelX = (value: number): number => {
    const decade = value > 0 ? Math.max(from, Math.log10(value)) : from;
    return AXIS_LEFT + ((decade - from) / (to - from)) * (AXIS_RIGHT - AXIS_LEFT);
  };
  return { pixelX, ticks };
}

function linearAxis(values: readonly number[]): DotAxis {
  const most = Math.max(0, ...values);
  let top = 1;
  if (most > 0) {
    const decade = Number(`1e${Math.floor(Math.log10(most))}`);
    top = decade * (TOPS.find((one) => one * decade >= most) ?? 10);
  }
  const pixelX = (value: number): number => AXIS_LEFT + (value / top) * (AXIS_RIGHT - AXIS_LEFT);
  return { pixelX, ticks: QUARTERS.map((part) => part * top) };
}

function axisMarkup({ pixelX, ticks }: DotAxis, top: number, bottom: number, tick: DotGroup['tick']): Markup {
  return join(
    ...ticks.map((value) => {
      const x = pixelX(value);
      return join(
        element('line', { x1: x, x2: x, y1: top, y2: bottom, stroke: GRID }),
        textAt(x, bottom + 16, tick(value), { sizePx: TYPE_PX.tick, colour: FAINT_INK, anchor: 'middle' }),
      );
    }),
  );
}

function rowMarkup({ name, look, value, bounds, words }: DotRow, y: number, { pixelX }: DotAxis): Markup {
  const named = textAt(NAME_RIGHT, y + 4.5, name, { sizePx: TYPE_PX.label, bold: true, anchor: 'end' });
  if (value === null) {
    return join(
      named,
      textAt(AXIS_LEFT + 8, y + 4.5, words, { sizePx: TYPE_PX.label, colour: FAINT_INK, halo: true }),
    );
  }
  const x = pixelX(value);
  const [low, high] = bounds ?? [value, value];
  const [from, to] = [low === null ? x : pixelX(low), high === null ? AXIS_RIGHT : pixelX(high)];
  const right = Math.max(x + DOT_PX, to) + 8;
  const fits = right + textWidthPx(words, TYPE_PX.label) < 1232;
  return join(
    named,
    element('line', { x1: AXIS_LEFT, x2: AXIS_RIGHT, y1: y, y2: y, stroke: GRID, 'stroke-dasharray': '1 4' }),
    from === to
      ? ''
      : element('line', { x1: from, x2: to, y1: y, y2: y, stroke: look.colour, 'stroke-width': 3 }),
    element('circle', { cx: x, cy: y, r: DOT_PX, fill: look.colour, stroke: PAPER, 'stroke-width': 1.5 }),
    textAt(fits ? right : Math.min(x, from) - 10, y + 4.5, words, {
      sizePx: TYPE_PX.label,
      anchor: fits ? 'start' : 'end',
      halo: true,
    }),
  );
}

/** Draws a group with its top edge at `top`. */
export function drawDotGroup(group: DotGroup, top: number): Markup {
  const { title, subtitle, rows, scale, tick } = group;
  const values = valuesOf(rows);
  const axis = scale === 'log' ? logAxis(values) : linearAxis(values);
  const first = top + HEAD_PX;
  const bottom = first + Math.max(1, rows.length) * ROW_PX;
  const heads = join(
    textAt(AXIS_LEFT, top + 22, title, { sizePx: TYPE_PX.panelTitle, bold: true }),
    textAt(AXIS_LEFT, top + 40, subtitle, { sizePx: TYPE_PX.caption, colour: FAINT_INK }),
  );
  if (rows.length === 0) {
    return join(
      heads,
      textAt(AXIS_LEFT, first + 18, 'no data', { sizePx: TYPE_PX.label, colour: FAINT_INK }),
    );
  }
  return join(
    heads,
    axisMarkup(axis, first - 6, bottom, tick),
    ...rows.map((row, index) => rowMarkup(row, first + (index + 0.5) * ROW_PX, axis)),
  );
}
