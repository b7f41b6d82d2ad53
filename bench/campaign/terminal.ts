/** The table that is printed while rows are being done. */

import { cellsOf, figure, isMeasured, SUMMARY_COLUMNS } from './columns.ts';
import { eventRate, type RowResult } from './ratios.ts';
import { rowName } from './row.ts';

const NAME_WIDTH = 52;
const GAP = '  ';

function line(cells: readonly string[]): string {
  const widths = SUMMARY_COLUMNS.map(([name], index) =>
    index === 0 ? NAME_WIDTH : Math.max(9, name.length),
  );
  return cells
    .map((cell, index) => (index === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[index]!)))
    .join(GAP)
    .trimEnd();
}

export function terminalHead(): string {
  return line(SUMMARY_COLUMNS.map(([name]) => name));
}

/** A row, and below it its phases; or why it has no figures. */
export function terminalLine(result: RowResult): string {
  const { row, outcome } = result;
  if (!isMeasured(result)) {
    const { outcome: kind, reason } = outcome as Exclude<typeof outcome, { outcome: 'measured' }>;
    return `${rowName(row).padEnd(NAME_WIDTH)}${GAP}${kind}: ${reason}`;
  }
  const phases = result.outcome.phases.map((cost) => {
    const rate = eventRate(cost);
    const { phase, cpuSeconds, wallSeconds, peakBytes } = cost;
    const figures = `${figure(cpuSeconds)} CPU s, ${figure(wallSeconds)} s, ${figure(peakBytes / 2 ** 20)} MiB`;
    return `${phase} ${figures}${rate === null ? '' : `, ${figure(rate)} events/CPU s`}`;
  });
  return [line(cellsOf(SUMMARY_COLUMNS, result, [])), `    ${phases.join('; ')}`].join('\n');
}
