/**
 * Tables that users bring: CSV with a header, columns found by name, every mistake with its line and column.
 *
 * Lines that begin with # are comments, as in the tables of Tor Metrics. A cell with a comma stands in double
 * quotes. Columns that nobody asks for are left alone, so that a table may say more than is used.
 */

import { excerptOf, type Problem, quoted, ScenarioError } from '../scenario/problem.ts';

/** A cell: its text without quotes and blanks around it, and where it stands in its line. */
interface Cell {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface TableRow {
  /** From 1, in the file. */
  readonly line: number;
  readonly offset: number;
  readonly cells: readonly Cell[];
}

/** Problems told of one file before the rest is left out: a broken file has one mistake a line. */
const PROBLEMS_MAX = 40;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

function cellsOf(line: string): Cell[] {
  const cells: Cell[] = [];
  let start = 0;
  while (start <= line.length) {
    let end = start;
    let isQuoted = false;
    while (end < line.length && (isQuoted || line[end] !== ',')) {
      if (line[end] === '"') isQuoted = !isQuoted;
      end++;
    }
    const raw = line.slice(start, end).trim();
    const isWrapped = raw.length >= 2 && raw.startsWith('"') && raw.endsWith('"');
    cells.push({ text: isWrapped ? raw.slice(1, -1).replaceAll('""', '"').trim() : raw, start, end });
    start = end + 1;
  }
  return cells;
}

export class LocatedTable {
  /** The file as its user named it. */
  readonly file: string;
  readonly rows: readonly TableRow[];
  readonly columns: readonly string[];
  private readonly text: string;
  private readonly header: TableRow;
  private readonly problems: Problem[] = [];

  /** Throws ScenarioError when there is no header. */
  constructor(text: string, file: string) {
    this.text = text;
    this.file = file;
    const rows: TableRow[] = [];
    let offset = 0;
    for (const [index, raw] of text.split('\n').entries()) {
      const line = raw.replace(/\r$/, '');
      if (line.trim() !== '' && !line.startsWith('#')) {
        rows.push({ line: index + 1, offset, cells: cellsOf(line) });
      }
      offset += raw.length + 1;
    }
    const [header, ...rest] = rows;
    if (header === undefined) {
      const hint = 'the first line names the columns';
      const at = { line: 1, column: 1, path: '', excerpt: null };
      throw new ScenarioError([{ file, ...at, message: 'the table is empty', hint }]);
    }
    this.header = header;
    this.columns = header.cells.map(({ text: name }) => name.toLowerCase());
    this.rows = rest;
    for (const row of rest) {
      if (row.cells.length === this.columns.length) continue;
      const [found, wanted] = [row.cells.length, this.columns.length];
      this.fault(
        row,
        null,
        `has ${found} cells, the header has ${wanted}`,
        'an empty cell still has its comma',
      );
    }
  }

  has(column: string): boolean {
    return this.columns.includes(column);
  }

  /** The cell's text; empty where the row or the table has none. */
  cell(row: TableRow, column: string): string {
    return row.cells[this.columns.indexOf(column)]?.text ?? '';
  }

  /**
   * The cell as a number within the bounds, or null where it is empty; a mistake is noted and gives null.
   */
  number(row: TableRow, column: string, min: number, max: number): number | null {
    const text = this.cell(row, column);
    if (text === '') return null;
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const message = Number.isNaN(value)
      ? `${quoted(text)} is not a number`
      : `${text} is not between ${min} and ${max}`;
    this.fault(row, column, message, `${column} is a number from ${min} to ${max}`);
    return null;
  }

  /** Notes a mistake at a cell, or at the row as a whole. */
  fault(row: TableRow | null, column: string | null, message: string, hint: string): void {
    const at = row ?? this.header;
    const cell = column === null ? undefined : at.cells[this.columns.indexOf(column)];
    const start = at.offset + (cell?.start ?? 0);
    const end = at.offset + (cell?.end ?? at.cells.at(-1)!.end);
    const excerpt = excerptOf(this.text, at.line, start, Math.max(end, start + 1));
    const place = { line: at.line, column: start - at.offset + 1, path: column ?? '' };
    this.problems.push({ file: this.file, ...place, message, hint, excerpt });
  }

  /** Notes every wanted column that the header has not. */
  need(...columns: readonly string[]): void {
    const known = columns.join(', ');
    for (const column of columns) {
      if (!this.has(column)) this.fault(null, null, `has no column ${column}`, `the header needs ${known}`);
    }
  }

  /** Whether no mistake was noted so far. */
  get isSound(): boolean {
    return this.problems.length === 0;
  }

  /** Throws ScenarioError with the first mistakes that were noted, in the order of the file. */
  check(): void {
    if (this.problems.length === 0) return;
    const inOrder = [...this.problems].sort((a, b) => a.line! - b.line! || a.column! - b.column!);
    throw new ScenarioError(inOrder.slice(0, PROBLEMS_MAX));
  }
}
