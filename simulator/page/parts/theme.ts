/**
 * Light and dark: the colours of charts (report/chart-style.ts) and of whatever else a page draws by itself.
 *
 * Colours are always named by their light form. What draws on a canvas asks for the form that suits the page.
 */

import { DARK_TWINS, FAINT_INK, GRID, INK, PAPER } from '../../report/chart-style.ts';

const DARK_QUERY = '(prefers-color-scheme: dark)';

export interface Theme {
  readonly isDark: boolean;
  readonly ink: string;
  readonly faintInk: string;
  readonly grid: string;
  readonly paper: string;
}

/** What stands for a colour of the charts on a light or a dark page; other colours stay as they are. */
export function colourOn(colour: string, isDark: boolean): string {
  return isDark ? (DARK_TWINS[colour] ?? colour) : colour;
}

/** A colour "#rrggbb" with an opacity of 0 to 1. */
export function withOpacity(colour: string, opacity: number): string {
  const digits = Math.round(opacity * 255).toString(16);
  return `${colour}${digits.padStart(2, '0')}`;
}

export function themeOf(isDark: boolean): Theme {
  return {
    isDark,
    ink: colourOn(INK, isDark),
    faintInk: colourOn(FAINT_INK, isDark),
    grid: colourOn(GRID, isDark),
    paper: colourOn(PAPER, isDark),
  };
}

/** The theme that the reader's system asks for now. */
export function currentTheme(): Theme {
  return themeOf(window.matchMedia(DARK_QUERY).matches);
}

/** Calls back whenever that changes; returns what ends it. */
export function onThemeChange(changed: (theme: Theme) => void): () => void {
  const query = window.matchMedia(DARK_QUERY);
  const tell = () => changed(themeOf(query.matches));
  query.addEventListener('change', tell);
  return () => query.removeEventListener('change', tell);
}
