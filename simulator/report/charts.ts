/** The charts of a run, by file name, and what each of them shows. */

import type { ChartData } from './chart-data.ts';
import type { DrawingBoard } from './drawing-board.ts';
import { drawFigure1 } from './figure1.ts';
import { drawLatency } from './latency-chart.ts';
import { drawLiveVsManual } from './live-vs-manual-chart.ts';
import { drawStages } from './stages-chart.ts';

/** In the order of the report. */
export const CHARTS = [
  { name: 'figure1', draw: drawFigure1 },
  { name: 'live-vs-manual', draw: drawLiveVsManual },
  { name: 'stages', draw: drawStages },
  { name: 'latency', draw: drawLatency },
] as const satisfies readonly {
  readonly name: string;
  readonly draw: (board: DrawingBoard, data: ChartData) => string;
}[];

export type ChartName = (typeof CHARTS)[number]['name'];
