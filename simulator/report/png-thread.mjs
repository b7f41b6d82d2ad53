/**
 * The thread that turns SVGs into PNGs, one after the other; png.ts starts it.
 *
 * Plain JavaScript, so that it starts without a compiler.
 */

import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { Resvg } from '@resvg/resvg-js';

const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];
/** Two pixels for each of the chart's, for sharp screens and print. */
const PNG_ZOOM = 2;

const { resolve } = createRequire(import.meta.url);
const OPTIONS = {
  fitTo: { mode: 'zoom', value: PNG_ZOOM },
  font: {
    loadSystemFonts: false,
    fontFiles: FONT_FILES.map((file) => resolve(`dejavu-fonts-ttf/ttf/${file}`)),
    defaultFontFamily: 'DejaVu Sans',
  },
};

parentPort.on('message', ({ id, svg }) => {
  try {
    const png = Uint8Array.from(new Resvg(svg, OPTIONS).render().asPng());
    parentPort.postMessage({ id, png }, [png.buffer]);
  } catch (error) {
    parentPort.postMessage({ id, error });
  }
});
