import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CELL, CELL_BYTES } from '../hooks/catalogue/cell-commands.ts';
import { CellPool, PAYLOAD_BYTES, RELAY_DATA_BYTES } from './cell.ts';
import { CellQueue } from './cell-queue.ts';
import { dataLengthOf, dataOf, relayCommandOf, streamIdOf, writeRelayHeader } from './relay-cell.ts';

describe('cell', () => {
  it('has the sizes of link protocol 4: 514 bytes, 509 of payload, 498 of data', () => {
    const cell = new CellPool().take();
    assert.deepEqual(
      [cell.bytes.length, cell.payload.length, cell.data.length],
      [CELL_BYTES, PAYLOAD_BYTES, RELAY_DATA_BYTES],
    );
  });

  it('stands on the wire as circuit id, command, payload', () => {
    const cell = new CellPool().blank(0x80000102, CELL.relay);
    writeRelayHeader(cell, 2, 0xabcd, 300);
    cell.data[0] = 0xee;
    assert.equal(
      Buffer.from(cell.bytes.subarray(0, 17)).toString('hex'),
      ['80000102', '03', '02', '0000', 'abcd', '00000000', '012c', 'ee'].join(''),
    );
    assert.equal(cell.circuitId, 0x80000102);
    assert.deepEqual([relayCommandOf(cell), streamIdOf(cell), dataLengthOf(cell)], [2, 0xabcd, 300]);
    assert.equal(dataOf(cell).length, 300);
  });

  it('keeps its bytes to itself: cells of one slab do not overlap', () => {
    const pool = new CellPool();
    const cells = Array.from({ length: 70 }, (_, i) => {
      const cell = pool.take();
      cell.bytes.fill(i);
      return cell;
    });
    for (const [i, cell] of cells.entries()) assert.ok(cell.bytes.every((byte) => byte === i));
  });

  it('a blank cell has nothing of its last owner in it', () => {
    const pool = new CellPool();
    const used = pool.take();
    used.bytes.fill(0xff);
    pool.release(used);
    const blank = pool.blank(7, CELL.destroy);
    assert.equal(blank, used, 'the pool hands cells out again');
    assert.ok(blank.payload.every((byte) => byte === 0));
  });

  it('the pool counts what is out, and takes nothing back twice', () => {
    const pool = new CellPool();
    const cell = pool.take();
    assert.equal(pool.outstanding, 1);
    pool.release(cell);
    assert.equal(pool.outstanding, 0);
    assert.throws(() => pool.release(cell), /twice/);
  });

  it('a queue gives cells back in order, and all of them when it is cleared', () => {
    const pool = new CellPool();
    const queue = new CellQueue();
    const cells = [pool.take(), pool.take(), pool.take()];
    for (const cell of cells) queue.push(cell);
    assert.equal(queue.shift(), cells[0]);
    queue.push(cells[0]);
    assert.deepEqual([queue.shift(), queue.shift()], [cells[1], cells[2]]);
    assert.equal(queue.length, 1);
    queue.clear(pool);
    assert.equal(queue.shift(), null);
    assert.equal(pool.outstanding, 2);
  });
});
