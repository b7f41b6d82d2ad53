/**
 * The drawing board: Observable Plot in the document of d3-node.
 *
 * Both are loaded when a chart is first asked for, since they take most of a second. A panel is drawn as
 * an SVG of its own and set into the chart as it is; titles, labels and legends are markup around it
 * (chart-frame.ts, line-label.ts), because Plot's own come as further SVGs or HTML.
 */

import type * as Plot from '@observablehq/plot';
import type * as D3NodeModule from 'd3-node';
import { FONT_FAMILY, INK, TYPE_PX } from './chart-style.ts';
import { loadLate } from './late-library.ts';
import { type Markup, trusted } from './svg-markup.ts';

/** The few members of a drawn plot that the board needs; TypeScript's DOM library is not loaded here. */
interface DrawnPlot {
  setAttribute(name: string, value: string): void;
  querySelectorAll(selector: string): Iterable<{ remove(): void }>;
  scale(name: 'x' | 'y'): { apply(value: number): number };
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** A panel that was drawn: its markup, and where a value lies in the pixels of the whole chart. */
export interface Panel {
  readonly markup: Markup;
  readonly pixelX: (value: number) => number;
  readonly pixelY: (value: number) => number;
  /** The plotting area inside the margins, in pixels of the whole chart. */
  readonly frame: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
}

export interface DrawingBoard {
  readonly plot: typeof Plot;
  /** Draws a panel into its box. `options` are Plot's, without sizes and margins. */
  readonly panel: (box: Box, margins: Margins, options: Plot.PlotOptions) => Panel;
}

/**
 * Rounds coordinates to a hundredth of a pixel: shorter files, and no trace of the last bit of Math.log,
 * which may differ between versions of V8.
 */
function roundCoordinates(markup: string): string {
  return markup.replace(/ (?:[xy][12]?|width|height|transform)="[^"]*"/g, (attribute) =>
    attribute.replace(/\d+\.\d{3,}(?:e-?\d+)?/g, (number) => String(Math.round(Number(number) * 100) / 100)),
  );
}

let opening: Promise<DrawingBoard> | undefined;

/**
 * Loads the libraries: 0.5 to 1 s of wall time, once a process. Called early, while the threads of a
 * simulation work, it takes that second out of the report.
 */
export function openDrawingBoard(): Promise<DrawingBoard> {
  opening ??= load();
  return opening;
}

async function load(): Promise<DrawingBoard> {
  const { D3Node } = await loadLate<typeof D3NodeModule>('d3-node');
  const plot = await loadLate<typeof Plot>('@observablehq/plot');
  const page = new D3Node();
  const serializer = new page.window.XMLSerializer();

  function panel(box: Box, margins: Margins, options: Plot.PlotOptions): Panel {
    const drawn = plot.plot({
      ...options,
      document: page.document as NonNullable<Plot.PlotOptions['document']>,
      width: box.width,
      height: box.height,
      marginTop: margins.top,
      marginRight: margins.right,
      marginBottom: margins.bottom,
      marginLeft: margins.left,
    }) as unknown as DrawnPlot;
    // Its style sheet speaks of the page around it; every attribute that matters is set on the chart.
    for (const style of drawn.querySelectorAll('style')) style.remove();
    drawn.setAttribute('x', String(box.x));
    drawn.setAttribute('y', String(box.y));
    drawn.setAttribute('font-family', FONT_FAMILY);
    drawn.setAttribute('font-size', String(TYPE_PX.tick));
    drawn.setAttribute('fill', INK);
    const [x, y] = [drawn.scale('x'), drawn.scale('y')];
    return {
      markup: trusted(roundCoordinates(serializer.serializeToString(drawn))),
      pixelX: (value) => box.x + x.apply(value),
      pixelY: (value) => box.y + y.apply(value),
      frame: {
        left: box.x + margins.left,
        right: box.x + box.width - margins.right,
        top: box.y + margins.top,
        bottom: box.y + box.height - margins.bottom,
      },
    };
  }
  return { plot, panel };
}
