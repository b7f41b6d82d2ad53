import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CELL_BYTES } from '../../node/hooks/catalogue/cell-commands.ts';
import { cellPadding } from '../../node/hooks/catalogue/cell-padding.ts';
import { slotOf, slotWith } from '../testing/slot-with.ts';

const random = await slotWith(cellPadding, 'random-padding');
const padded = (slot: typeof random, used: number, seed: number) => {
  const cell = new Uint8Array(CELL_BYTES).fill(7);
  slot.call(used, seed, cell);
  return cell;
};

it('random-padding: leaves the data, four zeros, and then noise that depends on the randomness', () => {
  for (const used of [0, 1, 100, 505, 509, 510, 513, 514]) {
    const cell = padded(random, used, 12345);
    assert.ok(
      cell.subarray(0, used).every((byte) => byte === 7),
      `${used} bytes of data`,
    );
    assert.ok(cell.subarray(used, used + 4).every((byte) => byte === 0));
  }
  const noise = padded(random, 100, 12345).subarray(104);
  assert.ok(new Set(noise).size > 150, 'noise has most values of a byte');
  assert.notDeepEqual(noise, padded(random, 100, 12346).subarray(104));
  assert.ok(
    padded(random, 100, 0)
      .subarray(104)
      .some((byte) => byte !== 0),
    'also from a zero',
  );
});

it('cell-padding by default: zeros', () => {
  const cell = padded(slotOf(cellPadding), 100, 1);
  assert.ok(cell.subarray(100).every((byte) => byte === 0) && cell[99] === 7);
});
