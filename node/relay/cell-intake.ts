/**
 * The way in for every cell of a relay or client: the admission hook, then to whoever it is for.
 *
 * RELAY cells of a live circuit are admitted by the circuit, which can look inside; all others here.
 */

import {
  CellVerdict,
  CircuitState,
  type cellAdmission,
  NO_RELAY_COMMAND,
} from '../hooks/catalogue/cell-admission.ts';
import { CELL } from '../hooks/catalogue/cell-commands.ts';
import { type Cell, type CellPool, HEADER_BYTES } from './cell.ts';
import type { CellCounts } from './cell-counts.ts';
import type { SlotOf } from './hook-slots.ts';
import type { Leg } from './leg.ts';
import type { LinkEnd } from './link-end.ts';
import { CircuitEnd } from './reasons.ts';

export class CellIntake {
  private readonly cells: CellPool;
  private readonly counts: CellCounts;
  private readonly admission: SlotOf<typeof cellAdmission>;
  /** Answers CREATE2; the cell stays the caller's. */
  private readonly onCreate: (end: LinkEnd, cell: Cell) => void;

  constructor(
    cells: CellPool,
    counts: CellCounts,
    admission: SlotOf<typeof cellAdmission>,
    onCreate: (end: LinkEnd, cell: Cell) => void,
  ) {
    this.cells = cells;
    this.counts = counts;
    this.admission = admission;
    this.onCreate = onCreate;
  }

  take(end: LinkEnd, leg: Leg | null, cell: Cell): void {
    this.counts.received++;
    const { command } = cell;
    if (leg !== null && !leg.closing && (command === CELL.relay || command === CELL.relayEarly)) {
      leg.circuit.onRelay(leg, cell);
      return;
    }
    if (this.admits(command, leg)) this.dispatch(end, leg, cell);
    this.cells.release(cell);
  }

  private admits(command: number, leg: Leg | null): boolean {
    const state = leg === null ? CircuitState.none : leg.closing ? CircuitState.closing : leg.circuit.state;
    const verdict = this.admission.call(command, NO_RELAY_COMMAND, state, 0);
    if (verdict === CellVerdict.accept) return true;
    if (verdict === CellVerdict.dropCell) this.counts.dropped++;
    else {
      this.counts.closed++;
      if (leg !== null && !leg.closing) leg.circuit.close(CircuitEnd.protocol);
    }
    return false;
  }

  private dispatch(end: LinkEnd, leg: Leg | null, cell: Cell): void {
    switch (cell.command) {
      case CELL.create2:
        // An id that is in use: tor drops the cell, and so the circuit that has the id lives.
        if (leg === null) this.onCreate(end, cell);
        else this.counts.ignored++;
        return;
      case CELL.created2:
        if (leg === null || leg.closing) this.counts.ignored++;
        else leg.circuit.onCreated(leg, cell);
        return;
      case CELL.destroy:
        if (leg !== null) end.cut(leg, cell.bytes[HEADER_BYTES]);
        else if (!end.giveUp(cell.circuitId)) this.counts.ignored++;
        return;
      case CELL.create:
      case CELL.createFast:
        // Handshakes that we do not speak are answered, so that nobody waits.
        if (leg === null) end.refuse(cell.circuitId, CircuitEnd.protocol);
        else this.counts.ignored++;
        return;
      case CELL.padding:
      case CELL.vpadding:
        this.counts.padding++;
        return;
      default:
        this.counts.ignored++;
    }
  }
}
