/**
 * Reads the CSV tables that aggregates are derived from: a header, commas, quotes where a cell has a comma.
 *
 * Only the derive scripts use it; a run reads the committed aggregates alone. A missing column or an
 * unreadable number stops the derivation, since an aggregate of guesses would look like data.
 */

import { readFileSync } from 'node:fs';

export interface SourceTable {
  readonly path: string;
  readonly rows: number;
  /** The cell as written; empty where the source has none. */
  text(row: number, column: string): string;
  /** The cell as a number, or null where it is empty. */
  number(row: number, column: string): number | null;
}

function cellsOf(line: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const letter = line[i];
    if (letter === '"') {
      if (quoted && line[i + 1] === '"') cell += line[++i];
      else quoted = !quoted;
    } else if (letter === ',' && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += letter;
  }
  cells.push(cell);
  return cells;
}

/** The table in CSV text; throws where a row has more or fewer cells than the header. */
export function parseSourceTable(text: string, path: string): SourceTable {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const [header, ...rows] = lines.map(cellsOf);
  if (header === undefined) throw new Error(`${path}: the table is empty`);
  rows.forEach((cells, row) => {
    if (cells.length !== header.length) {
      throw new Error(`${path}:${row + 2}: ${cells.length} cells, the header has ${header.length}`);
    }
  });
  const columnIndex = new Map(header.map((name, index) => [name, index]));
  const cellAt = (row: number, column: string): string => {
    const index = columnIndex.get(column);
    const cell = index === undefined ? undefined : rows[row]?.[index];
    if (cell === undefined) throw new Error(`${path}: no column ${column} or no row ${row}`);
    return cell;
  };
  return {
    path,
    rows: rows.length,
    text: cellAt,
    number(row, column) {
      const cell = cellAt(row, column);
      if (cell === '') return null;
      const value = Number(cell);
      if (!Number.isFinite(value)) throw new Error(`${path}:${row + 2}: ${column} is no number: ${cell}`);
      return value;
    },
  };
}

/** Reads the table in a CSV file. */
export function readSourceTable(path: string): SourceTable {
  return parseSourceTable(readFileSync(path, 'utf8'), path);
}
