import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSourceTable } from './source-table.ts';

test('source table: cells are read by column, quotes keep their commas', () => {
  const table = parseSourceTable('name,days\r\n"a, ""b""",1.5\nc,\n', 't.csv');
  assert.equal(table.rows, 2);
  assert.equal(table.text(0, 'name'), 'a, "b"');
  assert.equal(table.number(0, 'days'), 1.5);
  assert.equal(table.number(1, 'days'), null);
});

test('source table: a ragged row, a missing column and a cell that is no number are refused', () => {
  assert.throws(() => parseSourceTable('a,b\n1\n', 't.csv'), /t\.csv:2: 1 cells, the header has 2/);
  assert.throws(() => parseSourceTable('', 't.csv'), /empty/);
  const table = parseSourceTable('a\nx\n', 't.csv');
  assert.throws(() => table.number(0, 'a'), /t\.csv:2: a is no number: x/);
  assert.throws(() => table.text(0, 'b'), /no column b/);
});
