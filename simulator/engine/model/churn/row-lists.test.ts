import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../../random.ts';
import { RowLists } from './row-lists.ts';

test('row lists: items that are added and taken out of many rows lie as in arrays', () => {
  const stream = randomStream(1, 'row lists');
  const rows = 5;
  const lists = new RowLists(rows);
  const arrays: number[][] = Array.from({ length: rows }, () => []);
  for (let round = 0; round < 3000; round++) {
    const row = stream.integer(rows);
    const array = arrays[row]!;
    if (array.length > 0 && stream.integer(100) < 45) {
      const index = stream.integer(array.length);
      assert.equal(lists.indexOf(row, array[index]!), index);
      lists.removeAt(row, index);
      array.splice(index, 1);
    } else {
      lists.push(row, round);
      array.push(round);
    }
    assert.equal(lists.count(row), array.length);
  }
  assert(arrays.some((array) => array.length > 20));
  arrays.forEach((array, row) => {
    assert.deepEqual(lists.toArray(row), array);
    array.forEach((item, index) => {
      assert.equal(lists.at(row, index), item);
    });
    assert.equal(lists.indexOf(row, 5000), -1);
  });
  lists.clear(0);
  assert.deepEqual([lists.count(0), lists.toArray(0)], [0, []]);
  assert.deepEqual(lists.toArray(1), arrays[1], 'another row stays');
});

test('row lists: items of two numbers are found by the first', () => {
  const lists = new RowLists(2, 2);
  for (let item = 0; item < 40; item++) lists.push(item % 2, item, 100 + item);
  lists.removeAt(1, lists.indexOf(1, 3));
  assert.equal(lists.count(1), 19);
  assert.equal(lists.indexOf(1, 103), -1);
  assert.deepEqual([lists.at(1, 1), lists.at(1, 1, 1)], [5, 105]);
  assert.deepEqual(lists.toArray(0, 1).slice(0, 3), [100, 102, 104]);
});
