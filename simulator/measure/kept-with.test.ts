import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptWith } from './kept-with.ts';

test('kept with: what is made of an object is made once, and of another one anew', () => {
  let times = 0;
  const sizeOf = keptWith(({ size }: { readonly size: number }) => {
    times++;
    return [size];
  });
  const [one, other] = [{ size: 1 }, { size: 2 }];
  assert.equal(sizeOf(one), sizeOf(one));
  assert.deepEqual([sizeOf(one), sizeOf(other)], [[1], [2]]);
  assert.equal(times, 2);
});

test('kept with: that there is nothing is known after the first time as well', () => {
  let times = 0;
  const nothingOf = keptWith((_of: object): undefined => {
    times++;
  });
  const one = {};
  assert.deepEqual([nothingOf(one), nothingOf(one), times], [undefined, undefined, 1]);
});
