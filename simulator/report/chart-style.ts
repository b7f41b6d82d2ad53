/**
 * The one look of all charts: colours, dashes, type and sizes.
 *
 * Colours are those of Okabe and Ito ("Color Universal Design", 2008), told apart by every kind of colour
 * vision. Each line has a dash of its own too, so that a black-and-white print loses nothing; text is ink,
 * since the lighter colours are too pale to read. On a dark
 * page the report swaps each colour for its twin by matching the attribute, since an SVG file that also
 * has to become a PNG cannot use CSS variables.
 */

import type { Arm, HistoricalName } from '../scenario/scenario.ts';

export const INK = '#1a1a1a';
export const FAINT_INK = '#5f5f5f';
export const GRID = '#dedede';
export const PAPER = '#ffffff';

export const BLUE = '#0072B2';
export const VERMILLION = '#D55E00';
export const GREEN = '#009E73';
export const PURPLE = '#CC79A7';
export const ORANGE = '#E69F00';
export const SKY = '#56B4E9';

/** Every colour a chart uses, and what stands for it on a dark page. */
export const DARK_TWINS: Readonly<Record<string, string>> = {
  [INK]: '#ececec',
  [FAINT_INK]: '#a9a9a9',
  [GRID]: '#3b3f44',
  [PAPER]: '#16191d',
  [BLUE]: '#4DA9E0',
  [VERMILLION]: '#FF8A3D',
  [GREEN]: '#2CC79B',
  [PURPLE]: '#DE8FBD',
  [ORANGE]: '#F0B429',
  [SKY]: '#8ACBF2',
};

/** Verdana has the same widths as DejaVu Sans, the font that the PNGs are drawn with. */
export const FONT_FAMILY = "DejaVu Sans, Verdana, 'Segoe UI', sans-serif";

export const TYPE_PX = { title: 19, panelTitle: 15, label: 12.5, tick: 12, caption: 11 } as const;

/** How a line looks. `dash` is in pixels, undefined for an unbroken line. */
export interface LineLook {
  readonly colour: string;
  readonly dash: string | undefined;
  readonly widthPx: number;
}

const LIVE_COLOURS = [BLUE, PURPLE, SKY, ORANGE] as const;
const MANUAL_COLOURS = [VERMILLION, ORANGE, PURPLE, SKY] as const;
/** Dashes of the nth live arm, by relay count and by consensus weight. */
const LIVE_DASHES = [
  [undefined, '7 4'],
  ['14 3', '2 3'],
  ['10 3 2 3', '6 2 1 2'],
] as const;
/** Dashes of the nth manual arm: none of an era's, since it is drawn over them. */
const MANUAL_DASHES = ['9 3 2 3', '4 3', '12 3 2 3 2 3'] as const;

/** The line of the nth live arm. */
export function liveLook(index: number, byWeight: boolean): LineLook {
  const colour = LIVE_COLOURS[index % LIVE_COLOURS.length] as string;
  const dashes = LIVE_DASHES[index % LIVE_DASHES.length] as (typeof LIVE_DASHES)[number];
  return { colour, dash: dashes[byWeight ? 1 : 0], widthPx: byWeight ? 2.2 : 2.8 };
}

/** The line of the nth manual arm: broken, over the historical curves. */
function manualLook(index: number): LineLook {
  const colour = MANUAL_COLOURS[index % MANUAL_COLOURS.length] as string;
  return { colour, dash: MANUAL_DASHES[index % MANUAL_DASHES.length], widthPx: 2.8 };
}

/** The pooled line of an era: unbroken for the headline baseline, dotted for today's best case. */
export function historicalLook(name: HistoricalName): LineLook {
  return name === 'tor-2016-17'
    ? { colour: INK, dash: undefined, widthPx: 2.8 }
    : { colour: GREEN, dash: '2.5 3.5', widthPx: 3.4 };
}

/** Looks of the arms in the scenario's order, each counted among its own kind. */
export function armLooks(arms: readonly Pick<Arm, 'name' | 'kind'>[]): ReadonlyMap<string, LineLook> {
  const looks = new Map<string, LineLook>();
  let live = 0;
  let manual = 0;
  for (const arm of arms) {
    looks.set(arm.name, arm.kind === 'manual' ? manualLook(manual++) : liveLook(live++, false));
  }
  return looks;
}

/** CSS that turns every chart inside `selector` dark. */
export function darkChartCss(selector: string): string {
  return Object.entries(DARK_TWINS)
    .flatMap(([light, dark]) => [
      `${selector} [fill="${light}"]{fill:${dark}}`,
      `${selector} [stroke="${light}"]{stroke:${dark}}`,
    ])
    .join('\n');
}
