import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { indexesByValue, sortedNumbers, sortedWords } from './digit-sort.ts';

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer().map((whole) => whole + 0),
  fc.constantFrom(0, -0, 5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE),
);

test('digit sort: numbers of any sign and size come out as a comparison sorts them', () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 300 }), (numbers) => {
      const given = Float64Array.from(numbers);
      const expected = numbers.map((one) => one + 0).sort((a, b) => a - b);
      assert.deepEqual([...sortedNumbers(given)], expected);
      assert.deepEqual([...given], numbers);
    }),
  );
});

test('digit sort: indexes of equal values stay in the order in which they were given', () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 300 }), fc.nat(2), (numbers, skipped) => {
      const indexes = Uint32Array.from([...numbers.keys()].filter((i) => i % 3 !== skipped));
      const expected = [...indexes].sort((a, b) => numbers[a]! - numbers[b]! || a - b);
      assert.deepEqual([...indexesByValue(Float64Array.from(numbers), indexes)], expected);
    }),
  );
});

test('digit sort: whole numbers go up to 32 bits, and the column given stays as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2 ** 32 - 1), { maxLength: 300 }), (numbers) => {
      const given = Uint32Array.from(numbers);
      assert.deepEqual(
        [...sortedWords(given)],
        [...numbers].sort((a, b) => a - b),
      );
      assert.deepEqual([...given], numbers);
    }),
  );
});
