/** Completes relay cells: the header, and behind the data whatever the padding hook puts there. */

import type { Random } from '../environment.ts';
import { CELL, CELL_BYTES } from '../hooks/catalogue/cell-commands.ts';
import type { cellPadding } from '../hooks/catalogue/cell-padding.ts';
import { type Cell, RELAY_DATA_AT } from './cell.ts';
import type { SlotOf } from './hook-slots.ts';
import { writeRelayHeader } from './relay-cell.ts';

export class RelayCellFiller {
  private readonly random: Random;
  private readonly hook: SlotOf<typeof cellPadding>;

  constructor(random: Random, hook: SlotOf<typeof cellPadding>) {
    this.random = random;
    this.hook = hook;
  }

  /** The data is in place, `length` bytes of it. A cell that is full of data has nothing to pad. */
  complete(cell: Cell, relayCommand: number, streamId: number, length: number): void {
    cell.circuitId = 0;
    cell.command = CELL.relay;
    writeRelayHeader(cell, relayCommand, streamId, length);
    const usedBytes = RELAY_DATA_AT + length;
    if (usedBytes === CELL_BYTES) return;
    // The digest is written later, over what stands there; a module shall not see a former cell's.
    cell.bytes.fill(0, RELAY_DATA_AT - 6, RELAY_DATA_AT - 2);
    this.hook.call(usedBytes, Math.floor(this.random.uniform() * 0x100000000), cell.bytes);
  }
}
