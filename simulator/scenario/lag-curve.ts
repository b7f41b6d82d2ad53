/**
 * Reads an operator lag from a CSV file: the fraction that has updated by a day.
 *
 * Lines that begin with # say where the numbers come from and are skipped; every mistake is reported with
 * the CSV's own line and column.
 */

import { CURVE_POINTS_MAX, curveFault } from './lag-schema.ts';
import { excerptOf, type Problem, quoted, ScenarioError } from './problem.ts';
import { readSource } from './source.ts';

export interface LagCurve {
  readonly days: readonly number[];
  readonly fractions: readonly number[];
}

/** Where a row stands: the offset of its line, and the offsets of its cells in it. */
interface Row {
  readonly line: number;
  readonly offset: number;
  readonly text: string;
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

function rowsOf(text: string): Row[] {
  const rows: Row[] = [];
  let offset = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '');
    if (line.trim() !== '' && !line.startsWith('#')) rows.push({ line: index + 1, offset, text: line });
    offset += raw.length + 1;
  }
  return rows;
}

/**
 * Reads the CSV at `path`, shown as `shownAs` in messages. Throws ScenarioError with every problem of it.
 */
export function readLagCurve(path: string, shownAs = path): LagCurve {
  const text = readSource(path, 'CSV file', shownAs);
  const problems: Problem[] = [];
  const fault = (row: Row, cell: number, message: string, hint: string) => {
    const before = row.text.split(',').slice(0, cell).join(',').length + (cell > 0 ? 1 : 0);
    const cells = row.text.split(',');
    const start = row.offset + before;
    const end = start + Math.max(1, (cells[cell] ?? '').length);
    const excerpt = excerptOf(text, row.line, start, end);
    problems.push({ file: shownAs, line: row.line, column: before + 1, path: '', message, hint, excerpt });
  };

  const [header, ...rows] = rowsOf(text);
  if (header === undefined) {
    const hint = 'write the header "day,fraction" and at least two rows';
    throw new ScenarioError([
      { file: shownAs, line: 1, column: 1, path: '', message: 'the table is empty', hint, excerpt: null },
    ]);
  }
  if (header.text.replace(/\s/g, '').toLowerCase() !== 'day,fraction') {
    fault(header, 0, 'the columns must be day,fraction', 'make the first line "day,fraction"');
    throw new ScenarioError(problems);
  }
  if (rows.length > CURVE_POINTS_MAX) {
    const message = `has more than ${CURVE_POINTS_MAX} rows`;
    fault(rows[CURVE_POINTS_MAX], 0, message, 'leave rows out; between two the curve is a straight line');
    throw new ScenarioError(problems);
  }
  const points: [number, number][] = [];
  for (const row of rows) {
    const cells = row.text.split(',').map((cell) => cell.trim());
    if (cells.length !== 2)
      fault(row, Math.min(2, cells.length - 1), `has ${cells.length} columns, not 2`, 'write day,fraction');
    else {
      const bad = cells.findIndex((cell) => !NUMBER.test(cell));
      if (bad >= 0) fault(row, bad, `${quoted(cells[bad])} is not a number`, 'write a row such as 7,0.25');
      points.push([Number(cells[0]), Number(cells[1])]);
    }
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  const wrong = curveFault(points);
  if (wrong !== null) {
    fault(rows[wrong.index] ?? header, wrong.message.startsWith('day') ? 0 : 1, wrong.message, wrong.hint);
    throw new ScenarioError(problems);
  }
  return { days: points.map(([day]) => day), fractions: points.map(([, fraction]) => fraction) };
}
