/** The charts of a folder of results: drawn one after the other, each an SVG file and, if wanted, a PNG beside it. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportPlan } from '../scenario/measure-plan.ts';
import { themed } from './chart-theme.ts';
import { type DrawingBoard, openDrawingBoard } from './drawing-board.ts';
import type { FileSet } from './file-set.ts';
import { renderPng } from './png.ts';

/** A chart by its file name; drawn where there is something to show in it, or where it was asked for by name. */
export interface Chart<Name extends string, Data> {
  readonly name: Name;
  readonly draw: (board: DrawingBoard, data: Data) => string;
  readonly isDrawn: (data: Data) => boolean;
  /** Stands in its place where it was asked for by name and is not drawn; a chart that always is needs none. */
  readonly drawEmpty?: (data: Data) => string;
}

/** Draws what the scenario wants of the charts and starts their files; the SVGs by name, as they are for a screen. */
export async function startCharts<Name extends string, Data>(
  files: FileSet,
  charts: readonly Chart<Name, Data>[],
  data: Data,
  {
    charts: wanted,
    png,
    theme,
  }: Pick<ReportPlan, 'png' | 'theme'> & { readonly charts: readonly Name[] | null },
): Promise<Partial<Record<Name, string>>> {
  const board = await openDrawingBoard();
  // At once: what waits for its turn would come before the charts, and their PNGs be drawn that much later.
  mkdirSync(join(files.folder, 'charts'));
  const drawn: Partial<Record<Name, string>> = {};
  for (const { name, draw, isDrawn, drawEmpty } of charts) {
    const isAskedFor = wanted?.includes(name);
    if (isAskedFor === false) continue;
    files.signal?.throwIfAborted();
    const svg = isDrawn(data) ? draw(board, data) : isAskedFor === true ? drawEmpty?.(data) : undefined;
    if (svg === undefined) continue;
    drawn[name] = svg;
    const filed = themed(svg, theme);
    files.start(`charts/${name}.svg`, filed);
    if (png) files.start(`charts/${name}.png`, renderPng(filed));
  }
  return drawn;
}
