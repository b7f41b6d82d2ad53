/**
 * Cell admission: what becomes of each cell that arrives.
 *
 * The default is as tolerant as Tor has been: a cell that nobody understands is dropped without a word, and its
 * circuit lives on; RELAY_EARLY is passed on in the wrong direction too, as Tor did until 0.2.4.23 (July 2014).
 * That tolerance is a side channel: whoever controls both ends can mark a circuit with dropped cells (Rochet and
 * Pereira, "Dropping on the Edge", PETS 2018) or with RELAY_EARLY, which a module can end.
 */

import { defineHook } from '../define-hook.ts';
import { i32, u32 } from '../parameter.ts';
import { CELL, isCellCommand, isRelayCommand, RELAY } from './cell-commands.ts';

export const CellVerdict = { accept: 0, dropCell: 1, closeCircuit: 2 } as const;

export const CircuitState = { none: 0, building: 1, open: 2, closing: 3 } as const;

/** Bits of the parameter `flags`. */
export const CellFlag = {
  /** The relay cell is for this relay: its digest fits here. */
  recognized: 1,
  /** It came from the client's side. */
  fromClient: 2,
  /** Padding was negotiated on this circuit. */
  paddingNegotiated: 4,
  /** It names a stream that is open here. */
  knownStream: 8,
} as const;

/** Relay command of a cell that carries none, or none that this relay can read. */
export const NO_RELAY_COMMAND = -1;

function tolerant(cellCommand: number, relayCommand: number, circuitState: number, flags: number): number {
  if (!isCellCommand(cellCommand)) return CellVerdict.dropCell;
  if (cellCommand !== CELL.relay && cellCommand !== CELL.relayEarly) return CellVerdict.accept;
  if (circuitState === CircuitState.none || circuitState === CircuitState.closing)
    return CellVerdict.dropCell;
  if ((flags & CellFlag.recognized) === 0) return CellVerdict.accept;
  if (relayCommand === RELAY.drop || !isRelayCommand(relayCommand)) return CellVerdict.dropCell;
  return CellVerdict.accept;
}

/** Only clients send RELAY_EARLY: towards them it carries nothing but a mark. */
function isMark(cellCommand: number, flags: number): boolean {
  return cellCommand === CELL.relayEarly && (flags & CellFlag.fromClient) === 0;
}

export const cellAdmission = defineHook({
  id: 'cell-admission',
  interfaceVersion: 1,
  summary: 'Decides for each incoming cell: accept it, drop it, or close its circuit.',
  entry: 'admit_cell',
  parameters: [u32('cellCommand'), i32('relayCommand'), i32('circuitState'), u32('flags')],
  result: 'i32',
  default: tolerant,
  check: (verdict) => verdict >= CellVerdict.accept && verdict <= CellVerdict.closeCircuit,
  // For a module that counts or remembers; the default needs none.
  stateBytes: 16,
  health: {
    // Whom it refuses beyond the default is its business, unless it is ordinary traffic.
    penalty: (verdict, ...cell) =>
      verdict !== CellVerdict.accept && tolerant(...cell) === CellVerdict.accept && !isMark(cell[0], cell[3])
        ? 1000
        : 0,
    tolerance: 10,
    defaultIsPerfect: true,
  },
  fuel: 2000,
  confirmAfter: 1000,
  vectors: [
    // Every implementation must let ordinary traffic through.
    { args: [CELL.create2, NO_RELAY_COMMAND, CircuitState.none, 0], expect: CellVerdict.accept },
    { args: [CELL.relay, NO_RELAY_COMMAND, CircuitState.open, 0], expect: CellVerdict.accept },
    { args: [CELL.relay, RELAY.data, CircuitState.open, 11], expect: CellVerdict.accept },
    { args: [CELL.relayEarly, RELAY.extend2, CircuitState.building, 3], expect: CellVerdict.accept },
    { args: [CELL.destroy, NO_RELAY_COMMAND, CircuitState.open, 0], expect: CellVerdict.accept },
    // What it does with the rest is its own affair.
    { args: [CELL.relay, RELAY.drop, CircuitState.open, 3] },
    { args: [CELL.relay, 99, CircuitState.open, 3] },
    { args: [CELL.relayEarly, NO_RELAY_COMMAND, CircuitState.open, 0] },
    { args: [200, NO_RELAY_COMMAND, CircuitState.open, 0] },
    { args: [0xffffffff, -2147483648, 2147483647, 0xffffffff] },
  ],
});
