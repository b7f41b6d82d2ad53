/**
 * Text on charts: drawing a line of it, guessing how wide it is, breaking it.
 *
 * Widths are estimates, since an SVG knows no font until it is shown; they are a little too wide on purpose.
 */

import { INK, PAPER } from './chart-style.ts';
import { element, type Markup } from './svg-markup.ts';

export interface TextStyle {
  readonly sizePx: number;
  readonly colour?: string;
  readonly bold?: boolean;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** A rim in the colour of the paper, to stay readable on lines. */
  readonly halo?: boolean;
}

/** One line of text; `y` is its base line. */
export function textAt(x: number, y: number, text: string, style: TextStyle): Markup {
  const halo = style.halo
    ? { stroke: PAPER, 'stroke-width': 4, 'stroke-linejoin': 'round', 'paint-order': 'stroke' }
    : {};
  const attributes = {
    x,
    y,
    'font-size': style.sizePx,
    'font-weight': style.bold ? 'bold' : undefined,
    'text-anchor': style.anchor === 'start' ? undefined : style.anchor,
    fill: style.colour ?? INK,
    ...halo,
  };
  return element('text', attributes, text);
}

/** About how wide a text is in DejaVu Sans, in pixels; a few percent too wide rather than too narrow. */
export function textWidthPx(text: string, sizePx: number, bold = false): number {
  let ems = 0;
  for (const character of text) {
    if (/[ilj.,:;'|!()[\]tfrI ]/.test(character)) ems += 0.4;
    else if (/[mwMW%@]/.test(character)) ems += 0.95;
    else ems += 0.65;
  }
  return ems * sizePx * (bold ? 1.1 : 1);
}

/** Cuts a word that is wider than a line; other words come back whole. */
function cutWord(word: string, widthPx: number, sizePx: number, bold: boolean): string[] {
  const parts = [''];
  for (const character of word) {
    const longer = `${parts.at(-1)}${character}`;
    if (parts.at(-1) === '' || textWidthPx(longer, sizePx, bold) <= widthPx) parts[parts.length - 1] = longer;
    else parts.push(character);
  }
  return parts;
}

/** Breaks a text at spaces into lines no wider than `widthPx`; a word that is wider is cut. */
export function wrapText(text: string, widthPx: number, sizePx: number, bold = false): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').flatMap((whole) => cutWord(whole, widthPx, sizePx, bold))) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidthPx(longer, sizePx, bold) <= widthPx) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
