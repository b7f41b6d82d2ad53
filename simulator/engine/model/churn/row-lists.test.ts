import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../../random.ts';
import { RowLists } from './row-lists.ts';

test('row lists: items that are added and taken out of many lists lie as in arrays', () => {
  const stream = randomStream(1, 'row lists');
  const rows = 5;
  const { lists } = new RowLists(rows, [2, 1, 1]);
  const arrays: number[][][] = lists.map(() => Array.from({ length: rows }, () => []));
  for (let round = 0; round < 9000; round++) {
    const row = stream.integer(rows);
    const number = stream.integer(lists.length);
    const list = lists[number]!;
    const array = arrays[number]![row]!;
    if (array.length > 0 && stream.integer(100) < 45) {
      const index = stream.integer(array.length);
      assert.equal(list.indexOf(row, array[index]!), index);
      list.removeAt(row, index);
      array.splice(index, 1);
    } else {
      list.push(row, round, -round >>> 0);
      array.push(round);
    }
    assert.equal(list.count(row), array.length);
  }
  for (const [number, list] of lists.entries()) {
    assert(arrays[number]!.some((array) => array.length > 20));
    arrays[number]!.forEach((array, row) => {
      assert.deepEqual(list.toArray(row), array);
      array.forEach((item, index) => {
        assert.equal(list.at(row, index), item);
      });
      assert.equal(list.indexOf(row, 50_000), -1);
    });
  }
  const [first, second] = lists as [(typeof lists)[0], (typeof lists)[0]];
  assert.deepEqual(
    first.toArray(0, 1),
    arrays[0]![0]!.map((item) => -item >>> 0),
    'the second number',
  );
  first.clear(0);
  assert.deepEqual([first.count(0), first.toArray(0), first.indexOf(0, arrays[0]![0]![0]!)], [0, [], -1]);
  assert.deepEqual(first.toArray(1), arrays[0]![1], 'another row stays');
  assert.deepEqual(second.toArray(0), arrays[1]![0], 'another list stays');
});
