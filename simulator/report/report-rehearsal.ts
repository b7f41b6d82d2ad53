/**
 * Draws the report of arms that are done and throws it away, while a thread works on the others.
 *
 * The first time takes twice as long as the second: code is compiled, and what was made of these arms is kept. So the
 * first time is over when the run ends.
 */

import { setImmediate as giveWay } from 'node:timers/promises';
import type { RunOutcome } from '../measure/outcome.ts';
import { summarizeArms } from '../measure/summary.ts';
import { chartData } from './chart-data.ts';
import { CHARTS } from './charts.ts';
import { openDrawingBoard } from './drawing-board.ts';
import { runPageData } from './make-page-data.ts';
import { membershipCsv } from './membership-csv.ts';
import { encodeStagesAhead } from './stages-parquet.ts';

/** `running` is aborted when the run is over, and with it the rehearsal. */
export async function rehearseReport(outcome: RunOutcome, running: AbortSignal): Promise<void> {
  const data = chartData(outcome, summarizeArms(outcome, []), []);
  const board = await openDrawingBoard();
  const parts = [
    ...CHARTS.map(({ draw, isDrawn }) => () => {
      if (isDrawn(data)) draw(board, data);
    }),
    () => runPageData(data),
    () => membershipCsv(outcome),
  ];
  for (const part of parts) {
    await giveWay();
    if (running.aborted) return;
    part();
  }
  await encodeStagesAhead(outcome, running);
}
