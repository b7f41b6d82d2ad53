/** A queue of cells, first in, first out, threaded through the cells themselves. */

import type { Cell, CellPool } from './cell.ts';

export class CellQueue {
  private head: Cell | null = null;
  private tail: Cell | null = null;
  length = 0;

  push(cell: Cell): void {
    if (this.tail === null) this.head = cell;
    else this.tail.next = cell;
    this.tail = cell;
    this.length++;
  }

  /** The oldest cell; null if there is none. */
  shift(): Cell | null {
    const cell = this.head;
    if (cell === null) return null;
    this.head = cell.next;
    if (this.head === null) this.tail = null;
    cell.next = null;
    this.length--;
    return cell;
  }

  /** Gives every cell back to the pool. */
  clear(cells: CellPool): void {
    for (let cell = this.shift(); cell !== null; cell = this.shift()) cells.release(cell);
  }
}
