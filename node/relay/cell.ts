/**
 * Cells: what travels on a link, always 514 bytes, and the pool that they come from.
 *
 * A cell has one owner at a time: whoever takes it from the pool, or is handed it, passes it on or releases it.
 * In memory its payload starts at a multiple of four bytes, so that a layer of encryption is 128 operations on words
 * and not 509 on bytes; the three bytes behind it belong to no cell and never leave.
 */

import assert from 'node:assert/strict';
import { CELL_BYTES } from '../hooks/catalogue/cell-commands.ts';

/** tor-spec, "Cell packet format": circuit id and command. */
export const HEADER_BYTES = 5;
export const PAYLOAD_BYTES = CELL_BYTES - HEADER_BYTES;
/** tor-spec, "Relay cells": command, recognized, stream id, digest and length stand before the data. */
export const RELAY_HEADER_BYTES = 11;
/** Where the data of a relay cell begins in the cell. */
export const RELAY_DATA_AT = HEADER_BYTES + RELAY_HEADER_BYTES;
export const RELAY_DATA_BYTES = PAYLOAD_BYTES - RELAY_HEADER_BYTES;
/** Words that cover a payload, and three bytes more. */
export const PAYLOAD_WORDS = 128;

/** Puts the payload at a multiple of eight. */
const CELL_AT = 3;
const STRIDE = CELL_AT + HEADER_BYTES + PAYLOAD_WORDS * 4;
/** A buffer of its own for each cell would cost more than its bytes. */
const CELLS_IN_SLAB = 32;

export class Cell {
  /** All of it, as on the wire. */
  readonly bytes: Uint8Array;
  /** The payload in words of the machine's own order, good for nothing but XOR. */
  readonly words: Int32Array;
  /** The next in whatever queue holds the cell. */
  next: Cell | null = null;
  /** Lies in the pool; whoever still holds it has a bug. */
  pooled = false;
  private payloadView: Uint8Array | null = null;
  private dataView: Uint8Array | null = null;

  constructor(slab: ArrayBuffer, at: number) {
    this.bytes = new Uint8Array(slab, at + CELL_AT, CELL_BYTES);
    this.words = new Int32Array(slab, at + CELL_AT + HEADER_BYTES, PAYLOAD_WORDS);
  }

  get circuitId(): number {
    const { bytes } = this;
    return ((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) >>> 0;
  }

  set circuitId(id: number) {
    const { bytes } = this;
    bytes[0] = id >>> 24;
    bytes[1] = id >>> 16;
    bytes[2] = id >>> 8;
    bytes[3] = id;
  }

  get command(): number {
    return this.bytes[4];
  }

  set command(command: number) {
    this.bytes[4] = command;
  }

  get payload(): Uint8Array {
    this.payloadView ??= this.bytes.subarray(HEADER_BYTES);
    return this.payloadView;
  }

  /** Where a relay cell keeps its data: 498 bytes, of which the length in its header is used. */
  get data(): Uint8Array {
    this.dataView ??= this.bytes.subarray(RELAY_DATA_AT);
    return this.dataView;
  }
}

/** One pool serves all relays of a process. */
export class CellPool {
  private free: Cell | null = null;
  /** Cells that somebody owns: 0 when all is quiet and nothing has leaked. */
  outstanding = 0;

  /** A cell with whatever bytes its last owner left in it. */
  take(): Cell {
    if (this.free === null) this.grow();
    const cell = this.free!;
    this.free = cell.next;
    cell.next = null;
    cell.pooled = false;
    this.outstanding++;
    return cell;
  }

  /** A cell with nothing in its payload. */
  blank(circuitId: number, command: number): Cell {
    const cell = this.take();
    cell.circuitId = circuitId;
    cell.command = command;
    cell.words.fill(0);
    return cell;
  }

  release(cell: Cell): void {
    assert.ok(!cell.pooled, 'a cell was released twice');
    cell.pooled = true;
    cell.next = this.free;
    this.free = cell;
    this.outstanding--;
  }

  private grow(): void {
    const slab = new ArrayBuffer(CELLS_IN_SLAB * STRIDE);
    for (let i = 0; i < CELLS_IN_SLAB; i++) {
      const cell = new Cell(slab, i * STRIDE);
      cell.pooled = true;
      cell.next = this.free;
      this.free = cell;
    }
  }
}
