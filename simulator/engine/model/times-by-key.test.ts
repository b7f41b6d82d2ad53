import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../random.ts';
import { TimesByKey } from './times-by-key.ts';

test('times by key: what is set, changed and deleted is as in a map', () => {
  const stream = randomStream(1, 'times by key');
  const table = new TimesByKey();
  const map = new Map<number, number>();
  // Few of them, so that many meet; some beyond 32 bits.
  const keys = Array.from({ length: 400 }, (_unused, i) => (i % 2) * 2 ** 33 + stream.integer(500));
  for (let round = 0; round < 20_000; round++) {
    const key = keys[stream.integer(keys.length)]!;
    if (stream.integer(2) === 0) {
      table.delete(key);
      map.delete(key);
    } else {
      table.set(key, round);
      map.set(key, round);
    }
    const asked = keys[stream.integer(keys.length)]!;
    assert.equal(table.get(asked), map.get(asked) ?? Number.NaN);
    assert.equal(table.size, map.size);
  }
  assert(map.size > 100);
  table.deleteWhere((key, time) => key % 3 === 0 || time < 10_000);
  for (const key of keys) {
    const time = map.get(key);
    const isOver = time === undefined || key % 3 === 0 || time < 10_000;
    assert.equal(table.get(key), isOver ? Number.NaN : time);
  }
});
