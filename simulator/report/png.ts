/**
 * PNG from SVG, with the fonts that come with the program.
 *
 * resvg drops text without a word when it has no font for it, so system fonts are never looked at: the
 * picture is the same on a machine without any.
 */

import { createRequire } from 'node:module';

const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];
/** Two pixels for each of the chart's, for sharp screens and print. */
const PNG_ZOOM = 2;

/** Draws an SVG at twice its size. Runs in the thread pool, so several can be drawn at once. */
export async function renderPng(svg: string): Promise<Buffer> {
  const { renderAsync } = await import('@resvg/resvg-js');
  const { resolve } = createRequire(import.meta.url);
  const options = {
    fitTo: { mode: 'zoom' as const, value: PNG_ZOOM },
    font: {
      loadSystemFonts: false,
      fontFiles: FONT_FILES.map((file) => resolve(`dejavu-fonts-ttf/ttf/${file}`)),
      defaultFontFamily: 'DejaVu Sans',
    },
  };
  const image = await renderAsync(svg, options);
  return image.asPng();
}
